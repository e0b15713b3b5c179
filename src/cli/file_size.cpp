// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "cli/file_size.hpp"

#include <algorithm>
#include <map>

#include "kilofold/models.hpp"
#include "store/cells.hpp"

namespace kilofold::cli {
namespace {

constexpr double number = sizeof(double), small_number = sizeof(float);
constexpr double hdf5_of_file = 12e3, hdf5_of_model = 24e3, hdf5_of_chunk = 400;  // measured

/// Stored over plain bytes of a chunk of trees' predictions: measured 0.09 to 0.15 for chunks of 24 to 80 trials, and
/// 0.33 for one of three.
double compressed(std::int64_t trials_in_chunk) { return 0.1 + 0.7 / static_cast<double>(trials_in_chunk); }

/// Of one model entry.
double model_bytes(const Study& study, const ModelSpec& entry, std::int64_t n_trials) {
  const Spec& spec = study.spec;
  const Results& results = model_named(entry.model).results;
  const auto n_seeds = static_cast<double>(spec.cv.seeds.size());
  const auto n_samples = static_cast<std::int64_t>(study.data.y.size());
  const auto n_folds = static_cast<double>(*std::ranges::max_element(spec.cv.folds));

  const std::int64_t in_chunk = trials_a_chunk(n_trials, n_samples);
  std::int64_t chunks = (n_trials + in_chunk - 1) / in_chunk;
  if (spec.output.predictions == "best") chunks = std::min<std::int64_t>(chunks, spec.output.keep);
  if (spec.output.predictions == "none") chunks = 0;
  const double values = n_seeds * static_cast<double>(chunks * in_chunk * n_samples);
  const double predictions = values * number * (results.few_values ? compressed(in_chunk) : 1);
  const double sds = results.has_sd ? values * number : 0;

  const auto n_diagnostics = static_cast<double>(diagnostics_of(spec, entry).size());
  const double of_fit = 3 * number + (1 + n_diagnostics) * small_number;
  const double of_cell = 4 * number + n_folds * of_fit;
  const auto n_parameters = static_cast<double>(model_named(entry.model).schema.parameters.size());
  const double of_trial = 3 * number + n_parameters * number;  // its id, too
  const double indices = n_seeds * static_cast<double>(chunks) * (results.has_sd ? 2 : 1) * hdf5_of_chunk;
  return predictions + sds + static_cast<double>(n_trials) * (n_seeds * of_cell + of_trial) + indices + hdf5_of_model;
}

}  // namespace

double file_size(const Study& study, const Plan& plan) {
  std::map<ModelId, std::int64_t> trials;
  for (const PlanGroup& group : plan.groups) trials[group.group.model] += group.group.n_kept_trials();
  const auto n_samples = static_cast<double>(study.data.y.size());
  const auto n_columns = static_cast<double>(study.data.n_features() + 1);
  const auto n_splits = static_cast<double>(study.spec.cv.folds.size() * study.spec.cv.seeds.size());
  double bytes = hdf5_of_file + n_samples * (n_columns * number + n_splits * small_number);
  for (const auto& [model, n] : trials)
    bytes += model_bytes(study, study.spec.models[static_cast<std::size_t>(model.value)], n);
  return bytes;
}

std::string size_text(double bytes) {
  return bytes < 1e9 ? fmt::format("{:.3g} MB", bytes / 1e6) : fmt::format("{:.4g} GB", bytes / 1e9);
}

}  // namespace kilofold::cli
