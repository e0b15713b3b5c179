// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "study_file.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "parallel.hpp"

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

/// Chunks on their way to a file or from one: filled and packed, or read and unpacked, a window at a time.
struct Passing {
  std::int64_t first = 0;
  std::int32_t seed = 0;
  CellChunk chunk{0, {}};
  CellTable::Packed packed;
};

/// The part of the work that needs no HDF5 is done for the chunks of a window at once; the rest in the order of the
/// chunks, which is that of the payload hash.
class Window {
 public:
  Window(const CellTable& table, std::int32_t n_threads) : table_(table), n_threads_(n_threads) {
    slots_.resize(static_cast<std::size_t>(2 * n_threads));
  }

  /// Room for the next chunk. Requires that there is some: see `is_full`.
  Passing& next(std::int64_t first, std::int64_t rows, std::int32_t seed) {
    Passing& slot = slots_[used_++];
    if (slot.chunk.rows != rows) slot.chunk = CellChunk(rows, table_.shape());
    slot.first = first;
    slot.seed = seed;
    return slot;
  }
  void drop_last() { --used_; }
  bool is_full() const { return used_ == slots_.size(); }

  /// Call `at_once` for every chunk on several threads, then `in_order`.
  template <class AtOnce, class InOrder> void pass(AtOnce at_once, InOrder in_order) {
    for_each_in_parallel(used_, static_cast<std::size_t>(n_threads_), [&](std::size_t i) { at_once(slots_[i]); });
    for (std::size_t i = 0; i < used_; ++i) in_order(slots_[i]);
    used_ = 0;
  }

 private:
  const CellTable& table_;
  std::int32_t n_threads_;
  std::vector<Passing> slots_;
  std::size_t used_ = 0;
};

/// A chunk without cells is neither written nor hashed: it costs no space.
void write_cells(CellTable& table, ModelId model, const FillChunk& fill, std::int32_t n_threads, Hasher& hasher) {
  Window window(table, n_threads);
  const auto pass = [&] {
    window.pass([&](Passing& slot) { slot.packed = table.pack(slot.first, slot.chunk); },
                [&](const Passing& slot) {
                  table.write(slot.first, slot.seed, slot.chunk, slot.packed);
                  slot.chunk.add_to(hasher);
                });
  };
  for_each_chunk(table, [&](std::int64_t first, std::int64_t rows, std::int32_t seed) {
    CellChunk& chunk = window.next(first, rows, seed).chunk;
    chunk.clear();
    fill(model, first, seed, chunk);
    if (chunk.empty()) window.drop_last();
    if (window.is_full()) pass();
  });
  pass();
}

void hash_cells(const CellTable& table, std::int32_t n_threads, Hasher& hasher) {
  Window window(table, n_threads);
  const auto unpack = [&](Passing& slot) { table.unpack(slot.packed, slot.chunk); };
  const auto add = [&](const Passing& slot) {
    if (!slot.chunk.empty()) slot.chunk.add_to(hasher);
  };
  for_each_chunk(table, [&](std::int64_t first, std::int64_t rows, std::int32_t seed) {
    Passing& slot = window.next(first, rows, seed);
    slot.packed = table.read_packed(first, seed, slot.chunk);
    if (window.is_full()) window.pass(unpack, add);
  });
  window.pass(unpack, add);
}

}  // namespace

void write_study_file(const std::string& path, const StudyHeader& study, FileKind kind, const FillChunk& fill,
                      std::int32_t n_threads) {
  hdf5::Object file = hdf5::create_file(path);
  std::vector<CellTable> tables = write_header(file, study, kind);
  Hasher hasher;
  add_header(hasher, read_header(file));
  for (std::size_t m = 0; m < tables.size(); ++m) {
    write_cells(tables[m], ModelId(static_cast<std::int32_t>(m)), fill, n_threads, hasher);
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

void verify_study_file(const std::string& path, std::int32_t n_threads) {
  const hdf5::Object file = open_study_file(path);
  const StudyHeader study = read_header(file);
  Hasher hasher;
  add_header(hasher, study);
  for (const TrialTable& table : study.models) {
    hash_cells(CellTable::open(open_model(file, table.model_name)), n_threads, hasher);
  }
  const std::string stored = hdf5::read_attribute(file, payload_attribute);
  if (hasher.hex() != stored) {
    throw hdf5::FormatError(fmt::format("{}: its content hashes to {}, it says {}", path, hasher.hex(),
                                        stored.empty() ? "nothing" : stored));
  }
}

}  // namespace kilofold
