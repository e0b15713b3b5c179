// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstring>
#include <limits>

#include "cells.hpp"

namespace kilofold {
namespace {

constexpr double missing = std::numeric_limits<double>::quiet_NaN();
constexpr std::int32_t no_count = -1;  // nor status

template <class T> bool same_bits(const T* a, const T* b, std::int64_t count) {
  return std::memcmp(a, b, static_cast<std::size_t>(count) * sizeof(T)) == 0;
}

template <class T> void add(Hasher& hasher, const std::vector<T>& values) {
  hasher.update(values.data(), values.size() * sizeof(T));
}

}  // namespace

CellChunk::CellChunk(std::int64_t n_rows, std::int64_t n_samples, std::int64_t n_folds, Detail detail)
    : rows(n_rows),
      samples(n_samples),
      folds(n_folds),
      prediction(detail == Detail::everything ? static_cast<std::size_t>(n_rows * n_samples) : 0, missing),
      metric(n_metrics * static_cast<std::size_t>(n_rows), missing),
      fold_metric(n_fold_metrics * static_cast<std::size_t>(n_rows * n_folds), missing),
      status(static_cast<std::size_t>(n_rows * n_folds), no_count),
      n_members(static_cast<std::size_t>(n_rows * n_folds), no_count) {}

void CellChunk::clear() {
  std::fill(prediction.begin(), prediction.end(), missing);
  std::fill(metric.begin(), metric.end(), missing);
  std::fill(fold_metric.begin(), fold_metric.end(), missing);
  std::fill(status.begin(), status.end(), no_count);
  std::fill(n_members.begin(), n_members.end(), no_count);
}

void CellChunk::forget_members() { std::fill(n_members.begin(), n_members.end(), no_count); }

bool CellChunk::empty() const {
  for (std::int64_t row = 0; row < rows; ++row) {
    if (contains(row)) return false;
  }
  return true;
}

void CellChunk::copy_row(std::int64_t row, const CellBlock& block, std::int64_t cell) {
  std::copy_n(&block.prediction[cell * samples], samples, &prediction[row * samples]);
  for (std::size_t m = 0; m < n_metrics; ++m) metric[m * rows + row] = block.metric[cell * n_metrics + m];
  for (std::int64_t fold = 0; fold < folds; ++fold) {
    const std::size_t from = cell * folds + fold;
    for (std::size_t m = 0; m < n_fold_metrics; ++m) {
      fold_metric[(m * rows + row) * folds + fold] = block.fold_metric[from * n_fold_metrics + m];
    }
    status[row * folds + fold] = block.status[from];
    n_members[row * folds + fold] = block.n_members.empty() ? no_count : block.n_members[from];
  }
}

void CellChunk::copy_row_to(std::int64_t row, CellBlock& block, std::int64_t cell) const {
  std::copy_n(&prediction[row * samples], samples, &block.prediction[cell * samples]);
  for (std::size_t m = 0; m < n_metrics; ++m) block.metric[cell * n_metrics + m] = metric[m * rows + row];
  for (std::int64_t fold = 0; fold < folds; ++fold) {
    const std::size_t to = cell * folds + fold;
    for (std::size_t m = 0; m < n_fold_metrics; ++m) {
      block.fold_metric[to * n_fold_metrics + m] = fold_metric[(m * rows + row) * folds + fold];
    }
    block.status[to] = status[row * folds + fold];
    if (!block.n_members.empty()) block.n_members[to] = n_members[row * folds + fold];
  }
}

void CellChunk::copy_row(std::int64_t row, const CellChunk& from, std::int64_t from_row) {
  const std::int64_t shared = std::min(folds, from.folds);
  if (!prediction.empty()) std::copy_n(&from.prediction[from_row * samples], samples, &prediction[row * samples]);
  for (std::size_t m = 0; m < n_metrics; ++m) metric[m * rows + row] = from.metric[m * from.rows + from_row];
  for (std::size_t m = 0; m < n_fold_metrics; ++m) {
    std::copy_n(&from.fold_metric[(m * from.rows + from_row) * from.folds], shared,
                &fold_metric[(m * rows + row) * folds]);
  }
  std::copy_n(&from.status[from_row * from.folds], shared, &status[row * folds]);
  std::copy_n(&from.n_members[from_row * from.folds], shared, &n_members[row * folds]);
}

bool CellChunk::same_row(std::int64_t row, const CellChunk& other, std::int64_t other_row) const {
  CellChunk mine(1, prediction.empty() ? 0 : samples, folds);
  CellChunk theirs(1, mine.samples, folds);
  mine.copy_row(0, *this, row);
  theirs.copy_row(0, other, other_row);
  return same_bits(mine.prediction.data(), theirs.prediction.data(), mine.samples) &&
         same_bits(mine.metric.data(), theirs.metric.data(), n_metrics) &&
         same_bits(mine.fold_metric.data(), theirs.fold_metric.data(), n_fold_metrics * folds) &&
         same_bits(mine.status.data(), theirs.status.data(), folds) &&
         same_bits(mine.n_members.data(), theirs.n_members.data(), folds);
}

void CellChunk::add_to(Hasher& hasher) const {
  add(hasher, status);
  add(hasher, n_members);
  add(hasher, metric);
  add(hasher, fold_metric);
  add(hasher, prediction);
}

std::int64_t trials_a_chunk(std::int64_t n_trials, std::int64_t n_samples) {
  constexpr std::int64_t usual = 64;
  constexpr std::int64_t most_elements = 1 << 20;
  return std::clamp<std::int64_t>(most_elements / n_samples, 1, std::min(usual, n_trials));
}

}  // namespace kilofold
