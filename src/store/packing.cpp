// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "packing.hpp"

#include <libdeflate.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <memory>
#include <new>

#include "hdf5.hpp"
#include "kilofold/core/error.hpp"

namespace kilofold {
namespace {

static_assert(std::endian::native == std::endian::little, "numbers are stored as they lie in memory");

constexpr std::size_t checksum_size = sizeof(std::uint32_t);

struct Freed {
  void operator()(libdeflate_compressor* compressor) const { libdeflate_free_compressor(compressor); }
  void operator()(libdeflate_decompressor* decompressor) const { libdeflate_free_decompressor(decompressor); }
};

/// Room of its own for each thread: a compressor is dear to make.
libdeflate_compressor* compressor_of(unsigned level) {
  thread_local unsigned made_for = 0;
  thread_local std::unique_ptr<libdeflate_compressor, Freed> compressor;
  if (made_for != level) compressor.reset(libdeflate_alloc_compressor(static_cast<int>(level)));
  if (!compressor) throw std::bad_alloc();
  made_for = level;
  return compressor.get();
}

/// Room for whatever `size` bytes become, of its own for each thread too: much more than they take in the end, so it is
/// left as it comes.
std::span<std::byte> room_for_packed(std::size_t size) {
  thread_local std::unique_ptr<std::byte[]> room;
  thread_local std::size_t room_size = 0;
  if (room_size < size) {
    room = std::make_unique_for_overwrite<std::byte[]>(size);
    room_size = size;
  }
  return {room.get(), room_size};
}

libdeflate_decompressor* decompressor() {
  thread_local const std::unique_ptr<libdeflate_decompressor, Freed> instance(libdeflate_alloc_decompressor());
  if (!instance) throw std::bad_alloc();
  return instance.get();
}

}  // namespace

std::uint32_t fletcher32(std::span<const std::byte> bytes) {
  constexpr std::size_t most_words = 360;  // as many as leave both sums within 32 bits
  const auto fold = [](std::uint32_t sum) { return (sum & 0xffff) + (sum >> 16); };
  std::uint32_t sum = 0;
  std::uint32_t sum_of_sums = 0;
  std::size_t at = 0;
  for (std::size_t words = bytes.size() / 2; words > 0;) {
    const std::size_t count = std::min(words, most_words);
    for (std::size_t i = 0; i < count; ++i, at += 2) {
      sum += std::to_integer<std::uint32_t>(bytes[at]) << 8 | std::to_integer<std::uint32_t>(bytes[at + 1]);
      sum_of_sums += sum;
    }
    words -= count;
    sum = fold(sum);
    sum_of_sums = fold(sum_of_sums);
  }
  if (bytes.size() % 2 == 1) {
    sum = fold(sum + (std::to_integer<std::uint32_t>(bytes[at]) << 8));
    sum_of_sums = fold(sum_of_sums + sum);
  }
  return fold(sum_of_sums) << 16 | fold(sum);
}

std::vector<std::byte> pack(std::span<const double> values, unsigned gzip) {
  const std::span<const std::byte> bytes = std::as_bytes(values);
  std::vector<std::byte> packed;
  if (gzip == 0) {
    packed.reserve(bytes.size() + checksum_size);
    packed.assign(bytes.begin(), bytes.end());
  } else {
    libdeflate_compressor* const compressor = compressor_of(gzip);
    const std::span<std::byte> room = room_for_packed(libdeflate_zlib_compress_bound(compressor, bytes.size()));
    const std::size_t size = libdeflate_zlib_compress(compressor, bytes.data(), bytes.size(), room.data(), room.size());
    KILOFOLD_ENSURE(size > 0);
    packed.reserve(size + checksum_size);
    packed.assign(room.begin(), room.begin() + static_cast<std::ptrdiff_t>(size));
  }
  const std::uint32_t checksum = fletcher32(packed);
  packed.resize(packed.size() + checksum_size);
  std::memcpy(packed.data() + packed.size() - checksum_size, &checksum, checksum_size);
  return packed;
}

void unpack(std::span<const std::byte> packed, bool is_deflated, std::span<double> values, const std::string& name) {
  if (packed.size() < checksum_size) throw hdf5::FormatError(name + ": a chunk is shorter than its checksum");
  const std::span<const std::byte> content = packed.first(packed.size() - checksum_size);
  std::uint32_t checksum = 0;
  std::memcpy(&checksum, packed.data() + content.size(), checksum_size);
  if (fletcher32(content) != checksum) throw hdf5::FormatError(name + ": a chunk's checksum is wrong");
  if (!is_deflated) {
    if (content.size() != values.size_bytes()) throw hdf5::FormatError(name + ": a chunk has the wrong size");
    std::memcpy(values.data(), content.data(), content.size());
    return;
  }
  const libdeflate_result result = libdeflate_zlib_decompress(decompressor(), content.data(), content.size(),
                                                              values.data(), values.size_bytes(), nullptr);
  if (result != LIBDEFLATE_SUCCESS) throw hdf5::FormatError(name + ": a chunk does not decompress to its size");
}

}  // namespace kilofold
