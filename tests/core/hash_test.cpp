// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "kilofold/core/hash.hpp"

#include <gtest/gtest.h>

#include <string>

namespace kilofold {
namespace {

// 1025 bytes: past the one-shot code paths of XXH3 (240 bytes) and past one stripe block (1024).
std::string long_text() {
  std::string text;
  for (int i = 0; i < 1024; ++i) text += static_cast<char>(i % 256);
  return text + "x";
}

TEST(HashHex, EqualsPublishedXxh3) {
  EXPECT_EQ(hash_hex(""), "2d06800538d394c2");
  EXPECT_EQ(hash_hex("abc"), "78af5f94892f3950");
  EXPECT_EQ(hash_hex(long_text()), "fcf42dfee36dbda9");
}

TEST(Hasher, OfPiecesEqualsHashOfTheWhole) {
  const std::string text = long_text();
  for (const std::size_t piece : {1u, 7u, 64u, 1000u, 2000u}) {
    Hasher hasher;

    for (std::size_t i = 0; i < text.size(); i += piece) {
      const std::string part = text.substr(i, piece);
      hasher.update(part.data(), part.size());
    }

    EXPECT_EQ(hasher.hex(), hash_hex(text)) << "pieces of " << piece;
  }
}

TEST(Hasher, OfNothingIsTheHashOfNothing) {
  Hasher hasher;
  hasher.update(nullptr, 0);

  EXPECT_EQ(hasher.hex(), hash_hex(""));
}

}  // namespace
}  // namespace kilofold
