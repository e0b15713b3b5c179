// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

/// A chunk of numbers as it lies in an HDF5 file, made and read without HDF5: so threads may work at once, where HDF5
/// holds one lock, and with libdeflate, which is two to three times as fast as the zlib behind HDF5's filter.
namespace kilofold {

/// What HDF5's `deflate` and `fletcher32` filters make of a chunk: a zlib stream where `gzip` is a level above 0, then
/// the checksum of what stands before it.
std::vector<std::byte> pack(std::span<const double> values, unsigned gzip);

/// The numbers of a packed chunk of a dataset called `name`. Errors: hdf5::FormatError when the checksum, the stream or
/// the size is wrong
void unpack(std::span<const std::byte> packed, bool is_deflated, std::span<double> values, const std::string& name);

/// HDF5's Fletcher-32: two sums modulo 65535 of the bytes taken as big-endian 16-bit numbers.
std::uint32_t fletcher32(std::span<const std::byte> bytes);

}  // namespace kilofold
