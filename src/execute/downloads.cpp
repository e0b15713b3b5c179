// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "execute/downloads.hpp"

namespace kilofold {

Downloads::~Downloads() {
  finish();
  for (Buffer& buffer : places_) pool_.give_back(std::move(buffer));
}

void* Downloads::place(std::size_t bytes) { return places_.emplace_back(pool_.acquire(bytes)).as<void>(); }

int Downloads::begin(void* to, const void* from, std::size_t bytes) {
  if (backend_.begin_download == nullptr) return backend_.download(to, from, bytes);
  return backend_.begin_download(to, from, bytes, &last_);
}

int Downloads::finish() {
  const std::int64_t last = std::exchange(last_, 0);
  return last == 0 ? 0 : backend_.wait_download(last);
}

}  // namespace kilofold
