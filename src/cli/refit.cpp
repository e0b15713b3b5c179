// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "cli/refit.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "kilofold/core/error.hpp"
#include "reference/reference.hpp"

namespace kilofold::cli {
namespace {

constexpr double eps = std::numeric_limits<double>::epsilon();
constexpr double most_useful_bound = 1e-3;  // relative to the target; beyond, a solution says little

struct Fit {
  const Spec& spec;
  const Dataset& data;
  const TrialTable& table;
  std::size_t trial;
  const RowSet& rows;

  double parameter(const char* name) const {
    const auto column = std::ranges::find(table.columns, name, &TrialColumn::name);
    KILOFOLD_EXPECT(column != table.columns.end() && column->text.empty());
    const double value = column->number[trial];
    return std::isnan(value) ? std::numeric_limits<double>::infinity() : value;
  }
};

/// Largest |y| of the training rows.
double largest_target(const Fit& fit) {
  double largest = 0;
  for (const std::int32_t row : fit.rows.train)
    largest = std::max(largest, std::fabs(fit.data.y[static_cast<std::size_t>(row)]));
  return largest;
}

/// Is the trial scaled in a way that reference_linear knows?
bool has_plain_scaling(const Fit& fit) {
  const auto column = std::ranges::find(fit.table.columns, "scaling.fit_on", &TrialColumn::name);
  const bool by_fold =
      column == fit.table.columns.end() ? fit.spec.fit_on.front() == FitOn::fold : column->text[fit.trial] == "fold";
  return fit.spec.feature_scaling != Scaling::minmax && by_fold;
}

Refit refit_linear(const Fit& fit) {
  if (!has_plain_scaling(fit)) {
    constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
    return {std::vector<double>(fit.rows.held_out.size(), unknown), std::numeric_limits<double>::infinity()};
  }
  const auto scaling = [](Scaling wanted) { return static_cast<ReferenceScaling>(wanted); };
  const MatrixView<const double> X = fit.data.X.view();
  const double alpha = fit.parameter("alpha");
  const ReferenceScaling features = scaling(fit.spec.feature_scaling);
  Refit result;
  result.prediction = reference_linear(X, fit.data.y, fit.rows.train, fit.rows.held_out, features,
                                       scaling(fit.spec.target_scaling), alpha);
  const double relative = 50 * eps * reference_condition(X, fit.rows.train, features, alpha);
  result.bound =
      relative > most_useful_bound ? std::numeric_limits<double>::infinity() : relative * largest_target(fit);
  return result;
}

Refit refit_tree(const Fit& fit) {
  ReferenceTreeLimits limits;
  limits.max_depth = fit.parameter("max_depth");
  limits.min_samples_split = static_cast<std::int64_t>(fit.parameter("min_samples_split"));
  limits.min_samples_leaf = static_cast<std::int64_t>(fit.parameter("min_samples_leaf"));
  Refit result;
  result.prediction = reference_tree(fit.data.X.view(), fit.data.y, fit.rows.train, fit.rows.held_out, limits);
  const auto [low, high] = std::ranges::minmax_element(fit.data.y);
  result.bound = 4 * eps * (largest_target(fit) + *high - *low);
  return result;
}

struct Reference {
  const char* model;
  Refit (*refit)(const Fit& fit);
};
constexpr Reference references[] = {{"linear", refit_linear}, {"tree", refit_tree}};

const Reference* reference_of(const std::string& model) {
  const auto found = std::ranges::find(references, model, &Reference::model);
  return found == std::end(references) ? nullptr : &*found;
}

}  // namespace

bool has_reference(const std::string& model) { return reference_of(model) != nullptr; }

Refit refit(const Spec& spec, const Dataset& data, const TrialTable& table, std::size_t trial, const RowSet& rows) {
  const Reference* reference = reference_of(table.model);
  KILOFOLD_EXPECT(reference != nullptr);
  return reference->refit({spec, data, table, trial, rows});
}

}  // namespace kilofold::cli
