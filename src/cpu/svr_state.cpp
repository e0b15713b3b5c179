// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "cpu/svr_state.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace kilofold::cpu {
namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();
constexpr double least_curvature = 1e-12;  // of the kernel's scale: what equal rows give

}  // namespace

void SvrState::bind(const SvrProblem& bound_problem) {
  problem = &bound_problem;
  state.assign(at(problem->n_rows()), 0);
  beta.assign(at(problem->K.ld), 0);
  h.assign(at(problem->K.ld), 0);
  up_.assign(at(problem->K.ld), infinite);
  down_.assign(at(problem->K.ld), -infinite);
}

void SvrState::start(double new_C) {
  C = new_C;
  b = 0;
  std::fill(beta.begin(), beta.end(), 0.0);
  std::fill(h.begin(), h.end(), 0.0);
  for (std::int64_t row = 0; row < problem->n_rows(); ++row) {
    std::int32_t k = 0;
    while (problem->loss.kink(row, k) > 0) ++k;
    state[at(row)] = problem->loss.kink(row, k) == 0 ? 2 * k : 2 * k - 1;
  }
}

void SvrState::scale_to(double new_C) {
  const double ratio = new_C / C;
  C = new_C;
  for (std::int64_t row = 0; row < problem->n_rows(); ++row)
    beta[at(row)] = is_free(row) ? beta[at(row)] * ratio : bound(row, place(row));
  for (double& value : h) value *= ratio;
}

void SvrState::recompute() {
  support_.clear();
  weight_.clear();
  for (std::int64_t row = 0; row < problem->n_rows(); ++row) {
    if (beta[at(row)] == 0) continue;
    support_.push_back(static_cast<std::int32_t>(row));
    weight_.push_back(beta[at(row)]);
  }
  std::fill(h.begin(), h.end(), 0.0);
  add_columns(problem->K, support_, weight_.data(), h.data());
}

void SvrState::put_on_kink(std::int64_t row, std::int32_t k) {
  state[at(row)] = 2 * k;
  beta[at(row)] = bound(row, k);
}

void SvrState::set_slopes(std::int64_t row) {
  const SvrLoss& loss = problem->loss;
  const std::int32_t k = place(row);
  if (is_free(row)) {
    up_[at(row)] = down_[at(row)] = -loss.threshold(row, k);
    return;
  }
  up_[at(row)] = k > 0 ? -loss.threshold(row, k - 1) : infinite;
  down_[at(row)] = k < loss.pieces(row) ? -loss.threshold(row, k) : -infinite;
}

void SvrState::set_all_slopes() {
  for (std::int64_t row = 0; row < problem->n_rows(); ++row) set_slopes(row);
}

/// One coefficient of a pair on its way: where it is, and the end of the piece it is crossing.
struct SvrState::Pair {
  const SvrState& s;
  std::int64_t row;
  std::int32_t piece;
  bool rises;
  double beta;
  std::int32_t state;

  Pair(const SvrState& from, std::int64_t at_row, bool rising)
      : s(from), row(at_row), piece(from.place(at_row)), rises(rising), beta(from.beta[at(at_row)]), state(0) {
    if (rises && !from.is_free(row)) --piece;
  }

  std::int32_t far_end() const { return rises ? piece : piece + 1; }
  double room() const { return std::fabs(s.bound(row, far_end()) - beta); }
  void move(double step) {
    beta += rises ? step : -step;
    state = 2 * piece + 1;
  }
  /// Land on the far end; returns by how much the slope changes beyond it, infinite where nothing lies beyond.
  double land() {
    const SvrLoss& loss = s.problem->loss;
    beta = s.bound(row, far_end());
    state = 2 * far_end();
    const std::int32_t next = rises ? piece - 1 : piece + 1;
    if (next < 0 || next == loss.pieces(row)) return infinite;
    const double change = std::fabs(loss.threshold(row, next) - loss.threshold(row, piece));
    piece = next;
    return change;
  }
};

/// Raise i and lower j by the step that minimises the objective along it, across kinks; returns the step.
double SvrState::move_pair(std::int64_t i, std::int64_t j, double slope, double curvature) {
  Pair raised(*this, i, true), lowered(*this, j, false);
  double moved = 0;
  while (slope > 0) {
    const double step = slope / curvature, room_i = raised.room(), room_j = lowered.room();
    const double s = std::fmin(step, std::fmin(room_i, room_j));
    moved += s;
    if (step < room_i && step < room_j) {
      raised.move(s);
      lowered.move(s);
      break;
    }
    slope -= curvature * s;
    if (room_i <= room_j)
      slope -= raised.land();
    else
      raised.move(s);
    if (room_j <= room_i)
      slope -= lowered.land();
    else
      lowered.move(s);
  }
  beta[at(i)] = raised.beta;
  beta[at(j)] = lowered.beta;
  state[at(i)] = raised.state;
  state[at(j)] = lowered.state;
  set_slopes(i);
  set_slopes(j);
  return moved;
}

std::int64_t SvrState::exchange_pairs(std::int64_t limit, double tolerance) {
  set_all_slopes();
  const Slopes s = slopes();
  const double floor = least_curvature * problem->largest_kernel;
  Extremes ends = extremes(s);
  std::int64_t steps = 0;
  for (; steps < limit && ends.most - ends.least > tolerance; ++steps) {
    const std::int64_t i = ends.at;
    const double* const k_i = problem->K.col(i);
    const double k_ii = problem->diagonal[i];
    const std::int64_t j = best_partner(s, k_i, problem->diagonal, k_ii, ends.least, floor);
    const double curvature = std::fmax((k_ii + problem->diagonal[j]) - 2 * k_i[j], floor);
    const double t = move_pair(i, j, (h[at(j)] + down_[at(j)]) - ends.least, curvature);
    ends = exchange(s, k_i, problem->K.col(j), t);
  }
  return steps;
}

double SvrState::gap(double* bias) const {
  double least = infinite, most = -infinite;
  for (std::int64_t row = 0; row < problem->n_rows(); ++row) {
    const SvrLoss& loss = problem->loss;
    const std::int32_t k = place(row);
    const bool inside = is_free(row);
    if (inside || k > 0) least = std::fmin(least, h[at(row)] - loss.threshold(row, inside ? k : k - 1));
    if (k < loss.pieces(row)) most = std::fmax(most, h[at(row)] - loss.threshold(row, k));
  }
  *bias = -0.5 * (least + most);
  return std::fmax(most - least, 0.0);
}

double SvrState::middle() const {
  double low = -infinite, high = infinite;
  for (std::int64_t row = 0; row < problem->n_rows(); ++row) {
    if (is_free(row)) continue;
    const std::int32_t k = place(row);
    if (k > 0) low = std::fmax(low, problem->loss.threshold(row, k - 1) - h[at(row)]);
    if (k < problem->loss.pieces(row)) high = std::fmin(high, problem->loss.threshold(row, k) - h[at(row)]);
  }
  return 0.5 * (low + high);
}

std::int64_t SvrState::free_violators(double tolerance, std::int64_t limit) {
  struct Violator {
    double by;
    std::int64_t row;
    std::int32_t piece;
    bool low;
  };
  thread_local std::vector<Violator> found;
  found.clear();
  bool any_free = false;
  for (std::int64_t row = 0; row < problem->n_rows(); ++row) {
    any_free = any_free || is_free(row);
    if (is_free(row)) continue;
    const std::int32_t k = place(row);
    const double prediction = h[at(row)] + b;
    const double below = k > 0 ? problem->loss.threshold(row, k - 1) - prediction : 0;
    const double above = k < problem->loss.pieces(row) ? prediction - problem->loss.threshold(row, k) : 0;
    if (below > tolerance)
      found.push_back({below, row, k - 1, true});
    else if (above > tolerance)
      found.push_back({above, row, k, false});
  }
  const auto total = static_cast<std::int64_t>(found.size());
  std::sort(found.begin(), found.end(),
            [](const Violator& x, const Violator& y) { return x.by != y.by ? x.by > y.by : x.row < y.row; });
  if (!any_free && total > 1) {  // a lone free row would have nothing to exchange with
    limit = std::max<std::int64_t>(limit, 2);
    const bool low = found.front().low;
    std::iter_swap(found.begin() + 1,
                   std::find_if(found.begin() + 1, found.end() - 1, [low](const Violator& v) { return v.low != low; }));
  }
  if (total > limit) found.resize(at(limit));
  for (const Violator& violator : found) put_on_piece(violator.row, violator.piece);
  return total;
}

void SvrState::clip() {
  for (std::int64_t row = 0; row < problem->n_rows(); ++row) {
    if (!is_free(row)) continue;
    const std::int32_t k = place(row);
    if (beta[at(row)] >= bound(row, k))
      put_on_kink(row, k);
    else if (beta[at(row)] <= bound(row, k + 1))
      put_on_kink(row, k + 1);
  }
}

}  // namespace kilofold::cpu
