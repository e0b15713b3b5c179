// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <string>
#include <vector>

#include "support/runs.hpp"

/// A stop while an operation is under way.
namespace kilofold::testing {
namespace {

constexpr double no_patience = 0;
constexpr double endless_patience = 1e6;

std::atomic<bool> stop = false;
std::atomic<int> n_ops = 0;
int stopping_op = 0;          ///< number of the op during which somebody wants to stop, from 1
std::atomic<int> answer = 0;  ///< of that op

template <auto op, class Args> int run(const Args* args) {
  const bool stopping = ++n_ops == stopping_op;
  if (stopping) stop = true;
  const int code = (cpu_backend().*op)(args);
  if (stopping) answer = code;
  return code;
}

/// The CPU backend, during whose op number `stopping_op` a stop is wanted. Ops that take long can be left.
template <bool takes_long> const Backend& stopped_in_its_ops() {
  static const Backend table = [] {
    Backend backend = cpu_backend();
    if (takes_long) {
      backend.factor = run<&Backend::factor>;
      backend.invert = run<&Backend::invert>;
      backend.fold_posterior = run<&Backend::fold_posterior>;
      backend.reduce = run<&Backend::reduce>;
      backend.maximize_lml = run<&Backend::maximize_lml>;
      backend.svr_path = run<&Backend::svr_path>;
      backend.grow_trees = run<&Backend::grow_trees>;
      backend.boost = run<&Backend::boost>;
      backend.least_squares = run<&Backend::least_squares>;
    } else {
      backend.standardize = run<&Backend::standardize>;
      backend.posterior = run<&Backend::posterior>;
      backend.read_trees = run<&Backend::read_trees>;
    }
    return backend;
  }();
  return table;
}

struct Study {
  ModelSpec entry;
  FitOn fit_on = FitOn::fold;
  std::vector<std::string> rules = {};  ///< by cost where empty
};

std::vector<Study> studies() {
  const std::vector<double> noises{1e-3, 1e-2, 0.1};
  return {
      {make_entry("GPR", "gpr", {{"length_scale", {0.5, 1}}, {"noise_variance", {1e-2}}})},
      {make_entry("GPR", "gpr", {{"length_scale", {0.5, 1}}, {"noise_variance", noises}}),
       FitOn::fold,
       {"noise_shift"}},
      {make_entry("GPR", "gpr", {{"length_scale", {0.5, 1}}, {"noise_variance", noises}}), FitOn::fold, {"band_shift"}},
      {make_entry("GPR", "gpr", {{"length_scale", {0.5, 1}}}), FitOn::all},
      {make_entry("GPR", "gpr", {{"optimizer", {1}}})},
      {make_entry("SVR", "svr", {{"C", {1, 100}}, {"epsilon", {0, 0.1}}})},
      {make_entry("DT", "tree", {{"max_depth", {1, 3}}})},
      {make_entry("RF", "forest", {{"n_estimators", {2, 5}}})},
      {make_entry("BDT", "adaboost", {{"n_estimators", {1, 5}}})},
      {make_entry("GB", "gradient_boosting", {{"n_estimators", {1, 5}}})},
      {make_entry("Ridge", "linear", {{"alpha", {0, 1}}})}};
}

/// Cells that a run hands over which is stopped during op number `op`.
Cells run_until(int op, const Plan& plan, const Dataset& data, const Backend& backend, double patience,
                Executed& executed) {
  stop = false;
  n_ops = 0;
  answer = 0;
  stopping_op = op;
  ExecuteOptions options;
  options.threads = 2;
  options.patience = patience;
  options.units_per_batch = 1;
  Cells cells;
  ExecuteHooks hooks;
  hooks.stop = &stop;
  hooks.on_cells = [&cells](std::vector<CellBlock> blocks) { collect(cells, blocks); };
  executed = execute(plan, data, backend, options, hooks);
  return cells;
}

/// Stop a study during each of its ops in turn. Returns how many runs went to their end all the same.
int stop_everywhere(const Study& study, const Backend& backend, double patience, int expected_answer) {
  const Dataset data = make_data(40, 2, 5);
  Spec spec = make_spec(data);
  spec.fit_on = {study.fit_on};
  spec.models = {study.entry};
  const Plan plan =
      study.rules.empty() ? make_plan(lower(spec, data), all_rules(), {}) : plan_by(study.rules, spec, data);
  Executed executed;
  const Cells whole = run_until(0, plan, data, backend, patience, executed);
  EXPECT_TRUE(executed.complete);
  const int n = n_ops;
  int complete = 0;
  for (int op = 1; op <= n; ++op) {
    const Cells cells = run_until(op, plan, data, backend, patience, executed);
    EXPECT_EQ(answer, expected_answer) << "op " << op << " of " << n;
    EXPECT_EQ(executed.complete, cells.size() == whole.size());
    EXPECT_EQ(executed.cells, std::ssize(cells));
    for (const auto& [key, value] : cells) EXPECT_TRUE(same_bits(value, whole.at(key)));
    complete += executed.complete ? 1 : 0;
  }
  EXPECT_GT(n, 0);
  return complete;
}

TEST(Stop, LeavesAnOpThatTakesLongAndHandsOverWhatWasWholeBefore) {
  for (const Study& study : studies()) {
    SCOPED_TRACE(study.entry.model + (study.rules.empty() ? "" : " by " + study.rules.front()));
    EXPECT_EQ(stop_everywhere(study, stopped_in_its_ops<true>(), no_patience, op_stopped), 0);
  }
}

TEST(Stop, LetsAnOpEndThatNeedsLessThanTheRunsPatience) {
  for (const Study& study : studies()) {
    SCOPED_TRACE(study.entry.model);
    stop_everywhere(study, stopped_in_its_ops<true>(), endless_patience, 0);
  }
}

TEST(Stop, DuringAShortOpLosesNoCellThatWasWholeBefore) {
  for (const Study& study : studies()) {
    SCOPED_TRACE(study.entry.model);
    stop_everywhere(study, stopped_in_its_ops<false>(), no_patience, 0);
  }
}

}  // namespace
}  // namespace kilofold::testing
