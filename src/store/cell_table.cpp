// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <span>

#include "cells.hpp"
#include "metric_columns.hpp"
#include "score_block.hpp"

namespace kilofold {
namespace {

constexpr FitStatus last_status = FitStatus::not_finite;

void describe(const hdf5::Object& dataset, const std::string& long_name, const std::string& units) {
  if (!long_name.empty()) hdf5::write_attribute(dataset, "long_name", long_name);
  if (!units.empty()) hdf5::write_attribute(dataset, "units", units);
}

void describe(const hdf5::Object& dataset, const MetricColumn& column, const std::string& target_units) {
  describe(dataset, column.long_name, column.unit == MetricColumn::Unit::of_target ? target_units : "1");
}

/// CF flags: readers that know them show names instead of numbers.
void describe_status(const hdf5::Object& status) {
  std::vector<std::int32_t> values;
  std::string meanings;
  for (std::int32_t value = 0; value <= static_cast<std::int32_t>(last_status); ++value) {
    values.push_back(value);
    if (value > 0) meanings += ' ';
    meanings += name(static_cast<FitStatus>(value));
  }
  hdf5::write_attribute(status, "long_name", std::string("how the fit ended"));
  hdf5::write_attribute(status, "flag_values", std::span<const std::int32_t>(values));
  hdf5::write_attribute(status, "flag_meanings", meanings);
}

void describe_numerics(const hdf5::Object& dataset, const TrialTable& trials) {
  std::vector<std::int32_t> values = {0};
  std::string meanings = trials.numerics;
  for (const std::string& id : trials.other_numerics) {
    values.push_back(static_cast<std::int32_t>(values.size()));
    meanings += " " + id;
  }
  hdf5::write_attribute(dataset, "long_name", std::string("numerics id of the cell"));
  hdf5::write_attribute(dataset, "flag_values", std::span<const std::int32_t>(values));
  hdf5::write_attribute(dataset, "flag_meanings", meanings);
}

hdf5::Extent score_chunk(const hdf5::Extent& extent) {
  constexpr std::array<hsize_t, 3> most = {trials_a_score_chunk, seeds_a_score_chunk, folds_a_score_chunk};
  hdf5::Extent chunk = extent;
  for (std::size_t i = 0; i < chunk.size(); ++i) chunk[i] = std::min(chunk[i], most[i]);
  return chunk;
}

hdf5::Object create_scores(const hdf5::Object& group, const std::string& name, const hdf5::Extent& extent,
                           const CellTable::Axes& axes) {
  hdf5::Object dataset = hdf5::create_dataset<double>(group, name, {extent, score_chunk(extent)}, missing);
  if (extent.size() == 3) {
    label_dimensions(group, dataset, {&axes.trial, &axes.seed, &axes.fold});
  } else {
    label_dimensions(group, dataset, {&axes.trial, &axes.seed});
  }
  return dataset;
}

template <class T>
hdf5::Object create_diagnostic(const hdf5::Object& group, const std::string& name, const hdf5::Extent& extent,
                               const CellTable::Axes& axes, T fill) {
  hdf5::Object dataset = hdf5::create_dataset<T>(group, name, {extent, score_chunk(extent)}, fill);
  label_dimensions(group, dataset, {&axes.trial, &axes.seed, &axes.fold});
  return dataset;
}

SampleTable create_by_sample(const hdf5::Object& model, const std::string& name, const CellTable::Axes& axes,
                             const SampleLayout& layout) {
  SampleTable table =
      SampleTable::create(model, name, static_cast<std::int64_t>(hdf5::shape(axes.seed.dataset())[0]), layout);
  label_dimensions(model, table.dataset(), {&axes.trial, &axes.seed, &axes.sample});
  return table;
}

}  // namespace

void label_dimensions(const hdf5::Object& group, const hdf5::Object& dataset,
                      std::initializer_list<hdf5::Scale*> scales) {
  hdf5::attach_scales(dataset, scales);
  for (const hdf5::Scale* scale : scales) {
    if (!hdf5::contains(group, scale->dimension())) hdf5::hard_link(scale->dataset(), group, scale->dimension());
  }
}

CellTable::CellTable() = default;
CellTable::CellTable(CellTable&&) noexcept = default;
CellTable& CellTable::operator=(CellTable&&) noexcept = default;
CellTable::~CellTable() = default;

CellLayout CellTable::layout() const {
  return {prediction_.layout(), sd_ ? std::optional(sd_->layout()) : std::nullopt};
}

CellTable CellTable::create(const hdf5::Object& model, const Axes& axes, const TrialTable& trials) {
  CellTable table;
  table.n_trials_ = static_cast<std::int64_t>(hdf5::shape(axes.trial.dataset())[0]);
  table.n_seeds_ = static_cast<std::int64_t>(hdf5::shape(axes.seed.dataset())[0]);
  table.shape_ = {static_cast<std::int64_t>(hdf5::shape(axes.sample.dataset())[0]),
                  static_cast<std::int64_t>(hdf5::shape(axes.fold.dataset())[0]),
                  static_cast<std::int64_t>(trials.diagnostics.size()), trials.has_sd};
  const hdf5::Extent pooled = hdf5::extent(table.n_trials_, table.n_seeds_);
  const hdf5::Extent by_fold = hdf5::extent(table.n_trials_, table.n_seeds_, table.shape_.folds);
  const CellLayout layout = CellLayout::of(trials, table.shape_.samples);
  table.prediction_ = create_by_sample(model, "prediction", axes, layout.prediction);
  describe(table.prediction_.dataset(), axes.target_name, axes.target_units);
  if (layout.sd) {
    table.sd_ = create_by_sample(model, "sd", axes, *layout.sd);
    describe(table.sd_->dataset(), "standard deviation of a new observation", axes.target_units);
  }
  const hdf5::Object metric = hdf5::create_group(model, "metric");
  for (std::size_t m = 0; m < n_metrics; ++m) {
    table.metric_[m] = create_scores(metric, metric_columns[m].name, pooled, axes);
    describe(table.metric_[m], metric_columns[m], axes.target_units);
  }
  const hdf5::Object fold_metric = hdf5::create_group(model, "fold_metric");
  for (std::size_t m = 0; m < n_fold_metrics; ++m) {
    table.fold_metric_[m] = create_scores(fold_metric, metric_columns[m].name, by_fold, axes);
    describe(table.fold_metric_[m], metric_columns[m], axes.target_units);
  }
  const hdf5::Object diagnostic = hdf5::create_group(model, "diagnostic");
  table.status_ = create_diagnostic(diagnostic, status_name, by_fold, axes, no_count);
  describe_status(table.status_);
  for (const DiagnosticColumn& column : trials.diagnostics) {
    hdf5::Object dataset = column.integral ? create_diagnostic(diagnostic, column.name, by_fold, axes, no_count)
                                           : create_diagnostic(diagnostic, column.name, by_fold, axes, missing_float);
    describe(dataset, column.long_name, "1");
    table.diagnostics_.push_back({std::move(dataset), column.integral});
  }
  if (!trials.other_numerics.empty()) {
    table.numerics_ = hdf5::create_dataset<std::int32_t>(model, numerics_name, {pooled, score_chunk(pooled)}, 0);
    label_dimensions(model, *table.numerics_, {&axes.trial, &axes.seed});
    describe_numerics(*table.numerics_, trials);
  }
  return table;
}

CellTable CellTable::open(const hdf5::Object& model) {
  CellTable table;
  table.prediction_ = SampleTable::open(model, "prediction");
  if (hdf5::contains(model, "sd")) table.sd_ = SampleTable::open(model, "sd");
  for (std::size_t m = 0; m < n_metrics; ++m) {
    table.metric_[m] = hdf5::open_dataset(model, std::string("metric/") + metric_columns[m].name);
  }
  for (std::size_t m = 0; m < n_fold_metrics; ++m) {
    table.fold_metric_[m] = hdf5::open_dataset(model, std::string("fold_metric/") + metric_columns[m].name);
  }
  const hdf5::Object diagnostic = hdf5::open_group(model, "diagnostic");
  table.status_ = hdf5::open_dataset(diagnostic, status_name);
  for (const DiagnosticColumn& column : read_diagnostic_columns(model)) {
    table.diagnostics_.push_back({hdf5::open_dataset(diagnostic, column.name), column.integral});
  }
  if (hdf5::contains(model, numerics_name)) table.numerics_ = hdf5::open_dataset(model, numerics_name);
  const hdf5::Extent& cells = table.prediction_.extent();
  const hdf5::Extent fits = hdf5::shape(table.status_);
  if (cells.size() != 3 || fits.size() != 3)
    throw hdf5::FormatError(model.name() + ": unexpected number of dimensions");
  table.n_trials_ = static_cast<std::int64_t>(cells[0]);
  table.n_seeds_ = static_cast<std::int64_t>(cells[1]);
  table.shape_ = {static_cast<std::int64_t>(cells[2]), static_cast<std::int64_t>(fits[2]),
                  static_cast<std::int64_t>(table.diagnostics_.size()), table.sd_.has_value()};
  return table;
}

void CellTable::unpack(const PackedCells& packed, CellChunk& chunk) const {
  prediction_.unpack(packed.prediction, chunk.prediction);
  if (sd_) sd_->unpack(packed.sd, chunk.sd);
}

void CellTable::write(std::int64_t first_trial, std::int32_t seed, const CellChunk& chunk, const PackedCells& packed) {
  prediction_.write(first_trial, seed, chunk.prediction, packed.prediction);
  if (sd_) sd_->write(first_trial, seed, chunk.sd, packed.sd);
  const ScoreRange range = ScoreRange::around(first_trial, chunk.rows, seed, n_seeds_);
  if (!block_ || block_->range != range) {
    write_block();
    block_ = std::make_unique<ScoreBlock>(range, shape_);
  }
  block_->take(seed, chunk);
}

PackedCells CellTable::read_packed(std::int64_t first_trial, std::int32_t seed, CellChunk& chunk) const {
  read_scores(first_trial, seed, chunk);
  if (chunk.empty()) return {};
  return {prediction_.read(first_trial, chunk.rows, seed, chunk.prediction),
          sd_ ? sd_->read(first_trial, chunk.rows, seed, chunk.sd) : SampleTable::Packed()};
}

void CellTable::read(std::int64_t first_trial, std::int32_t seed, CellChunk& chunk, Detail detail,
                     UnpackedChunks& chunks) const {
  read_scores(first_trial, seed, chunk);
  if (detail == Detail::scores) return;
  prediction_.read_rows(first_trial, seed, chunk.prediction, chunks);
  if (sd_) sd_->read_rows(first_trial, seed, chunk.sd, chunks);
}

void CellTable::close() {
  write_block();
  prediction_.close();
  if (sd_) sd_->close();
  for (hdf5::Object& dataset : metric_) dataset.close();
  for (hdf5::Object& dataset : fold_metric_) dataset.close();
  status_.close();
  if (numerics_) numerics_->close();
  for (Diagnostic& diagnostic : diagnostics_) diagnostic.dataset.close();
}

}  // namespace kilofold
