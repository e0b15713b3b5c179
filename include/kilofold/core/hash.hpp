// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace kilofold {

/// XXH3-64 of some bytes, as 16 hex digits: trial, plan, numerics and payload ids. Not cryptographic.
std::string hash_hex(std::string_view bytes);

/// XXH3-64 of bytes that arrive in pieces; equal pieces in equal order give hash_hex of their concatenation.
class Hasher {
 public:
  Hasher();
  ~Hasher();
  Hasher(const Hasher&) = delete;
  Hasher& operator=(const Hasher&) = delete;

  void update(const void* data, std::size_t size);
  std::uint64_t value() const;
  std::string hex() const;  ///< of value()

 private:
  void* state_;
};

}  // namespace kilofold
