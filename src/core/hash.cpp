// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "kilofold/core/hash.hpp"

#define XXH_INLINE_ALL
#include <fmt/format.h>
#include <xxhash.h>

#include <new>

#include "kilofold/core/error.hpp"

namespace kilofold {
namespace {

std::string hex_digits(XXH64_hash_t hash) { return fmt::format("{:016x}", hash); }

XXH3_state_t* as_xxh3(void* state) { return static_cast<XXH3_state_t*>(state); }

}  // namespace

std::string hash_hex(std::string_view bytes) { return hex_digits(XXH3_64bits(bytes.data(), bytes.size())); }

Hasher::Hasher() : state_(XXH3_createState()) {
  if (state_ == nullptr) throw std::bad_alloc();
  XXH3_64bits_reset(as_xxh3(state_));
}

Hasher::~Hasher() { XXH3_freeState(as_xxh3(state_)); }

void Hasher::update(const void* data, std::size_t size) {
  KILOFOLD_EXPECT(data != nullptr || size == 0);
  // xxhash refuses a null pointer even for no bytes at all.
  if (size > 0) XXH3_64bits_update(as_xxh3(state_), data, size);
}

std::uint64_t Hasher::value() const { return XXH3_64bits_digest(as_xxh3(state_)); }

std::string Hasher::hex() const { return hex_digits(value()); }

}  // namespace kilofold
