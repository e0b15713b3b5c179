// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <numeric>

#include "cli/study.hpp"
#include "cli/verbs.hpp"
#include "kilofold/report.hpp"

namespace kilofold::cli {
namespace {

constexpr int not_complete = 75;

struct Found {
  ModelId model;
  std::int64_t trial;
};

/// The trial a user names: by model entry (its best by rmse), or by the beginning of its id.
Found find_trial(const StudyReader& study, const std::string& wanted) {
  std::vector<Found> found;
  for (std::size_t m = 0; m < study.models().size(); ++m) {
    const TrialTable& table = study.models()[m];
    const ModelId model(static_cast<int>(m));
    if (table.model_name == wanted) {
      if (const auto best = best_trial(study, model)) return {model, *best};
      throw InputError(fmt::format("{} has no finished trial yet", wanted), "kilofold run goes on with the study");
    }
    for (std::size_t t = 0; t < table.id.size(); ++t)
      if (table.id[t].starts_with(wanted)) found.push_back({model, static_cast<std::int64_t>(t)});
  }
  if (found.size() == 1) return found.front();
  std::string names;
  for (const TrialTable& table : study.models()) names += (names.empty() ? "" : ", ") + table.model_name;
  throw InputError(fmt::format("{} trials have an id that begins with '{}'", found.size(), wanted),
                   "name a model (" + names + ") or more of the id, as in /models/<name>/trial");
}

}  // namespace

int validate(const Options& options) {
  const Study study = read_study(options);
  const Lowered lowered = lower(study.spec, study.data);
  std::int64_t trials = 0;
  for (const Group& group : lowered.groups) trials += group.n_trials;
  fmt::print("{}: good; {} trials x {} seeds on {} samples x {} features\n", options.spec, trials,
             study.spec.cv.seeds.size(), study.data.n_samples(), study.data.n_features());
  fmt::print(stderr, "next: kilofold plan {}\n", options.spec);
  return 0;
}

int plan(const Options& options) {
  const Study study = read_study(options);
  const Plan planned = make_plan(lower(study.spec, study.data), all_rules(), options.switches);
  if (options.explain) {
    fmt::print("{}", explain(planned, study.spec));
  } else {
    fmt::print("{}", summary(planned, study.spec));
  }
  fmt::print(stderr, "next: kilofold {} {}\n", options.explain ? "run" : "plan --explain", options.spec);
  return 0;
}

int status(const Options& options) {
  const StudyReader study(options.results);
  fmt::print("{}: {} of {} cells\n", options.results, study.n_committed(), study.n_cells());
  for (std::size_t m = 0; m < study.models().size(); ++m) {
    const std::vector<std::int64_t> counts = study.status_counts(ModelId(static_cast<int>(m)));
    fmt::print("  {:<16}", study.models()[m].model_name);
    for (std::size_t s = 0; s + 1 < counts.size(); ++s)
      if (counts[s] > 0) fmt::print("  {} {}", counts[s], name(static_cast<FitStatus>(s)));
    if (counts.back() > 0) fmt::print("  {} missing", counts.back());
    fmt::print(" (fits)\n");
  }
  const bool complete = study.n_committed() == study.n_cells();
  fmt::print(stderr, "next: kilofold {} {}\n", complete ? "report" : "run SPEC -o", options.results);
  return complete ? 0 : not_complete;
}

int show(const Options& options) {
  const StudyReader study(options.results);
  const Found found = find_trial(study, options.trial);
  const auto t = static_cast<std::size_t>(found.trial);
  const TrialTable& table = study.models()[static_cast<std::size_t>(found.model.value)];
  fmt::print("{} {} ({})\n", table.model_name, table.id[t], table.model);
  for (const TrialColumn& column : table.columns) {
    const std::string value = !column.text.empty()           ? column.text[t]
                              : std::isnan(column.number[t]) ? "none"
                                                             : fmt::format("{}", column.number[t]);
    fmt::print("  {:<20}{}\n", column.name, value);
  }
  const CellBlock cells = study.trial(found.model, found.trial);
  fmt::print("{:>10}{:>14}{:>14}{:>12}{:>12}\n", "seed", "mae", "rmse", "r2", "r2_eq13");
  for (std::size_t s = 0; s < study.seeds().size(); ++s) {
    const double* metric = cells.metric.data() + 4 * s;
    fmt::print("{:>10}{:>14.6g}{:>14.6g}{:>12.6f}{:>12.6f}\n", study.seeds()[s], metric[0], metric[1], metric[2],
               metric[3]);
  }
  return 0;
}

int report(const Options& options) {
  const StudyReader study(options.results);
  const std::filesystem::path page = options.output.empty()
                                         ? std::filesystem::path(options.results).replace_extension(".html")
                                         : std::filesystem::path(options.output);
  const std::string html = render_html(study);
  std::ofstream out(page, std::ios::binary);
  out << html;
  out.close();
  if (!out) throw MachineError("cannot write " + page.string());
  fmt::print(stderr, "{}", render_text(study));
  fmt::print("{}\n", std::filesystem::absolute(page).string());
  return 0;
}

int merge(const Options& options) {
  const std::int64_t cells = merge_parts(options.results);
  fmt::print("{}\n", std::filesystem::absolute(options.results).string());
  fmt::print(stderr, "{} cells; next: kilofold status {}\n", cells, options.results);
  return 0;
}

}  // namespace kilofold::cli
