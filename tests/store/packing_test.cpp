// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "store/packing.hpp"

#include <gtest/gtest.h>
#include <hdf5.h>

#include <array>
#include <cstring>
#include <limits>
#include <random>
#include <string>

#include "store/hdf5.hpp"
#include "study_fixture.hpp"

namespace kilofold::test {
namespace {

/// Numbers as trees give them: a few values a row, some of them NaN.
std::vector<double> few_values(std::size_t n) {
  std::mt19937 random(7);
  const std::array<double, 5> values = {1.25, -3.7, 1e300, 0.1, std::numeric_limits<double>::quiet_NaN()};
  std::vector<double> numbers;
  for (std::size_t i = 0; i < n; ++i) numbers.push_back(values[random() % values.size()]);
  return numbers;
}

hdf5::Object one_chunk(const hdf5::Object& file, std::size_t n, unsigned gzip) {
  const hdf5::Extent extent = {n};
  return hdf5::create_dataset<double>(file, "x", {extent, extent, gzip});
}

TEST(Packing, IsWhatHdf5sFiltersRead) {
  for (const unsigned gzip : {0U, 1U, 6U}) {
    for (const std::size_t n : {1, 2, 45, 359, 1001, 40'000}) {
      const ScratchDirectory scratch;
      const std::vector<double> numbers = few_values(n);
      hdf5::Object file = hdf5::create_file(scratch / "x.h5");
      hdf5::Object dataset = one_chunk(file, n, gzip);
      ASSERT_TRUE(hdf5::chunk_layout(dataset).is_ours);
      hdf5::write_chunk(dataset, {0}, pack(numbers, gzip));
      dataset.close();
      file.close();

      const std::vector<double> read = hdf5::read_array<double>(hdf5::open_file(scratch / "x.h5"), "x");

      EXPECT_EQ(std::memcmp(read.data(), numbers.data(), 8 * n), 0) << gzip << " " << n;
    }
  }
}

TEST(Unpacking, ReadsWhatHdf5sFiltersWrite) {
  for (const unsigned gzip : {0U, 1U, 9U}) {
    for (const std::size_t n : {1, 45, 1001, 40'000}) {
      const ScratchDirectory scratch;
      const std::vector<double> numbers = few_values(n);
      hdf5::Object file = hdf5::create_file(scratch / "x.h5");
      hdf5::Object dataset = one_chunk(file, n, gzip);
      hdf5::write(dataset, {0}, {n}, numbers.data());
      dataset.close();
      file.close();

      const hdf5::Object again = hdf5::open_file(scratch / "x.h5");
      const hdf5::Object opened = hdf5::open_dataset(again, "x");
      EXPECT_EQ(hdf5::chunk_layout(opened).gzip, gzip);
      std::vector<double> read(n);
      unpack(hdf5::read_chunk(opened, {0}), gzip > 0, read, "x");
      EXPECT_EQ(std::memcmp(read.data(), numbers.data(), 8 * n), 0) << gzip << " " << n;
    }
  }
}

TEST(Unpacking, NoticesEveryFlippedBitAndEveryTruncation) {
  const std::vector<double> numbers = few_values(40);
  for (const unsigned gzip : {0U, 1U}) {
    const std::vector<std::byte> packed = pack(numbers, gzip);
    std::vector<double> read(numbers.size());
    for (std::size_t byte = 0; byte < packed.size(); ++byte) {
      for (const int bit : {1, 2, 4, 8, 16, 32, 64, 128}) {
        std::vector<std::byte> flipped = packed;
        flipped[byte] ^= static_cast<std::byte>(bit);
        EXPECT_THROW(unpack(flipped, gzip > 0, read, "x"), hdf5::FormatError) << byte;
      }
      EXPECT_THROW(unpack(std::span(packed).first(byte), gzip > 0, read, "x"), hdf5::FormatError) << byte;
    }
    std::vector<double> other(numbers.size() + 1);
    EXPECT_THROW(unpack(packed, gzip > 0, other, "x"), hdf5::FormatError);
  }
}

}  // namespace
}  // namespace kilofold::test
