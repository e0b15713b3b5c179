// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "study_file.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace kilofold {
namespace {

/// Calls `visit(first_trial, rows, seed)` for every chunk of a table, seeds fastest: the order of the payload hash.
template <class Visit> void for_each_chunk(const CellTable& table, Visit visit) {
  const std::int64_t step = trials_a_chunk(table.n_trials(), table.shape().samples);
  for (std::int64_t first = 0; first < table.n_trials(); first += step) {
    const std::int64_t rows = std::min(step, table.n_trials() - first);
    for (std::int32_t seed = 0; seed < table.n_seeds(); ++seed) visit(first, rows, seed);
  }
}

/// A chunk without cells is neither written nor hashed: it costs no space.
void write_cells(CellTable& table, ModelId model, const FillChunk& fill, Hasher& hasher) {
  CellChunk chunk(0, table.shape());
  for_each_chunk(table, [&](std::int64_t first, std::int64_t rows, std::int32_t seed) {
    if (chunk.rows != rows) chunk = CellChunk(rows, table.shape());
    chunk.clear();
    fill(model, first, seed, chunk);
    if (chunk.empty()) return;
    table.write(first, seed, chunk);
    chunk.add_to(hasher);
  });
}

void hash_cells(const CellTable& table, Hasher& hasher) {
  CellChunk chunk(0, table.shape());
  for_each_chunk(table, [&](std::int64_t first, std::int64_t rows, std::int32_t seed) {
    if (chunk.rows != rows) chunk = CellChunk(rows, table.shape());
    table.read(first, seed, chunk, Detail::everything);
    if (!chunk.empty()) chunk.add_to(hasher);
  });
}

}  // namespace

void write_study_file(const std::string& path, const StudyHeader& study, FileKind kind, const FillChunk& fill) {
  hdf5::Object file = hdf5::create_file(path);
  std::vector<CellTable> tables = write_header(file, study, kind);
  Hasher hasher;
  add_header(hasher, read_header(file));
  for (std::size_t m = 0; m < tables.size(); ++m) {
    write_cells(tables[m], ModelId(static_cast<std::int32_t>(m)), fill, hasher);
    tables[m].close();
  }
  hdf5::write_attribute(file, payload_attribute, hasher.hex());
  file.close();
}

hdf5::Object open_study_file(const std::string& path) {
  hdf5::Object file = hdf5::open_file(path);
  const std::string format = hdf5::read_attribute(file, "format");
  if (format.empty()) throw ForeignFile(path + ": not a kilofold file: no attribute 'format'");
  if (format != format_name) {
    throw ForeignFile(fmt::format("{}: its format is '{}', this kilofold reads '{}'", path, format, format_name));
  }
  return file;
}

void verify_study_file(const std::string& path) {
  const hdf5::Object file = open_study_file(path);
  const StudyHeader study = read_header(file);
  Hasher hasher;
  add_header(hasher, study);
  for (const TrialTable& table : study.models) {
    hash_cells(CellTable::open(open_model(file, table.model_name)), hasher);
  }
  const std::string stored = hdf5::read_attribute(file, payload_attribute);
  if (hasher.hex() != stored) {
    throw hdf5::FormatError(fmt::format("{}: its content hashes to {}, it says {}", path, hasher.hex(),
                                        stored.empty() ? "nothing" : stored));
  }
}

}  // namespace kilofold
