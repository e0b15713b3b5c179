// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "cli/refit.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "kilofold/core/error.hpp"
#include "kilofold/models.hpp"
#include "reference/reference.hpp"
#include "reference/reference_gp.hpp"

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

  const TrialColumn& column(const std::string& name) const {
    const auto found = std::ranges::find(table.columns, name, &TrialColumn::name);
    KILOFOLD_EXPECT(found != table.columns.end());
    return *found;
  }
  double parameter(const std::string& name) const {
    const double value = column(name).number.at(trial);
    return std::isnan(value) ? std::numeric_limits<double>::infinity() : value;
  }
  const std::string& word(const std::string& name) const { return column(name).text.at(trial); }
  /// One number, or one a feature, each in a column of its own.
  std::vector<double> numbers(const std::string& name) const {
    if (std::ranges::find(table.columns, name, &TrialColumn::name) != table.columns.end()) return {parameter(name)};
    std::vector<double> values;
    for (const ColumnName& feature : spec.data.features) values.push_back(parameter(name + "." + feature.column));
    return values;
  }
  /// The enumerator that a category stands for: categories are listed in the enumeration's order.
  template <class Enum> Enum choice(const std::string& name) const {
    const std::vector<ParameterSchema>& known = model_named(table.model).schema.parameters;
    const auto schema = std::ranges::find(known, name, &ParameterSchema::name);
    KILOFOLD_EXPECT(schema != known.end());
    const auto word_at = std::ranges::find(schema->categories, word(name));
    KILOFOLD_EXPECT(word_at != schema->categories.end());
    return static_cast<Enum>(word_at - schema->categories.begin());
  }
  bool scales_by_fold() const {
    const auto found = std::ranges::find(table.columns, "scaling.fit_on", &TrialColumn::name);
    return found == table.columns.end() ? spec.fit_on.front() == FitOn::fold : found->text[trial] == "fold";
  }
};

/// A fit that no reference can be asked about.
Refit not_comparable(const Fit& fit) {
  constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
  return {std::vector<double>(fit.rows.held_out.size(), unknown), {}, std::numeric_limits<double>::infinity()};
}

ReferenceScaling as_reference(Scaling wanted) { return static_cast<ReferenceScaling>(wanted); }

/// Largest |y| of the training rows.
double largest_target(const Fit& fit) {
  double largest = 0;
  for (const std::int32_t row : fit.rows.train)
    largest = std::max(largest, std::fabs(fit.data.y[static_cast<std::size_t>(row)]));
  return largest;
}

Refit refit_linear(const Fit& fit) {
  if (fit.spec.feature_scaling == Scaling::minmax || !fit.scales_by_fold()) return not_comparable(fit);
  const MatrixView<const double> X = fit.data.X.view();
  const double alpha = fit.parameter("alpha");
  const ReferenceScaling features = as_reference(fit.spec.feature_scaling);
  Refit result;
  result.prediction = reference_linear(X, fit.data.y, fit.rows.train, fit.rows.held_out, features,
                                       as_reference(fit.spec.target_scaling), alpha);
  const double relative = 50 * eps * reference_condition(X, fit.rows.train, features, alpha);
  result.bound =
      relative > most_useful_bound ? std::numeric_limits<double>::infinity() : relative * largest_target(fit);
  return result;
}

/// Is a parameter what it is by default, or unknown to this model's table?
bool is_default(const Fit& fit, const std::string& name) {
  const std::vector<ParameterSchema>& known = model_named(fit.table.model).schema.parameters;
  const auto schema = std::ranges::find(known, name, &ParameterSchema::name);
  return schema == known.end() || fit.parameter(name) == schema->default_value;
}

Refit refit_tree(const Fit& fit) {
  for (const char* pruning : {"max_leaf_nodes", "min_impurity_decrease", "ccp_alpha"})
    if (!is_default(fit, pruning)) return not_comparable(fit);
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

Refit refit_gpr(const Fit& fit) {
  if (fit.word("optimizer") != "none" || fit.spec.feature_scaling == Scaling::minmax || !fit.spec.jitter)
    return not_comparable(fit);
  ReferenceGp model;
  model.kernel = fit.choice<Kernel>("kernel");
  model.mean = fit.choice<Mean>("mean");
  model.length_scale = fit.numbers("length_scale");
  model.alpha = fit.parameter("rq_alpha");
  model.noise_variance = fit.parameter("noise_variance");
  model.signal_variance = fit.parameter("signal_variance");
  model.features = as_reference(fit.spec.feature_scaling);
  model.target = as_reference(fit.spec.target_scaling);
  std::vector<std::int32_t> every_row(fit.data.y.size());
  std::iota(every_row.begin(), every_row.end(), 0);
  const ReferenceGpFit plain = reference_gp(fit.data.X.view(), fit.data.y, fit.rows.train, fit.rows.held_out,
                                            fit.scales_by_fold() ? fit.rows.train : every_row, model);
  const double relative = 50 * eps * plain.condition;
  if (relative > most_useful_bound) return not_comparable(fit);
  return {plain.mean, plain.sd, relative * plain.target_sd};
}

struct Reference {
  const char* model;
  Refit (*refit)(const Fit& fit);
};
constexpr Reference references[] = {{"linear", refit_linear}, {"tree", refit_tree}, {"gpr", refit_gpr}};

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
