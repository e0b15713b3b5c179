// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "cpu/contract.hpp"
#include "cpu/ops.hpp"
#include "cpu/svr_solver.hpp"
#include "cpu/svr_words.hpp"
#include "cpu/thread_clock.hpp"
#include "kilofold/core/cells.hpp"

namespace kilofold::cpu {
namespace {

constexpr double most_degree = 100;
constexpr double missing = std::numeric_limits<double>::quiet_NaN();

void check_item(const SvrPathArgs& a, std::int64_t item) {
  check_inputs(*a.table, a.scaled, a.rows[item], item);
  const double kernel = value(a.kernel, item, 0);
  require(kernel == static_cast<double>(Kernel::rbf) || kernel == static_cast<double>(Kernel::linear) ||
              kernel == static_cast<double>(Kernel::polynomial),
          "the kernel must be rbf, linear or polynomial");
  require(is_gamma(value(a.gamma, item, 0)), "gamma must be a finite number above 0, or a word");
  require(std::isfinite(value(a.coef0, item, 0)), "coef0 must be a finite number");
  require_count(value(a.degree, item, 0), 1, Infinite::refused, "degree must be a whole number of at least 1");
  require(value(a.degree, item, 0) <= most_degree, "degree must be at most 100");
  require_count(value(a.max_iter, item, 0), 1, Infinite::allowed, "max_iter must be a whole number of at least 1");
  for (std::int64_t lane = 0; lane < a.n_lanes; ++lane) {
    const double C = value(a.C, item, lane), epsilon = value(a.epsilon, item, lane);
    require(C == iqr_word || (std::isfinite(C) && C > 0), "C must be a finite number above 0, or a word");
    require(epsilon == iqr_word || (std::isfinite(epsilon) && epsilon >= 0),
            "epsilon must be a finite number of at least 0, or a word");
  }
}

void check(const SvrPathArgs& a) {
  check_table(a.table);
  require(a.n_items >= 0 && a.n_lanes >= 0, "n_items and n_lanes must not be negative");
  require(a.fit_time_limit > 0, "fit_time_limit must be above 0 seconds");
  require(a.scaled.replicates == Replicates::keep, "svr_path collapses rows itself");
  for (std::int64_t i = 0; i < a.n_items; ++i) check_item(a, i);
}

bool all_finite(const double* x, std::int64_t n) {
  return std::all_of(x, x + n, [](double v) { return std::isfinite(v); });
}

bool all_finite(const Columns& X) {
  for (std::int64_t j = 0; j < X.count; ++j)
    if (!all_finite(X.col(j), X.rows)) return false;
  return true;
}

/// One lane's hyperparameters, words resolved, in the scaled target's unit.
struct Lane {
  std::int64_t number;
  double C, epsilon;
};

/// One item of a call.
class Item {
 public:
  Item(const SvrPathArgs& args, std::int64_t item) : a_(args), item_(item), rows_(args.rows[item]) {
    const std::int64_t slot = a_.scaled.slot[item], d = a_.table->d;
    const auto view = [&](const Batch<const double>& batch) { return batch.data + slot * batch.stride; };
    // Columns are views of memory that is written elsewhere; nothing writes to these
    inputs_.X_train = {const_cast<double*>(view(a_.scaled.X_train)), rows_.n_train, d, a_.scaled.ld_train};
    inputs_.X_held_out = {const_cast<double*>(view(a_.scaled.X_held_out)), rows_.n_held_out, d, a_.scaled.ld_held_out};
    inputs_.y = view(a_.scaled.y_train);
    inputs_.set = rows_.replicate;
    inputs_.n_unique = rows_.replicate == nullptr ? rows_.n_train : rows_.n_unique;
    centre_ = view(a_.scaled.centre)[d];
    scale_ = view(a_.scaled.scale)[d];
  }

  void run(SvrProblem& problem, SvrSolver& solver) {
    if (!set_problem(problem)) {
      for (std::int64_t lane = 0; lane < a_.n_lanes; ++lane) fail(lane, FitStatus::not_finite);
      return;
    }
    const std::vector<Lane> lanes = sorted_lanes();
    solver.bind(problem);
    for (std::size_t l = 0; l < lanes.size(); ++l) {
      const bool starts = l == 0 || lanes[l].epsilon != lanes[l - 1].epsilon;
      if (starts) problem.loss.set_epsilon(lanes[l].epsilon);
      const SvrLimits limits = new_limits();
      const bool cold = starts || limits.steps < SvrLimits{}.steps;  // a path would decide how far the steps lead
      SvrAnswer answer = cold ? solver.solve_cold(lanes[l].C, limits) : solver.solve_warm(lanes[l].C, limits);
      std::int64_t steps = solver.steps();
      // what the path might have decided is decided without one
      if (!cold && !answer.clear && !answer.timed_out) {
        answer = solver.solve_cold(lanes[l].C, limits);
        steps += solver.steps();
      }
      write(problem, solver, lanes[l], answer, steps);
    }
  }

 private:
  /// For the lane that begins now.
  SvrLimits new_limits() const {
    SvrLimits limits;
    const double steps = value(a_.max_iter, item_, 0);
    if (steps < static_cast<double>(limits.steps)) limits.steps = static_cast<std::int64_t>(steps);
    if (std::isfinite(a_.fit_time_limit)) limits.until = thread_seconds() + a_.fit_time_limit;
    return limits;
  }

  /// False where the inputs or the kernel are not finite.
  bool set_problem(SvrProblem& problem) const {
    if (!all_finite(inputs_.X_train) || !all_finite(inputs_.X_held_out) || !all_finite(inputs_.y, rows_.n_train))
      return false;
    KernelFunction function;
    function.kernel = static_cast<Kernel>(static_cast<std::int32_t>(value(a_.kernel, item_, 0)));
    function.gamma = resolved_gamma(value(a_.gamma, item_, 0), inputs_.X_train);
    function.coef0 = value(a_.coef0, item_, 0);
    function.degree = static_cast<std::int32_t>(value(a_.degree, item_, 0));
    if (!std::isfinite(function.gamma)) return false;
    problem.set(inputs_, function);
    return all_finite(problem.diagonal, problem.n_rows()) && std::isfinite(problem.largest_kernel);
  }

  std::vector<Lane> sorted_lanes() const {
    std::vector<Lane> lanes;
    double iqr = missing;
    for (std::int64_t l = 0; l < a_.n_lanes; ++l) {
      Lane lane{l, value(a_.C, item_, l), value(a_.epsilon, item_, l)};
      if ((lane.C == iqr_word || lane.epsilon == iqr_word) && std::isnan(iqr))
        iqr = interquartile_range(a_.table->y, rows_.train, rows_.n_train);
      if (lane.C == iqr_word) lane.C = C_of_iqr(iqr) / scale_;
      if (lane.epsilon == iqr_word) lane.epsilon = epsilon_of_iqr(iqr) / scale_;
      lanes.push_back(lane);
    }
    std::sort(lanes.begin(), lanes.end(), [](const Lane& a, const Lane& b) {
      if (a.epsilon != b.epsilon) return a.epsilon < b.epsilon;
      return a.C != b.C ? a.C < b.C : a.number < b.number;
    });
    return lanes;
  }

  template <class T> T& at(const Batch<T>& batch, std::int64_t lane) const {
    return batch.data[item_ * batch.stride + lane];
  }

  void put_status(std::int64_t lane, FitStatus status) const {
    a_.status[item_ * a_.n_lanes + lane] = static_cast<std::int32_t>(status);
  }

  void fail(std::int64_t lane, FitStatus status) const {
    put_status(lane, status);
    double* const prediction = &at(a_.prediction, lane * a_.scaled.ld_held_out);
    std::fill(prediction, prediction + rows_.n_held_out, missing);
    for (const Batch<double>* diagnostic : {&a_.gap, &a_.margin, &a_.cond, &a_.correction})
      at(*diagnostic, lane) = missing;
    at(a_.iterations, lane) = at(a_.n_support, lane) = 0;
  }

  void write(const SvrProblem& problem, const SvrSolver& solver, const Lane& lane, const SvrAnswer& answer,
             std::int64_t steps) const {
    if (answer.timed_out) return fail(lane.number, FitStatus::time_limit);
    thread_local Scratch<double> prediction_store;
    thread_local std::vector<std::int32_t> support;
    thread_local std::vector<double> weight;
    support.clear();
    weight.clear();
    for (std::int64_t row = 0; row < problem.n_rows(); ++row) {
      const double beta = solver.beta()[static_cast<std::size_t>(row)];
      if (beta == 0) continue;
      support.push_back(static_cast<std::int32_t>(row));
      weight.push_back(beta);
    }
    double* const predicted = prediction_store.get(problem.cross.ld);
    std::fill(predicted, predicted + problem.cross.ld, 0.0);
    add_columns(problem.cross, support, weight.data(), predicted);
    double* const prediction = &at(a_.prediction, lane.number * a_.scaled.ld_held_out);
    for (std::int64_t i = 0; i < rows_.n_held_out; ++i)
      prediction[i] = std::fma(predicted[i] + answer.b, scale_, centre_);
    if (!all_finite(prediction, rows_.n_held_out)) return fail(lane.number, FitStatus::not_finite);

    put_status(lane.number, answer.clear     ? FitStatus::ok
                            : answer.optimal ? FitStatus::converged_degenerate
                                             : FitStatus::iteration_limit);
    at(a_.gap, lane.number) = answer.gap;
    at(a_.margin, lane.number) = answer.margin;
    at(a_.cond, lane.number) = answer.condition;
    at(a_.correction, lane.number) = answer.correction / lane.C;
    at(a_.iterations, lane.number) = static_cast<std::int32_t>(std::min<std::int64_t>(steps, INT32_MAX));
    at(a_.n_support, lane.number) = static_cast<std::int32_t>(support.size());
  }

  const SvrPathArgs& a_;
  std::int64_t item_;
  const RowSetView& rows_;
  SvrInputs inputs_{};
  double centre_ = 0, scale_ = 1;
};

}  // namespace

int svr_path(const SvrPathArgs* args) {
  return guarded("svr_path", [&] {
    check(*args);
    thread_local SvrProblem problem;
    thread_local SvrSolver solver;
    for (std::int64_t i = 0; i < args->n_items; ++i) Item(*args, i).run(problem, solver);
  });
}

}  // namespace kilofold::cpu
