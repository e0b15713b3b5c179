// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "cpu/svr_face.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <numeric>

#include "cpu/cholesky.hpp"
#include "cpu/panel_solves.hpp"

namespace kilofold::cpu {
namespace {

constexpr double jitters[] = {0, 1e-11, 1e-8};  // for rows that the others span
constexpr std::int64_t most_columns = 256;      // bounds their memory

/// Sum of the whole numbers of C that the kinks hold.
std::int64_t kink_sum(const SvrState& s) {
  std::int64_t sum = 0;
  for (std::int64_t row = 0; row < s.problem->n_rows(); ++row)
    if (!s.is_free(row)) sum += s.problem->loss.kink(row, s.place(row));
  return sum;
}

}  // namespace

void FreeBlock::gather(const SvrState& s) {
  rows.clear();
  for (std::int64_t row = 0; row < s.problem->n_rows(); ++row)
    if (s.is_free(row)) rows.push_back(static_cast<std::int32_t>(row));
}

bool FreeBlock::factor(const SvrProblem& problem, double jitter) {
  if (jitter == jitter_ && !factored_.empty() && rows == factored_) return true;
  factored_.clear();
  inverse_ = nullptr;
  if (!eliminate(problem, jitter)) return false;
  factored_ = rows;
  jitter_ = jitter;
  return true;
}

bool FreeBlock::eliminate(const SvrProblem& problem, double jitter) {
  const std::int64_t f = size();
  factor_ = {factor_store_.get(Panels::doubles(f, 0)), f, 0};
  for (std::int64_t i = 0; i < f; i += 8) {  // K is symmetric to the bit: eight of its columns are a panel's rows
    const double* column[8];
    for (std::int64_t r = 0; r < 8; ++r) column[r] = problem.K.col(row(std::min(i + r, f - 1)));
    double* to = factor_.panel(i / 8);
    for (std::int64_t k = 0; k < std::min(i + 8, f); ++k, to += 8)
      for (std::int64_t r = 0; r < 8; ++r) to[r] = column[r][row(k)];
  }
  for (std::int64_t k = 0; k < f; ++k) factor_.at(k, k) = problem.diagonal[row(k)] * (1 + jitter);
  pad(factor_);
  if (cholesky(factor_) < f) return false;
  for (std::int64_t k = 0; k < f; ++k) {
    const double pivot = factor_.at(k, k) * factor_.at(k, k);
    if (pivot <= static_cast<double>(f) * std::numeric_limits<double>::epsilon() * problem.diagonal[row(k)])
      return false;
  }
  return true;
}

void FreeBlock::solve(double* z) const {
  solve_lower(factor_, z);
  solve_lower_transposed(factor_, z);
}

void FreeBlock::solve_by_blocks(double* z, std::int64_t first) {
  if (inverse_ == nullptr) {
    double* const inverse = inverse_store_.get(16 * factor_.columns());
    invert_diagonal_blocks(factor_, inverse);
    inverse_ = inverse;
  }
  cpu::solve_by_blocks(factor_, inverse_, z, first);
}

double FreeBlock::condition() const {
  double least = factor_.at(0, 0), most = least;
  for (std::int64_t i = 1; i < size(); ++i) {
    least = std::fmin(least, factor_.at(i, i));
    most = std::fmax(most, factor_.at(i, i));
  }
  return (most / least) * (most / least);
}

SvrFace::End SvrFace::minimise(SvrState& s) {
  free_.gather(s);
  f_ = free_.size();
  if (f_ < 2) {
    settle_at_most_one(s);
    return End::reached;
  }
  if (!prepare(s)) return End::reached;
  const End end = walk(s);
  apply(s);
  return end;
}

/// The coefficients sum to zero, so a lone free one is a whole multiple of C: a kink of its row, unless thresholds were
/// merged and it lies between two.
void SvrFace::settle_at_most_one(SvrState& s) {
  if (f_ == 1) {
    const std::int64_t row = free_.row(0);
    const std::int32_t k = s.place(row);
    const auto wanted = static_cast<double>(-kink_sum(s));
    const double before = s.beta[SvrState::at(row)];
    if (wanted >= s.problem->loss.kink(row, k))
      s.put_on_kink(row, k);
    else if (wanted <= s.problem->loss.kink(row, k + 1))
      s.put_on_kink(row, k + 1);
    else
      s.beta[SvrState::at(row)] = wanted * s.C;
    const double change = s.beta[SvrState::at(row)] - before;
    add_columns(s.problem->K, free_.rows, &change, s.h.data());
    if (s.is_free(row)) {
      s.b = s.threshold(row) - s.h[SvrState::at(row)];
      return;
    }
  }
  s.b = s.middle();
}

/// Step to the minimiser: K_FF step = residual - b, sum of the step = -(sum of all coefficients). False where no jitter
/// helps, as with a kernel that is not positive.
bool SvrFace::prepare(SvrState& s) {
  const auto factors = [&](double jitter) { return free_.factor(*s.problem, jitter); };
  if (std::none_of(std::begin(jitters), std::end(jitters), factors)) return false;
  padded_ = padded(f_);
  double* const all = vector_store_.get(6 * padded_);
  std::fill(all, all + 6 * padded_, 0.0);
  ones_ = all;
  step_ = all + padded_;
  beta_ = all + 2 * padded_;
  start_ = all + 3 * padded_;
  low_ = all + 4 * padded_;
  high_ = all + 5 * padded_;
  for (std::int64_t i = 0; i < f_; ++i) {
    const std::int64_t row = free_.row(i);
    ones_[i] = 1;
    step_[i] = s.threshold(row) - s.h[SvrState::at(row)];
    beta_[i] = start_[i] = s.beta[SvrState::at(row)];
    high_[i] = s.bound(row, s.place(row));
    low_[i] = s.bound(row, s.place(row) + 1);
  }
  free_.solve_by_blocks(ones_);
  free_.solve_by_blocks(step_);
  double sum = 0;
  sum_ones_ = 0;
  for (std::int64_t i = 0; i < f_; ++i) {
    sum += step_[i];
    sum_ones_ += ones_[i];
  }
  for (std::int64_t row = 0; row < s.problem->n_rows(); ++row) sum += s.beta[SvrState::at(row)];
  const double bias = sum / sum_ones_;
  for (std::int64_t i = 0; i < f_; ++i) step_[i] -= bias * ones_[i];
  gone_.assign(SvrState::at(f_), 0);
  columns_ = {nullptr, f_, 0, padded_};
  dropped_.clear();
  return true;
}

/// The coefficient that reaches an end first, and the share of the step it takes; -1: none, the share is 1.
std::int64_t SvrFace::first_end(double* share) const {
  std::int64_t first = -1;
  *share = 1;
  for (std::int64_t i = 0; i < f_; ++i) {
    if (gone_[SvrState::at(i)]) continue;
    const double size = std::fabs(step_[i]);
    const double room = step_[i] > 0 ? high_[i] - beta_[i] : beta_[i] - low_[i];
    if (size * *share > room) {
      *share = std::fmax(0.0, room / size);
      first = i;
    }
  }
  return first;
}

SvrFace::End SvrFace::walk(SvrState& s) {
  const std::int64_t most = std::min(f_ - 2, most_columns);
  columns_.data = column_store_.get(padded_ * std::max<std::int64_t>(most, 1));
  for (std::int64_t left = f_;; --left) {
    double share = 1;
    const std::int64_t stopped = first_end(&share);
    for (std::int64_t i = 0; i < f_; ++i) {
      if (gone_[SvrState::at(i)]) continue;
      beta_[i] += share * step_[i];
      step_[i] *= 1 - share;
    }
    if (stopped < 0) return End::reached;
    const std::int64_t row = free_.row(stopped);
    const bool rises = step_[stopped] > 0 || beta_[stopped] - low_[stopped] > high_[stopped] - beta_[stopped];
    s.put_on_kink(row, s.place(row) + (rises ? 0 : 1));
    beta_[stopped] = s.beta[SvrState::at(row)];
    gone_[SvrState::at(stopped)] = 1;
    if (left <= 2) return End::reached;
    if (columns_.count == most) return End::cut_short;
    drop(stopped);
  }
}

/// Take coefficient i out of the step: column i of the inverse, projected on sum zero and on the earlier ones gone.
void SvrFace::drop(std::int64_t i) {
  double* const z = columns_.col(columns_.count);
  std::fill(z, z + padded_, 0.0);
  z[i] = 1;
  free_.solve_by_blocks(z, i);
  const double mean = ones_[i] / sum_ones_;
  for (std::int64_t k = 0; k < f_; ++k) z[k] -= ones_[k] * mean;
  weight_.clear();
  for (std::int64_t c = 0; c < columns_.count; ++c)
    weight_.push_back(-columns_.col(c)[i] / columns_.col(c)[dropped_[SvrState::at(c)]]);
  column_index_.resize(weight_.size());
  std::iota(column_index_.begin(), column_index_.end(), 0);
  add_columns(columns_, column_index_, weight_.data(), z);
  const double w = step_[i] / z[i];
  for (std::int64_t k = 0; k < f_; ++k) step_[k] = gone_[SvrState::at(k)] ? 0.0 : step_[k] - w * z[k];
  dropped_.push_back(static_cast<std::int32_t>(i));
  ++columns_.count;
}

void SvrFace::apply(SvrState& s) {
  double sum = 0;
  std::int64_t still_free = 0;
  for (std::int64_t i = 0; i < f_; ++i) {
    s.beta[SvrState::at(free_.row(i))] = beta_[i];
    start_[i] = beta_[i] - start_[i];
  }
  add_columns(s.problem->K, free_.rows, start_, s.h.data());
  for (std::int64_t i = 0; i < f_; ++i) {
    const std::int64_t row = free_.row(i);
    if (gone_[SvrState::at(i)]) continue;
    sum += s.threshold(row) - s.h[SvrState::at(row)];
    ++still_free;
  }
  s.b = still_free > 0 ? sum / static_cast<double>(still_free) : s.middle();
}

}  // namespace kilofold::cpu
