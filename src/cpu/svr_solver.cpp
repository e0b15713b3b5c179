// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "cpu/svr_solver.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "cpu/thread_clock.hpp"
#include "kilofold/backend/leave.hpp"
#include "kilofold/core/reduction.hpp"

namespace kilofold::cpu {
namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();
constexpr double epsilon = std::numeric_limits<double>::epsilon();

constexpr std::int64_t warm_exchanges = 200;  // enough to find most of what a larger C changes
constexpr std::int64_t guard_period = 12;     // faces that free many rows at once can cycle; exchanges never do
constexpr std::int64_t most_faces = 1200;
constexpr int most_repairs = 30;
constexpr std::int64_t freed_at_once = 16;
constexpr std::int64_t timed_exchanges = 256;      // between two looks at the clock
constexpr std::int64_t untimed_exchanges = 65536;  // between two looks whether to stop

// relative to the range of the targets
constexpr double loose_gap = 2e-4;
constexpr double tight_gap = 2e-13;
constexpr double violation = 2e-11;
constexpr double closed_gap = 1e-9;

constexpr double clear_margin = 1e3;  // times the rounding of what is compared

}  // namespace

void SvrSolver::bind(const SvrProblem& problem) {
  problem_ = &problem;
  free_.forget();
  state_.bind(problem);
}

SvrAnswer SvrSolver::solve_cold(double C, const SvrLimits& limits) {
  limits_ = limits;
  state_.start(C);
  return last_ = solve(4 * problem_->n_rows());
}

SvrAnswer SvrSolver::solve_warm(double C, const SvrLimits& limits) {
  limits_ = limits;
  const double last_C = state_.C;
  last_beta_ = state_.beta;
  last_h_ = state_.h;
  state_.C = C;
  steps_ = 0;
  if (const SvrAnswer same = answer_by_same_states(); same.certified) return last_ = same;
  state_.C = last_C;
  state_.beta = last_beta_;
  state_.h = last_h_;
  state_.scale_to(C);
  return last_ = solve(warm_exchanges);
}

SvrAnswer SvrSolver::answer_by_same_states() {
  if (!last_.certified || !support_.empty()) return answer();
  SvrAnswer out = last_;
  certify(out);
  return out;
}

/// What h may carry of rounding.
double SvrSolver::rounding() const {
  double sum = 0;
  for (const double value : state_.beta) sum += std::fabs(value);
  return epsilon * (problem_->largest_kernel * sum + problem_->loss.largest());
}

SvrAnswer SvrSolver::solve(std::int64_t exchanges) {
  const double spread = problem_->loss.spread();
  faces_left_ = most_faces;
  steps_ = 0;
  exchange_pairs(exchanges, loose_gap * spread);
  for (int repair = 0; repair < most_repairs && faces_left_ > 0 && !at_limit(); ++repair) {
    if (!settle_faces(repair < 4 ? violation * spread : 0.0)) break;
    last_beta_ = state_.beta;
    const SvrAnswer found = answer();
    if (found.certified) return found;
    if (at_limit()) {
      state_.beta = last_beta_;  // they sum to zero; clipped ones need a face for that
      break;
    }
    state_.clip();
    state_.recompute();
    state_.free_violators(0.0, 1);
  }
  return without_certificate();
}

bool SvrSolver::out_of_time() const { return std::isfinite(limits_.until) && thread_seconds() >= limits_.until; }

void SvrSolver::exchange_pairs(std::int64_t limit, double tolerance) {
  limit = std::min(limit, limits_.steps - steps_);
  const std::int64_t most = std::isfinite(limits_.until) ? timed_exchanges : untimed_exchanges;
  while (limit > 0 && !out_of_time()) {
    leave_if_stopped();
    const std::int64_t wanted = std::min(limit, most), done = state_.exchange_pairs(wanted, tolerance);
    steps_ += done;
    limit -= done;
    if (done < wanted) return;
  }
}

/// Faces until no kink asks to be freed; false where a limit comes first.
bool SvrSolver::settle_faces(double tolerance) {
  const std::int64_t u = problem_->n_rows();
  for (std::int64_t face = 1; faces_left_ > 0; ++face, --faces_left_) {
    if (face % guard_period == 0) {
      state_.recompute();
      exchange_pairs(2 * u, std::fmax(tight_gap * problem_->loss.spread(), rounding()));
    }
    if (at_limit()) return false;
    leave_if_stopped();
    const SvrFace::End end = face_.minimise(state_);
    ++steps_;
    if (end == SvrFace::End::cut_short) continue;  // not at its minimiser: what has just left would ask to come back
    free_.gather(state_);
    const std::int64_t asking =
        state_.free_violators(std::fmax(tolerance, 8 * rounding()), std::max(freed_at_once, free_.size() / 2));
    if (asking == 0) return true;
  }
  return true;
}

/// The canonical answer: a function of the states, C and the problem, whatever the path here.
SvrAnswer SvrSolver::answer() {
  SvrAnswer out;
  const std::int64_t u = problem_->n_rows();
  std::int64_t sum = 0;
  support_.clear();
  weight_.clear();
  for (std::int64_t row = 0; row < u; ++row) {
    if (state_.is_free(row)) continue;
    const std::int32_t whole = problem_->loss.kink(row, state_.place(row));
    state_.beta[SvrState::at(row)] = whole * state_.C;
    sum += whole;
    if (whole == 0) continue;
    support_.push_back(static_cast<std::int32_t>(row));
    weight_.push_back(whole * state_.C);
  }
  std::fill(state_.h.begin(), state_.h.end(), 0.0);
  add_columns(problem_->K, support_, weight_.data(), state_.h.data());
  free_.gather(state_);
  if (free_.size() == 0) {
    if (sum != 0) return out;
    state_.b = state_.middle();
  } else if (!solve_free(out, sum)) {
    return out;
  }
  certify(out);
  return out;
}

/// The free coefficients and the bias; false where their block is singular.
bool SvrSolver::solve_free(SvrAnswer& out, std::int64_t fixed_sum) {
  const std::int64_t f = free_.size(), whole = padded(f);
  double* const ones = vector_store_.get(3 * whole);
  double* const z = ones + whole;
  double* const residual = z + whole;
  if (f == 1) {  // by the sum alone
    *z = -static_cast<double>(fixed_sum) * state_.C;
    add_columns(problem_->K, free_.rows, z, state_.h.data());
    state_.beta[SvrState::at(free_.row(0))] = *z;
    state_.b = state_.threshold(free_.row(0)) - state_.h[SvrState::at(free_.row(0))];
    return true;
  }
  if (!free_.factor(*problem_, 0)) return false;
  std::fill(ones, ones + 3 * whole, 0.0);
  for (std::int64_t i = 0; i < f; ++i) {
    ones[i] = 1;
    z[i] = state_.threshold(free_.row(i)) - state_.h[SvrState::at(free_.row(i))];
  }
  free_.solve(z);
  free_.solve(ones);
  const double fixed = static_cast<double>(fixed_sum) * state_.C;
  const double sum_ones = canonical_sum(ones, f);
  state_.b = (canonical_sum(z, f) + fixed) / sum_ones;
  for (std::int64_t i = 0; i < f; ++i) z[i] = std::fma(-state_.b, ones[i], z[i]);

  refined_ = state_.h;
  add_columns(problem_->K, free_.rows, z, refined_.data());
  for (std::int64_t i = 0; i < f; ++i)
    residual[i] = (state_.threshold(free_.row(i)) - refined_[SvrState::at(free_.row(i))]) - state_.b;
  free_.solve(residual);
  const double shift = (canonical_sum(residual, f) + (canonical_sum(z, f) + fixed)) / sum_ones;
  state_.b += shift;
  for (std::int64_t i = 0; i < f; ++i) {
    residual[i] = std::fma(-shift, ones[i], residual[i]);
    out.correction = std::fmax(out.correction, std::fabs(residual[i]));
    z[i] += residual[i];
    state_.beta[SvrState::at(free_.row(i))] = z[i];
  }
  add_columns(problem_->K, free_.rows, z, state_.h.data());
  out.condition = free_.condition();
  return true;
}

void SvrSolver::certify(SvrAnswer& out) {
  double inside = infinite, beyond = infinite, off = 0, largest = 0;
  for (std::int64_t row = 0; row < problem_->n_rows(); ++row) {
    const std::int32_t k = state_.place(row);
    const double prediction = state_.h[SvrState::at(row)] + state_.b;
    if (state_.is_free(row)) {
      const double beta = state_.beta[SvrState::at(row)];
      inside = std::fmin(inside, std::fmin(state_.bound(row, k) - beta, beta - state_.bound(row, k + 1)));
      off = std::fmax(off, std::fabs(prediction - state_.threshold(row)));
      largest = std::fmax(largest, std::fabs(beta));
      continue;
    }
    if (k > 0) beyond = std::fmin(beyond, prediction - problem_->loss.threshold(row, k - 1));
    if (k < problem_->loss.pieces(row)) beyond = std::fmin(beyond, problem_->loss.threshold(row, k) - prediction);
  }
  out.b = state_.b;
  out.gap = std::fmax(2 * off, -2 * beyond);
  out.margin = std::fmin(inside / state_.C, beyond);
  out.certified = out.optimal = inside > 0 && beyond > 0;
  out.clear = out.certified && inside >= clear_margin * epsilon * out.condition * largest &&
              beyond >= clear_margin * rounding();
}

/// A singular block, signs that rounding decides, or a limit: the coefficients as the path left them.
SvrAnswer SvrSolver::without_certificate() {
  const double tolerance = std::fmax(closed_gap * problem_->loss.spread(), 64 * rounding());
  state_.recompute();
  exchange_pairs(20 * problem_->n_rows(), 0.5 * tolerance);
  SvrAnswer out;
  out.timed_out = out_of_time();
  if (out.timed_out) return out;
  state_.recompute();
  out.gap = state_.gap(&out.b);
  const double sum = std::accumulate(state_.beta.begin(), state_.beta.end(), 0.0);
  out.optimal = out.gap <= tolerance && std::fabs(sum) * problem_->largest_kernel <= tolerance;
  out.condition = out.correction = std::numeric_limits<double>::quiet_NaN();
  return out;
}

}  // namespace kilofold::cpu
