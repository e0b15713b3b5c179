// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "emu/block.hpp"

namespace kilofold::test {

/// The seed of random thread orders: $KILOFOLD_EMU_SEED, or 1.
inline std::uint64_t emulation_seed() {
  const char* const written = std::getenv("KILOFOLD_EMU_SEED");
  return written != nullptr ? std::strtoull(written, nullptr, 10) : 1;
}

/// Run `body` with the calls of streams carried out at once and as late as can be; failures name the pace.
template <class Body> void at_each_pace(Body body) {
  const std::pair<emu::Pace, const char*> paces[] = {
      {emu::Pace::at_once, "at once"}, {emu::Pace::late, "late"}, {emu::Pace::copies_late, "copies late"}};
  for (const auto& [pace, name] : paces) {
    SCOPED_TRACE(std::string("calls of streams ") + name);
    emu::options = {.pace = pace};
    body();
  }
  emu::options = {};
}

/// Run `body` on devices whose blocks may have more and less shared memory; failures name how much.
template <class Body> void on_each_shared_memory(Body body) {
  const std::size_t usual = emu::most_shared_bytes;
  for (const std::size_t kib : {48, 64, 99, 227}) {  // beside 48 of the kernel: none, that of sm_75, sm_89 and sm_90
    SCOPED_TRACE(std::to_string(kib) + " KiB of shared memory a block");
    emu::most_shared_bytes = kib * 1024;
    body();
  }
  emu::most_shared_bytes = usual;
}

/// Run `body` with the threads of each block taking turns forward, in reverse and at random; failures name the order.
template <class Body> void in_each_order(Body body) {
  const std::pair<emu::Order, const char*> orders[] = {
      {emu::Order::forward, "forward"}, {emu::Order::reverse, "reverse"}, {emu::Order::random, "random"}};
  for (const auto& [order, name] : orders) {
    SCOPED_TRACE(std::string("thread order ") + name + ", seed " + std::to_string(emulation_seed()));
    emu::options = {.order = order, .seed = emulation_seed()};
    body();
  }
  emu::options = {};
}

}  // namespace kilofold::test
