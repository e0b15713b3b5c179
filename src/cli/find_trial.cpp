// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "cli/find_trial.hpp"

#include <fmt/format.h>

#include <vector>

#include "kilofold/core/text.hpp"
#include "kilofold/report.hpp"

namespace kilofold::cli {
namespace {

InputError not_one(const StudyReader& study, const std::string& wanted, std::size_t n_found) {
  std::vector<std::string> names;
  for (const TrialTable& table : study.models()) names.push_back(table.model_name);
  const std::string models = fmt::format("models: {}", fmt::join(names, ", "));
  if (n_found > 1)
    return {fmt::format("{} trials have an id that begins with '{}'", n_found, wanted), "write more of the id"};
  const auto near = closest_name(wanted, names);
  return {fmt::format("no model is named '{}', and no trial id begins with it{}", wanted,
                      near ? fmt::format("; did you mean '{}'?", *near) : ""),
          models + "; ids are in /models/<name>/trial"};
}

/// Why a model has no best trial: some cells are missing, or fits failed in every trial.
InputError no_best(const StudyReader& study, ModelId model) {
  const std::string& entry = study.models()[static_cast<std::size_t>(model.value)].model_name;
  const std::vector<std::int64_t> counts = study.status_counts(model);
  if (counts.back() > 0)
    return {fmt::format("{} has no finished trial yet", entry), "kilofold run goes on with the study"};
  std::string how;
  for (std::size_t s = 0; s + 1 < counts.size(); ++s)
    if (counts[s] > 0 && failed(static_cast<FitStatus>(s)))
      how += fmt::format("{}{} {}", how.empty() ? "" : ", ", grouped(counts[s]), name(static_cast<FitStatus>(s)));
  return {fmt::format("{} has no best trial: fits failed in every one of them ({})", entry, how),
          "the beginning of a trial's id shows how its folds ended"};
}

FoundTrial trial_of(const StudyReader& study, ModelId model, Of of) {
  const TrialTable& table = study.models()[static_cast<std::size_t>(model.value)];
  if (of == Of::as_published) {
    if (const auto published = published_trial(table)) return {model, *published};
    throw InputError(fmt::format("{} has no published setting", table.model_name),
                     "as_published: of its entry in the spec names it");
  }
  if (const auto best = best_trial(study, model)) return {model, *best};
  throw no_best(study, model);
}

}  // namespace

FoundTrial find_trial(const StudyReader& study, const std::string& wanted, Of of) {
  std::vector<FoundTrial> found;
  for (std::size_t m = 0; m < study.models().size(); ++m) {
    const TrialTable& table = study.models()[m];
    const ModelId model(static_cast<int>(m));
    if (table.model_name == wanted) return trial_of(study, model, of);
    for (std::size_t t = 0; t < table.id.size(); ++t)
      if (table.id[t].starts_with(wanted)) found.push_back({model, static_cast<std::int64_t>(t)});
  }
  if (of == Of::as_published && !found.empty())
    throw InputError(fmt::format("--as-published goes with the name of a model, '{}' is an id", wanted),
                     "leave it out, or name the model");
  if (found.size() == 1) return found.front();
  throw not_one(study, wanted, found.size());
}

}  // namespace kilofold::cli
