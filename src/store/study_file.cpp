// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "study_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace kilofold {
namespace {

/// The chunks of a table, seeds fastest: the order of the payload hash.
class Chunks {
 public:
  Chunks(const TrialTable& trials, std::int64_t n_seeds)
      : n_trials_(std::ssize(trials.id)), n_seeds_(n_seeds), step_(trials.chunk_trials) {}

  bool is_over() const { return first_ >= n_trials_; }
  std::int64_t first() const { return first_; }
  std::int32_t seed() const { return seed_; }
  std::int64_t rows() const { return std::min(step_, n_trials_ - first_); }
  void advance() {
    if (++seed_ < n_seeds_) return;
    seed_ = 0;
    first_ += step_;
  }

 private:
  std::int64_t n_trials_, n_seeds_, step_;
  std::int64_t first_ = 0;
  std::int32_t seed_ = 0;
};

/// A chunk on its way to a file or from one.
struct Passing {
  ModelId model;
  std::int64_t first = 0;
  std::int32_t seed = 0;
  std::int64_t rows = 0;
  CellChunk chunk{0, {}};  ///< without samples where `packed` has them
  PackedCells packed;
  std::uint64_t hash = 0;
  std::string stored_in;  ///< file that `packed` comes from; empty where it is made of `chunk`

  void begin(ModelId of_model, const Chunks& at) {
    model = of_model;
    first = at.first();
    seed = at.seed();
    rows = at.rows();
  }
};

std::vector<CellLayout> layouts_of(const StudyHeader& study) {
  std::vector<CellLayout> layouts;
  for (const TrialTable& table : study.models)
    layouts.push_back(CellLayout::of(table, static_cast<std::int64_t>(study.data.y.size())));
  return layouts;
}

/// A thread's own room for samples, lent to a chunk that has none: they stay in the core's own cache, and the system
/// gives the memory once.
class LentRoom {
 public:
  explicit LentRoom(CellChunk& chunk)
      : chunk_(chunk), lends_prediction_(chunk.prediction.empty()), lends_sd_(chunk.shape.has_sd && chunk.sd.empty()) {
    exchange();
  }
  ~LentRoom() { exchange(); }
  LentRoom(const LentRoom&) = delete;
  LentRoom& operator=(const LentRoom&) = delete;

  /// The chunk keeps it.
  void give_away() { lends_prediction_ = lends_sd_ = false; }

 private:
  void exchange() {
    thread_local std::vector<double> prediction, sd;
    if (lends_prediction_) chunk_.prediction.swap(prediction);
    if (lends_sd_) chunk_.sd.swap(sd);
  }

  CellChunk& chunk_;
  bool lends_prediction_, lends_sd_;
};

/// Two chunks a thread, more of small ones: what a thread has compressed waits until HDF5, in this one, has taken it.
std::size_t slots_of(const std::vector<CellLayout>& layouts, std::int32_t n_threads) {
  constexpr std::size_t usual_bytes = 4 << 20;
  std::size_t largest = 1;
  for (const CellLayout& layout : layouts) largest = std::max(largest, layout.prediction.chunk_size() * sizeof(double));
  return std::max(static_cast<std::size_t>(2 * n_threads), usual_bytes / largest);
}

/// Writes the cells of a file. Other threads make their chunks, and may begin before there is a file.
class CellWriter {
 public:
  CellWriter(const StudyHeader& study, const FileCells& cells, Threads& threads)
      : study_(study),
        cells_(cells),
        layouts_(layouts_of(study)),
        ring_(slots_of(layouts_, threads.size()), threads, [this](Passing& slot) { prepare(slot); }) {
    if (cells_.fill) enter_model();
  }

  /// Begin with chunks until no slot is free or no cells are left.
  void begin() {
    while (chunks_ && !ring_.is_full()) {
      Passing& slot = ring_.free_slot();
      slot.begin(model_, *chunks_);
      slot.chunk.resize(slot.rows, cell_shape(study_, slot.model));
      if (!cells_.from_memory) fill(slot);
      ring_.submit();
      chunks_->advance();
      if (!chunks_->is_over()) continue;
      ++model_.value;
      enter_model();
    }
  }

  /// A chunk without cells is neither written nor hashed: it costs no space.
  void write(std::vector<CellTable>& tables, Hasher& hasher) {
    for (begin(); !ring_.is_empty(); begin()) {
      const Passing& slot = ring_.oldest();
      if (!slot.chunk.empty()) {
        tables[slot.model.value].write(slot.first, slot.seed, slot.chunk, slot.packed);
        hasher.update(&slot.hash, sizeof slot.hash);
      }
      ring_.release();
    }
    for (CellTable& table : tables) table.close();
  }

 private:
  void fill(Passing& slot) const {
    slot.chunk.clear_scores();
    std::optional<StoredCells> stored = cells_.fill(slot.model, slot.first, slot.seed, slot.chunk);
    slot.stored_in.clear();
    if (!stored) return;
    slot.packed = std::move(stored->packed);
    slot.stored_in = std::move(stored->file);
  }

  void prepare(Passing& slot) const {
    const CellLayout& layout = layouts_[slot.model.value];
    LentRoom room(slot.chunk);
    if (cells_.from_memory) fill(slot);
    pack(layout, slot);
    // HDF5 will write samples that are no chunk, so they stay with theirs.
    if (!layout.is_chunk(slot.first, slot.rows)) room.give_away();
  }

  /// Bytes that are stored already are unpacked all the same: the payload hash is of numbers, and a checksum must hold.
  static void pack(const CellLayout& layout, Passing& slot) {
    if (slot.chunk.empty()) return;
    if (slot.stored_in.empty()) {
      slot.packed = layout.pack(slot.first, slot.chunk);
    } else {
      slot.chunk.resize_samples();
      layout.unpack(slot.packed, slot.chunk, slot.stored_in);
    }
    slot.hash = slot.chunk.hash();
  }

  void enter_model() {
    chunks_.reset();
    const auto n_models = static_cast<std::int32_t>(study_.models.size());
    while (model_.value < n_models && study_.models[model_.value].id.empty()) ++model_.value;
    if (model_.value == n_models) return;
    chunks_.emplace(study_.models[model_.value], std::ssize(study_.spec.cv.seeds));
  }

  const StudyHeader& study_;
  const FileCells& cells_;
  std::vector<CellLayout> layouts_;
  ModelId model_{0};
  std::optional<Chunks> chunks_;  ///< of model_; none when no cells are left
  Ring<Passing> ring_;
};

void hash_cells(const CellTable& table, const TrialTable& trials, Threads& threads, Hasher& hasher) {
  Ring<Passing> ring(static_cast<std::size_t>(2 * threads.size()), threads, [&](Passing& slot) {
    if (slot.chunk.empty()) return;
    const LentRoom room(slot.chunk);
    slot.chunk.resize_samples();
    table.unpack(slot.packed, slot.chunk);
    slot.hash = slot.chunk.hash();
  });
  const auto add_oldest = [&] {
    const Passing& slot = ring.oldest();
    if (!slot.chunk.empty()) hasher.update(&slot.hash, sizeof slot.hash);
    ring.release();
  };
  for (Chunks at(trials, table.n_seeds()); !at.is_over(); at.advance()) {
    if (ring.is_full()) add_oldest();
    Passing& slot = ring.free_slot();
    slot.begin({}, at);
    slot.chunk.resize(slot.rows, table.shape());
    slot.packed = table.read_packed(slot.first, slot.seed, slot.chunk);
    ring.submit();
  }
  while (!ring.is_empty()) add_oldest();
}

}  // namespace

void write_study_file(const std::string& path, const StudyHeader& study, FileKind kind, const FileCells& cells,
                      Threads& threads) {
  CellWriter writer(study, cells, threads);
  writer.begin();
  const StudyHeader stored = as_stored(study, kind);
  hdf5::Object file = hdf5::create_file(path);
  std::vector<CellTable> tables = write_header(file, stored);
  Hasher hasher;
  add_header(hasher, stored);
  writer.write(tables, hasher);
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
  Threads threads(usual_threads());
  verify_study_file(path, threads);
}

void verify_study_file(const std::string& path, Threads& threads) {
  const hdf5::Object file = open_study_file(path);
  const StudyHeader study = read_header(file);
  Hasher hasher;
  add_header(hasher, study);
  for (const TrialTable& table : study.models) {
    hash_cells(CellTable::open(open_model(file, table.model_name)), table, threads, hasher);
  }
  const std::string stored = hdf5::read_attribute(file, payload_attribute);
  if (hasher.hex() != stored) {
    throw hdf5::FormatError(fmt::format("{}: its content hashes to {}, it says {}", path, hasher.hex(),
                                        stored.empty() ? "nothing" : stored));
  }
}

}  // namespace kilofold
