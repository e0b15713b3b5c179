// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "hdf5.hpp"
#include "kilofold/core/cells.hpp"
#include "kilofold/core/hash.hpp"
#include "kilofold/store.hpp"
#include "sample_table.hpp"

namespace kilofold {

inline constexpr const char* status_name = "status";           ///< of a dataset under diagnostic/
inline constexpr const char* numerics_name = "cell_numerics";  ///< of a dataset of a model's group

/// What stands where there is no number, count or status: also the fill values of the datasets.
inline constexpr double missing = std::numeric_limits<double>::quiet_NaN();
inline constexpr float missing_float = std::numeric_limits<float>::quiet_NaN();
inline constexpr std::int32_t no_count = -1;
inline constexpr std::int32_t no_status = -1;

/// A pooled metric by its name, as an index into CellBlock::metric. Requires that there is one of that name.
std::size_t metric_number(const std::string& name);
bool larger_is_better(std::size_t metric);

/// What of a cell to read: metrics and statuses only, or the predictions too.
enum class Detail { scores, everything };

/// How much one cell of a model entry holds.
struct CellShape {
  std::int64_t samples = 0;
  std::int64_t folds = 0;
  std::int64_t diagnostics = 0;
  bool has_sd = false;

  friend bool operator==(const CellShape&, const CellShape&) = default;
};

CellShape cell_shape(const StudyHeader& study, ModelId model);

/// Some consecutive trials of one model entry at one seed: the unit in which cells move between memory and file.
///
/// Shapes    row-major: prediction, sd (rows, samples) · metric (4, rows) · fold_metric (3, rows, folds) · diagnostic
/// (diagnostics, rows, folds) · status (rows, folds). A row without a cell has status -1 and NaN everywhere.
struct CellChunk {
  std::int64_t rows = 0;
  CellShape shape;
  std::vector<double> prediction;
  std::vector<double> sd;  ///< empty unless shape.has_sd
  std::vector<double> metric;
  std::vector<double> fold_metric;
  std::vector<float> diagnostic;
  std::vector<std::int32_t> status;
  std::vector<std::int32_t> numerics;  ///< (rows) as CellBlock::numerics

  /// A chunk without cells; with Detail::scores, `prediction` and `sd` stay empty.
  CellChunk(std::int64_t rows, const CellShape& shape, Detail detail = Detail::everything);

  /// Room for the scores of other trials. What it holds then is left open, until clear_scores, as are its samples,
  /// until add_samples or where unpacking fills them all.
  void resize(std::int64_t rows, const CellShape& shape);
  void resize_samples();
  void clear();
  void clear_scores();
  void add_samples();  ///< room for samples, every one missing
  bool contains(std::int64_t row) const { return status[row * shape.folds] >= 0; }
  std::int64_t n_timed_out(std::int64_t row) const;  ///< fits whose status is time_limit
  bool empty() const;
  /// Forget a row's predictions and sd; its scores stay.
  void drop_prediction(std::int64_t row);
  /// Are a row's predictions missing although they were good ones?
  bool is_dropped(std::int64_t row) const;
  void clear_row(std::int64_t row);
  void copy_row(std::int64_t row, const CellBlock& block, std::int64_t cell);
  void copy_row(std::int64_t row, const CellChunk& from, std::int64_t from_row);
  void copy_row_to(std::int64_t row, CellBlock& block, std::int64_t cell) const;
  /// Bit for bit; folds that only one of the two has must be missing there. Predictions that one of the two has dropped
  /// agree with any.
  bool same_row(std::int64_t row, const CellChunk& other, std::int64_t other_row) const;
  /// Largest difference of two rows' predictions where both have one.
  double largest_difference(std::int64_t row, const CellChunk& other, std::int64_t other_row) const;
  /// XXH3-64 of all that it holds.
  std::uint64_t hash() const;
};

/// How many trials one chunk of a study's predictions spans: 64, fewer where they would pass 8 MiB. Of fewer than 640
/// trials that many as make chunks of about 64 equal, since the last one is stored as long as the others.
std::int64_t trials_a_chunk(std::int64_t n_trials, std::int64_t n_samples);

/// A chunk's samples as they lie in the file.
struct PackedCells {
  SampleLayout::Packed prediction, sd;
};

/// A chunk's samples as they lie in a file that has just these, to be taken over byte for byte.
struct StoredCells {
  PackedCells packed;
  std::string file;
};

/// How the samples of one model entry lie in a file.
struct CellLayout {
  SampleLayout prediction;
  std::optional<SampleLayout> sd;

  static CellLayout of(const TrialTable& table, std::int64_t n_samples);
  /// Touches no HDF5: any thread may.
  PackedCells pack(std::int64_t first_trial, const CellChunk& chunk) const;
  void unpack(const PackedCells& packed, CellChunk& chunk, const std::string& name) const;  ///< nor this
  bool has_chunks_of(const CellLayout& other) const;
  /// Are `rows` trials from this one on the whole of a chunk?
  bool is_chunk(std::int64_t first_trial, std::int64_t rows) const;
};

struct ScoreBlock;
struct ScoreRange;

/// The result datasets of one model entry in one open file.
class CellTable {
 public:
  /// What the datasets need to be created and labelled.
  struct Axes {
    hdf5::Scale& trial;
    hdf5::Scale& seed;
    hdf5::Scale& fold;
    hdf5::Scale& sample;
    std::string target_name;
    std::string target_units;
  };

  CellTable(CellTable&&) noexcept;
  CellTable& operator=(CellTable&&) noexcept;
  ~CellTable();

  /// What of `table` is kept decides which datasets exist.
  static CellTable create(const hdf5::Object& model, const Axes& axes, const TrialTable& table);
  static CellTable open(const hdf5::Object& model);

  /// `packed`: what CellLayout::pack made of the chunk. Scores may reach HDF5 only with those of later seeds, the last
  /// ones in close().
  void write(std::int64_t first_trial, std::int32_t seed, const CellChunk& chunk, const PackedCells& packed);
  /// Read chunk.rows trials. Errors: MachineError; FormatError where a checksum fails.
  void read(std::int64_t first_trial, std::int32_t seed, CellChunk& chunk, Detail detail, UnpackedChunks& chunks) const;
  /// Read all that is not packed in the file, and what is for the caller to unpack; samples that are packed, or of a
  /// chunk without cells, stay as they are in `chunk`.
  PackedCells read_packed(std::int64_t first_trial, std::int32_t seed, CellChunk& chunk) const;
  /// Touches no HDF5: any thread may.
  void unpack(const PackedCells& packed, CellChunk& chunk) const;
  /// For some trials and every seed -1 where there is no cell, time_limit where a fold has it, else the status of fold
  /// 0. Shape (rows, seeds).
  std::vector<std::int32_t> cell_status(std::int64_t first_trial, std::int64_t rows) const;
  /// For some trials and every seed the number of failed fits. Shape (rows, seeds).
  std::vector<std::int32_t> failed_fits(std::int64_t first_trial, std::int64_t rows) const;
  /// Is there a cell of some trials at a seed?
  bool contains_any(std::int64_t first_trial, std::int64_t rows, std::int32_t seed) const;
  /// Which numerics some trials' cells have, as CellChunk::numerics. Shape (rows, seeds).
  std::vector<std::int32_t> numerics(std::int64_t first_trial, std::int64_t rows) const;
  void close();

  std::int64_t n_trials() const { return n_trials_; }
  std::int64_t n_seeds() const { return n_seeds_; }
  const CellShape& shape() const { return shape_; }
  CellLayout layout() const;

 private:
  CellTable();
  void write_block();
  std::unique_ptr<ScoreBlock> read_block(const ScoreRange& range) const;
  void read_scores(std::int64_t first_trial, std::int32_t seed, CellChunk& chunk) const;
  /// Shape (rows, seeds, folds)
  std::vector<std::int32_t> fit_status(std::int64_t first_trial, std::int64_t rows) const;

  std::int64_t n_trials_ = 0;
  std::int64_t n_seeds_ = 0;
  CellShape shape_;
  SampleTable prediction_;
  std::optional<SampleTable> sd_;
  std::array<hdf5::Object, n_metrics> metric_;
  std::array<hdf5::Object, n_fold_metrics> fold_metric_;
  hdf5::Object status_;
  std::optional<hdf5::Object> numerics_;
  struct Diagnostic {
    hdf5::Object dataset;
    bool integral;
  };
  std::vector<Diagnostic> diagnostics_;
  /// Scores on their way to the file, or those read last.
  mutable std::unique_ptr<ScoreBlock> block_;
};

/// The numbers kept of every fit, as a model's group names them, in their order.
std::vector<DiagnosticColumn> read_diagnostic_columns(const hdf5::Object& model);
/// Ids of numerics other than the model's own that its cells have.
std::vector<std::string> read_other_numerics(const hdf5::Object& model);

/// Label the dimensions of a dataset, and let its group show their scales under their names (hard links): so xarray
/// finds the coordinates whichever group it opens.
void label_dimensions(const hdf5::Object& group, const hdf5::Object& dataset,
                      std::initializer_list<hdf5::Scale*> scales);

}  // namespace kilofold
