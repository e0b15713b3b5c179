// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "cli/refit.hpp"

#include <cmath>
#include <numeric>

#include "cli/refit_models.hpp"
#include "reference/reference.hpp"
#include "reference/reference_gp.hpp"
#include "reference/reference_scaling.hpp"

namespace kilofold::cli {
namespace {

constexpr double most_useful_bound = 1e-3;  // relative to the target; beyond, a solution says little
constexpr const char* too_ill_conditioned = "too ill-conditioned to compare";

Refit refit_linear(const StoredFit& fit) {
  const TrialValues trial(fit);
  const MatrixView<const double> X = fit.data.X.view();
  const double alpha = trial.number("alpha");
  const std::vector<std::int32_t> feature_rows = trial.feature_rows();
  const double relative =
      50 * eps * reference_condition(X, fit.rows.train, feature_rows, fit.spec.feature_scaling, alpha);
  if (relative > most_useful_bound) return not_judged(too_ill_conditioned);
  return {reference_linear(X, fit.data.y, fit.rows.train, fit.rows.held_out, feature_rows, fit.spec.feature_scaling,
                           fit.spec.target_scaling, alpha),
          {},
          relative * largest_target(fit)};
}

/// The bound is of the condition of the process's matrix.
Refit judged(const ReferenceGpFit& plain) {
  const double relative = 50 * eps * plain.condition;
  if (!(relative <= most_useful_bound)) return not_judged(too_ill_conditioned);
  return {plain.mean, plain.sd, plain.bound, plain.sd_bound};
}

ReferenceGpFit fit_process(const StoredFit& fit, ReferenceGp model) {
  const std::vector<std::int32_t> feature_rows = TrialValues(fit).feature_rows();
  if (feature_rows.size() == fit.data.y.size()) model.least_size = root_mean_square(fit.data.y);
  return reference_gp(fit.data.X.view(), fit.data.y, fit.rows.train, fit.rows.held_out, feature_rows, model);
}

/// What an optimizer found, as the file keeps it.
void take_found(const StoredFit& fit, ReferenceGp& model) {
  model.length_scale.clear();
  for (const ColumnName& feature : fit.spec.data.features)
    model.length_scale.push_back(fit.kept.at("length_scale." + feature.column));
  model.alpha = fit.kept.at("rq_alpha");
  model.noise_variance = fit.kept.at("noise_variance");
  model.signal_variance = fit.kept.at("signal_variance");
}

/// How far predictions move, and variances relative to the target's deviation, when every hyperparameter moves by the
/// rounding of float32: from slopes, at twice their size for what bends.
double float_rounding(const StoredFit& fit, const ReferenceGp& model, const ReferenceGpFit& plain) {
  constexpr double step = 0x1p-12;
  constexpr double rounding = 0x1p-24;
  double moved = 0;
  const auto add = [&](double ReferenceGp::*number, std::size_t feature) {
    ReferenceGp other = model;
    (number != nullptr ? other.*number : other.length_scale[feature]) *= 1 + step;
    const ReferenceGpFit there = fit_process(fit, other);
    double most = 0;
    for (std::size_t i = 0; i < there.mean.size(); ++i) {
      const double variance = there.sd[i] * there.sd[i] - plain.sd[i] * plain.sd[i];
      most = std::max({most, std::fabs(there.mean[i] - plain.mean[i]), std::fabs(variance) / plain.target_sd});
    }
    moved += 2 * most * rounding / step;
  };
  for (std::size_t f = 0; f < model.length_scale.size(); ++f) add(nullptr, f);
  if (model.kernel == Kernel::rational_quadratic) add(&ReferenceGp::alpha, 0);
  add(&ReferenceGp::noise_variance, 0);
  add(&ReferenceGp::signal_variance, 0);
  return moved;
}

Refit refit_gpr(const StoredFit& fit) {
  const TrialValues trial(fit);
  ReferenceGp model{.kernel = trial.choice<Kernel>("kernel"),
                    .length_scale = trial.numbers("length_scale"),
                    .alpha = trial.number("rq_alpha"),
                    .mean = trial.choice<Mean>("mean"),
                    .noise_variance = trial.number("noise_variance"),
                    .signal_variance = trial.number("signal_variance"),
                    .features = fit.spec.feature_scaling,
                    .target = fit.spec.target_scaling,
                    .noise_floor = fit.spec.jitter ? NoiseFloor::raise : NoiseFloor::none};
  const bool is_found = trial.word("optimizer") != "none";
  if (is_found) take_found(fit, model);
  const ReferenceGpFit plain = fit_process(fit, model);
  Refit result = judged(plain);
  if (is_found && result.not_judged.empty()) {
    const double moved = float_rounding(fit, model, plain);
    result.bound += moved;
    result.sd_bound += moved;
  }
  return result;
}

Refit refit_kernel_ridge(const StoredFit& fit) {
  const TrialValues trial(fit);
  const std::string& kernel = trial.word("kernel");
  const ReferenceGp model{.kernel = kernel == "rbf"    ? Kernel::rbf
                                    : kernel == "poly" ? Kernel::polynomial
                                                       : Kernel::linear,
                          .length_scale = {1},
                          .noise_variance = trial.number("alpha"),
                          .features = fit.spec.feature_scaling,
                          .target = fit.spec.target_scaling,
                          .noise_floor = NoiseFloor::none,
                          .gamma = gamma_of(fit, trial),
                          .coef0 = trial.number("coef0"),
                          .degree = static_cast<std::int32_t>(trial.number("degree"))};
  Refit result = judged(fit_process(fit, model));
  result.sd.clear();
  return result;
}

struct Reference {
  const char* model;
  Refit (*refit)(const StoredFit& fit);
};
constexpr Reference references[] = {{"linear", refit_linear},
                                    {"tree", refit_tree},
                                    {"forest", refit_forest},
                                    {"adaboost", refit_adaboost},
                                    {"gradient_boosting", refit_gradient_boosting},
                                    {"svr", refit_svr},
                                    {"gpr", refit_gpr},
                                    {"kernel_ridge", refit_kernel_ridge}};

/// A parameter's value as a tuned fit keeps it.
float kept_value(const TrialColumn& column, const ParameterSchema& parameter, std::size_t trial) {
  constexpr float none = std::numeric_limits<float>::infinity();
  if (column.text.empty()) {
    const double value = column.number[trial];
    return std::isnan(value) ? none : static_cast<float>(value);
  }
  const std::string& text = column.text[trial];
  if (const auto at = std::ranges::find(parameter.categories, text); at != parameter.categories.end())
    return static_cast<float>(at - parameter.categories.begin());
  if (const auto at = std::ranges::find(parameter.words, text); at != parameter.words.end())
    return static_cast<float>(-1 - (at - parameter.words.begin()));
  return text == "none" ? none : static_cast<float>(std::stod(text));
}

/// Has the trial the number that a tuned fit keeps of a parameter, or of one feature's share of it?
bool has_value(const TrialTable& grid, std::size_t trial, const std::string& parameter, float value) {
  const std::string whole = parameter.substr(0, parameter.find('.'));
  auto column = std::ranges::find(grid.columns, parameter, &TrialColumn::name);
  if (column == grid.columns.end()) column = std::ranges::find(grid.columns, whole, &TrialColumn::name);
  const std::vector<ParameterSchema>& known = model_named(grid.model).schema.parameters;
  const auto schema = std::ranges::find(known, whole, &ParameterSchema::name);
  return column != grid.columns.end() && schema != known.end() && kept_value(*column, *schema, trial) == value;
}

const Reference* reference_of(const std::string& model) {
  const auto found = std::ranges::find(references, model, &Reference::model);
  return found == std::end(references) ? nullptr : &*found;
}

}  // namespace

const TrialColumn& TrialValues::column(const std::string& name) const {
  const auto found = std::ranges::find(fit_.table.columns, name, &TrialColumn::name);
  KILOFOLD_EXPECT(found != fit_.table.columns.end());
  return *found;
}

bool TrialValues::has(const std::string& name) const {
  return std::ranges::find(fit_.table.columns, name, &TrialColumn::name) != fit_.table.columns.end();
}

double TrialValues::number(const std::string& name) const {
  const TrialColumn& values = column(name);
  if (!values.text.empty()) return std::stod(values.text.at(fit_.trial));  // beside words numbers are text
  const double value = values.number.at(fit_.trial);
  return std::isnan(value) ? std::numeric_limits<double>::infinity() : value;
}

std::vector<double> TrialValues::numbers(const std::string& name) const {
  if (has(name)) return {number(name)};
  std::vector<double> values;
  for (const ColumnName& feature : fit_.spec.data.features) values.push_back(number(name + "." + feature.column));
  return values;
}

const std::string& TrialValues::word(const std::string& name) const { return column(name).text.at(fit_.trial); }

bool TrialValues::is_word(const std::string& name) const {
  return !column(name).text.empty() && std::isalpha(static_cast<unsigned char>(word(name).front())) != 0;
}

std::int64_t TrialValues::category(const std::string& name) const {
  const std::vector<ParameterSchema>& known = model_named(fit_.table.model).schema.parameters;
  const auto schema = std::ranges::find(known, name, &ParameterSchema::name);
  KILOFOLD_EXPECT(schema != known.end());
  const auto at = std::ranges::find(schema->categories, word(name));
  KILOFOLD_EXPECT(at != schema->categories.end());
  return at - schema->categories.begin();
}

std::vector<std::int32_t> TrialValues::feature_rows() const {
  const bool by_fold =
      has("scaling.fit_on") ? word("scaling.fit_on") == name(FitOn::fold) : fit_.spec.fit_on.front() == FitOn::fold;
  if (by_fold) return fit_.rows.train;
  std::vector<std::int32_t> every_row(fit_.data.y.size());
  std::iota(every_row.begin(), every_row.end(), 0);
  return every_row;
}

Refit not_judged(const std::string& reason) {
  Refit none;
  none.not_judged = reason;
  return none;
}

double largest_target(const StoredFit& fit) {
  double largest = 0;
  for (const std::int32_t row : fit.rows.train)
    largest = std::max(largest, std::fabs(fit.data.y[static_cast<std::size_t>(row)]));
  return largest;
}

bool has_reference(const std::string& model) { return reference_of(model) != nullptr; }

std::optional<std::size_t> chosen_candidate(const StoredFit& fit, const TrialTable& grid) {
  constexpr std::string_view prefix = "tuned_";
  const auto is_chosen = [&](std::size_t trial) {
    if (grid.n_folds[trial] != fit.table.n_folds[fit.trial]) return false;
    for (const TrialColumn& own : fit.table.columns) {
      const auto column = std::ranges::find(grid.columns, own.name, &TrialColumn::name);
      if (column == grid.columns.end()) continue;
      if (own.text.empty() ? own.number[fit.trial] != column->number[trial]
                           : own.text[fit.trial] != column->text[trial])
        return false;
    }
    return std::ranges::all_of(fit.kept, [&](const auto& kept) {
      const auto& [name, value] = kept;
      return !name.starts_with(prefix) || has_value(grid, trial, name.substr(prefix.size()), value);
    });
  };
  for (std::size_t trial = 0; trial < grid.id.size(); ++trial)
    if (is_chosen(trial)) return trial;
  return std::nullopt;
}

Refit refit(const StoredFit& fit) {
  const Reference* reference = reference_of(fit.table.model);
  KILOFOLD_EXPECT(reference != nullptr);
  if (failed(fit.status)) return not_judged(std::string("the fit failed: ") + name(fit.status));
  return reference->refit(fit);
}

}  // namespace kilofold::cli
