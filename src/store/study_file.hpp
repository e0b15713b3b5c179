// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "layout.hpp"

/// Whole files: write one, check one.
namespace kilofold {

/// Puts the cells of trials [first_trial, first_trial + chunk.rows) of a model at a seed into a chunk that arrives
/// clear; or all but their samples, and returns those as another file stores them.
using FillChunk = std::function<std::optional<StoredCells>(ModelId model, std::int64_t first_trial, std::int32_t seed,
                                                           CellChunk& chunk)>;

/// Create a file, write header and cells, store the payload hash, close with every return code checked.
///
/// `fill` is called from this thread alone, first before the file is there; chunks are compressed on `n_threads`, or
/// where they are stored already unpacked for the hash.
/// Memory    two chunks of cells a thread or 4 MiB of them, besides the header
/// Errors    MachineError, FormatError where a stored chunk is damaged; the file is then worthless
void write_study_file(const std::string& path, const StudyHeader& study, FileKind kind, const FillChunk& fill,
                      std::int32_t n_threads);

/// A sound HDF5 file that kilofold did not write, or not in this format.
class ForeignFile : public hdf5::FormatError {
 public:
  using FormatError::FormatError;
};

/// Open one of our files. Errors: ForeignFile; FormatError when the bytes are wrong; MachineError when it cannot be
/// read.
hdf5::Object open_study_file(const std::string& path);

/// Read a whole file and compare it with its payload hash. Errors: FormatError when they differ.
void verify_study_file(const std::string& path, std::int32_t n_threads);

}  // namespace kilofold
