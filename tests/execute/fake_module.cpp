// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>

#include "support/fake_device.hpp"

/// A module that the program opens as it opens the CUDA one; KILOFOLD_FAKE_* say what its device is like.
namespace {

std::int64_t number(const char* variable, std::int64_t absent) {
  const char* text = std::getenv(variable);
  return text == nullptr ? absent : std::atoll(text);
}

}  // namespace

extern "C" __attribute__((visibility("default"))) const kilofold::Backend* kilofold_backend() {
  kilofold::testing::FakeDevice kind;
  kind.memory = static_cast<std::size_t>(number("KILOFOLD_FAKE_MEMORY", std::int64_t{64} << 20));
  kind.failing_op = number("KILOFOLD_FAKE_FAILING_OP", 0);
  kind.has_trees = number("KILOFOLD_FAKE_TREES", 1) != 0;
  kind.accepted = number("KILOFOLD_FAKE_ACCEPTED", 1) != 0;
  kind.has_vendor = number("KILOFOLD_FAKE_VENDOR", 0) != 0;
  if (const char* refusal = std::getenv("KILOFOLD_FAKE_REFUSAL")) kind.refusal = refusal;
  kilofold::testing::reset_fake_device(kind);
  return &kilofold::testing::fake_backend();
}
