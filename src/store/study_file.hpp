// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "layout.hpp"
#include "parallel.hpp"

/// Whole files: write one, check one.
namespace kilofold {

/// Puts the cells of trials [first_trial, first_trial + chunk.rows) of a model at a seed into a chunk that arrives with
/// clear scores and no samples yet; or all but their samples, and returns those as another file stores them.
using FillChunk = std::function<std::optional<StoredCells>(ModelId model, std::int64_t first_trial, std::int32_t seed,
                                                           CellChunk& chunk)>;

/// The cells of a file.
struct FileCells {
  FillChunk fill;            ///< empty: no cells at all
  bool from_memory = false;  ///< `fill` touches no HDF5 and changes nothing else: several threads may call it at a time
};

/// Create a file, write header and cells, store the payload hash, close with every return code checked.
///
/// Chunks are filled, where they come from memory, compressed and hashed on all `threads`, the first ones before the
/// file is there; or where they are stored already unpacked for the hash. Memory    two chunks of cells a thread or 4
/// MiB of them, besides the header Errors    MachineError, FormatError where a stored chunk is damaged; the file is
/// then worthless
void write_study_file(const std::string& path, const StudyHeader& study, FileKind kind, const FileCells& cells,
                      Threads& threads);

/// A sound HDF5 file that kilofold did not write, or not in this format.
class ForeignFile : public hdf5::FormatError {
 public:
  using FormatError::FormatError;
};

/// Open one of our files. Errors: ForeignFile; FormatError when the bytes are wrong; MachineError when it cannot be
/// read.
hdf5::Object open_study_file(const std::string& path);

/// Read a whole file and compare it with its payload hash. Errors: FormatError when they differ.
void verify_study_file(const std::string& path, Threads& threads);
void verify_study_file(const std::string& path);  ///< on the usual number of threads

}  // namespace kilofold
