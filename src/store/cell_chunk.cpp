// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <cstring>

#include "cells.hpp"
#include "metric_columns.hpp"

namespace kilofold {
namespace {

template <class T> bool same_bits(const std::vector<T>& a, const std::vector<T>& b) {
  return a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0;
}

template <class T> void add(Hasher& hasher, const std::vector<T>& values) {
  hasher.update(values.data(), values.size() * sizeof(T));
}

}  // namespace

CellChunk::CellChunk(std::int64_t n_rows, const CellShape& cell, Detail detail)
    : rows(n_rows),
      shape(cell),
      metric(n_metrics * static_cast<std::size_t>(n_rows), missing),
      fold_metric(n_fold_metrics * static_cast<std::size_t>(n_rows * cell.folds), missing),
      diagnostic(static_cast<std::size_t>(cell.diagnostics * n_rows * cell.folds), missing_float),
      status(static_cast<std::size_t>(n_rows * cell.folds), no_status),
      numerics(static_cast<std::size_t>(n_rows), 0) {
  if (detail == Detail::everything) add_samples();
}

void CellChunk::resize(std::int64_t n_rows, const CellShape& cell) {
  if (rows != n_rows || shape != cell) *this = CellChunk(n_rows, cell, Detail::scores);
}

void CellChunk::resize_samples() {
  prediction.resize(static_cast<std::size_t>(rows * shape.samples));
  if (shape.has_sd) sd.resize(prediction.size());
}

void CellChunk::add_samples() {
  prediction.assign(static_cast<std::size_t>(rows * shape.samples), missing);
  if (shape.has_sd) sd.assign(prediction.size(), missing);
}

void CellChunk::clear() {
  std::fill(prediction.begin(), prediction.end(), missing);
  std::fill(sd.begin(), sd.end(), missing);
  clear_scores();
}

void CellChunk::clear_scores() {
  std::fill(metric.begin(), metric.end(), missing);
  std::fill(fold_metric.begin(), fold_metric.end(), missing);
  std::fill(diagnostic.begin(), diagnostic.end(), missing_float);
  std::fill(status.begin(), status.end(), no_status);
  std::fill(numerics.begin(), numerics.end(), 0);
}

void CellChunk::drop_prediction(std::int64_t row) {
  for (std::vector<double>* values : {&prediction, &sd}) {
    if (!values->empty()) std::fill_n(values->begin() + row * shape.samples, shape.samples, missing);
  }
}

bool CellChunk::is_dropped(std::int64_t row) const {
  const auto gave_numbers = [](std::int32_t fit) { return fit >= 0 && !failed(static_cast<FitStatus>(fit)); };
  const std::int32_t* fits = &status[row * shape.folds];
  if (prediction.empty() || std::none_of(fits, fits + shape.folds, gave_numbers)) return false;
  const double* first = &prediction[row * shape.samples];
  return std::all_of(first, first + shape.samples, [](double value) { return std::isnan(value); });
}

std::int64_t CellChunk::n_timed_out(std::int64_t row) const {
  const std::int32_t* const fits = &status[row * shape.folds];
  return std::count(fits, fits + shape.folds, static_cast<std::int32_t>(FitStatus::time_limit));
}

void CellChunk::clear_row(std::int64_t row) { copy_row(row, CellChunk(1, shape), 0); }

bool CellChunk::empty() const {
  for (std::int64_t row = 0; row < rows; ++row) {
    if (contains(row)) return false;
  }
  return true;
}

void CellChunk::copy_row(std::int64_t row, const CellBlock& block, std::int64_t cell) {
  const auto [samples, folds, diagnostics, has_sd] = shape;
  std::copy_n(&block.prediction[cell * samples], samples, &prediction[row * samples]);
  if (has_sd) std::copy_n(&block.sd[cell * samples], samples, &sd[row * samples]);
  for (std::size_t m = 0; m < n_metrics; ++m) metric[m * rows + row] = block.metric[cell * n_metrics + m];
  for (std::int64_t fold = 0; fold < folds; ++fold) {
    const std::size_t from = cell * folds + fold;
    for (std::size_t m = 0; m < n_fold_metrics; ++m) {
      fold_metric[(m * rows + row) * folds + fold] = block.fold_metric[from * n_fold_metrics + m];
    }
  }
  std::copy_n(&block.status[cell * folds], folds, &status[row * folds]);
  numerics[row] = block.numerics.empty() ? 0 : block.numerics[cell];
  for (std::int64_t d = 0; d < diagnostics; ++d) {
    const float* from = &block.diagnostic[(cell * diagnostics + d) * folds];
    // A NaN's sign and payload do not survive the way through an integer column, and the payload hash sees them.
    std::transform(from, from + folds, &diagnostic[(d * rows + row) * folds],
                   [](float value) { return std::isnan(value) ? missing_float : value; });
  }
}

void CellChunk::copy_row_to(std::int64_t row, CellBlock& block, std::int64_t cell) const {
  const auto [samples, folds, diagnostics, has_sd] = shape;
  std::copy_n(&prediction[row * samples], samples, &block.prediction[cell * samples]);
  if (has_sd) std::copy_n(&sd[row * samples], samples, &block.sd[cell * samples]);
  for (std::size_t m = 0; m < n_metrics; ++m) block.metric[cell * n_metrics + m] = metric[m * rows + row];
  for (std::int64_t fold = 0; fold < folds; ++fold) {
    const std::size_t to = cell * folds + fold;
    for (std::size_t m = 0; m < n_fold_metrics; ++m) {
      block.fold_metric[to * n_fold_metrics + m] = fold_metric[(m * rows + row) * folds + fold];
    }
  }
  std::copy_n(&status[row * folds], folds, &block.status[cell * folds]);
  block.numerics[cell] = numerics[row];
  for (std::int64_t d = 0; d < diagnostics; ++d) {
    std::copy_n(&diagnostic[(d * rows + row) * folds], folds, &block.diagnostic[(cell * diagnostics + d) * folds]);
  }
}

void CellChunk::copy_row(std::int64_t row, const CellChunk& from, std::int64_t from_row) {
  const std::int64_t samples = shape.samples;
  const std::int64_t folds = shape.folds;
  const std::int64_t shared = std::min(folds, from.shape.folds);
  if (!prediction.empty()) std::copy_n(&from.prediction[from_row * samples], samples, &prediction[row * samples]);
  if (!sd.empty()) std::copy_n(&from.sd[from_row * samples], samples, &sd[row * samples]);
  for (std::size_t m = 0; m < n_metrics; ++m) metric[m * rows + row] = from.metric[m * from.rows + from_row];
  for (std::size_t m = 0; m < n_fold_metrics; ++m) {
    std::copy_n(&from.fold_metric[(m * from.rows + from_row) * from.shape.folds], shared,
                &fold_metric[(m * rows + row) * folds]);
  }
  for (std::int64_t d = 0; d < shape.diagnostics; ++d) {
    std::copy_n(&from.diagnostic[(d * from.rows + from_row) * from.shape.folds], shared,
                &diagnostic[(d * rows + row) * folds]);
  }
  std::copy_n(&from.status[from_row * from.shape.folds], shared, &status[row * folds]);
  numerics[row] = from.numerics[from_row];
}

bool CellChunk::same_row(std::int64_t row, const CellChunk& other, std::int64_t other_row) const {
  const Detail detail = prediction.empty() ? Detail::scores : Detail::everything;
  CellChunk mine(1, shape, detail);
  CellChunk theirs(1, shape, detail);
  mine.copy_row(0, *this, row);
  theirs.copy_row(0, other, other_row);
  if (mine.is_dropped(0)) theirs.drop_prediction(0);
  if (theirs.is_dropped(0)) mine.drop_prediction(0);
  return same_bits(mine.prediction, theirs.prediction) && same_bits(mine.sd, theirs.sd) &&
         same_bits(mine.metric, theirs.metric) && same_bits(mine.fold_metric, theirs.fold_metric) &&
         same_bits(mine.diagnostic, theirs.diagnostic) && mine.status == theirs.status;
}

double CellChunk::largest_difference(std::int64_t row, const CellChunk& other, std::int64_t other_row) const {
  double largest = 0;
  if (prediction.empty()) return largest;
  for (std::int64_t i = 0; i < shape.samples; ++i) {
    const double difference = prediction[row * shape.samples + i] - other.prediction[other_row * shape.samples + i];
    if (std::fabs(difference) > largest) largest = std::fabs(difference);
  }
  return largest;
}

std::uint64_t CellChunk::hash() const {
  Hasher hasher;
  add(hasher, status);
  if (std::any_of(numerics.begin(), numerics.end(), [](std::int32_t n) { return n != 0; })) add(hasher, numerics);
  add(hasher, diagnostic);
  add(hasher, metric);
  add(hasher, fold_metric);
  add(hasher, prediction);
  add(hasher, sd);
  return hasher.value();
}

std::size_t metric_number(const std::string& name) {
  const auto found = std::find_if(metric_columns.begin(), metric_columns.end(),
                                  [&](const auto& column) { return name == column.name; });
  KILOFOLD_EXPECT(found != metric_columns.end());
  return static_cast<std::size_t>(found - metric_columns.begin());
}

bool larger_is_better(std::size_t metric) { return metric_columns[metric].unit == MetricColumn::Unit::none; }

std::int64_t trials_a_chunk(std::int64_t n_trials, std::int64_t n_samples) {
  constexpr std::int64_t usual = 64;
  constexpr std::int64_t most_elements = 1 << 20;
  const std::int64_t chunks = std::max<std::int64_t>(1, (n_trials + usual / 2) / usual);
  const std::int64_t wanted = n_trials < 10 * usual ? (n_trials + chunks - 1) / chunks : usual;
  return std::clamp<std::int64_t>(most_elements / n_samples, 1, std::max<std::int64_t>(1, wanted));
}

}  // namespace kilofold
