// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <span>

#include "cli/exit_codes.hpp"
#include "cli/json.hpp"
#include "cli/progress.hpp"
#include "cli/verbs.hpp"
#include "kilofold/core/text.hpp"
#include "kilofold/report.hpp"

namespace kilofold::cli {
namespace {

struct Found {
  ModelId model;
  std::int64_t trial;
};

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
  throw not_one(study, wanted, found.size());
}

std::string value_text(const TrialColumn& column, std::size_t trial) {
  if (!column.text.empty()) return column.text[trial];
  return std::isnan(column.number[trial]) ? "none" : fmt::format("{}", column.number[trial]);
}

/// "ok", "missing", or how many folds ended how: "4 ok, 1 not_finite".
std::string status_text(std::span<const std::int32_t> folds) {
  std::map<std::int32_t, int> counts;
  for (const std::int32_t status : folds) ++counts[status];
  if (counts.size() > 1) counts.erase(-1);  // beyond the trial's own folds
  const auto named = [](std::int32_t status) { return status < 0 ? "missing" : name(static_cast<FitStatus>(status)); };
  if (counts.size() == 1) return named(counts.begin()->first);
  std::string text;
  for (const auto& [status, count] : counts)
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, named(status));
  return text;
}

void put_metrics(const StudyReader& study, const CellBlock& cells) {
  constexpr std::size_t n_metrics = 4;
  const std::size_t n_seeds = study.seeds().size();
  const std::size_t n_folds = cells.status.size() / n_seeds;
  const auto put_row = [](const std::string& seed, const double* metric, const std::string& status) {
    put("{:>10}{:>14.6g}{:>14.6g}{:>12.6f}{:>12.6f}  {}\n", seed, metric[0], metric[1], metric[2], metric[3], status);
  };
  put("{:>10}{:>14}{:>14}{:>12}{:>12}  {}\n", "seed", "mae", "rmse", "r2", "r2_eq13", "folds");
  std::array<double, n_metrics> mean{};
  for (std::size_t s = 0; s < n_seeds; ++s) {
    const double* metric = cells.metric.data() + n_metrics * s;
    put_row(std::to_string(study.seeds()[s]), metric,
            status_text(std::span(cells.status).subspan(n_folds * s, n_folds)));
    for (std::size_t i = 0; i < n_metrics; ++i) mean[i] += metric[i] / static_cast<double>(n_seeds);
  }
  if (n_seeds > 1) put_row("mean", mean.data(), "");
  if (!study.target().units.empty()) put("mae and rmse in {}\n", study.target().units);
}

}  // namespace

int status(const Options& options) {
  const StudyReader study(options.results);
  const bool complete = study.n_committed() == study.n_cells();
  if (options.json) {
    put_text(status_json(study, options.results));
    return complete ? done : stopped_early;
  }
  put("{}: {}; {} of {} cells\n", options.results, complete ? "complete" : "not complete", grouped(study.n_committed()),
      grouped(study.n_cells()));
  for (std::size_t m = 0; m < study.models().size(); ++m) {
    const std::vector<std::int64_t> counts = study.status_counts(ModelId(static_cast<int>(m)));
    std::string fits;
    for (std::size_t s = 0; s + 1 < counts.size(); ++s)
      if (counts[s] > 0) fits += fmt::format(", {} {}", grouped(counts[s]), name(static_cast<FitStatus>(s)));
    if (counts.back() > 0) fits += fmt::format(", {} missing", grouped(counts.back()));
    put("  {:<16}fits: {}\n", study.models()[m].model_name, fits.substr(std::min<std::size_t>(2, fits.size())));
  }
  say("next: kilofold {} {}\n", complete ? "report" : "run SPEC -o", options.results);
  return complete ? done : stopped_early;
}

int show(const Options& options) {
  const StudyReader study(options.results);
  const Found found = find_trial(study, options.trial);
  if (options.json) {
    put_text(trial_json(study, found.model, found.trial));
    return done;
  }
  const auto t = static_cast<std::size_t>(found.trial);
  const TrialTable& table = study.models()[static_cast<std::size_t>(found.model.value)];
  const bool is_best = options.trial == table.model_name && table.id.size() > 1;
  put("{} {} ({}){}\n", table.model_name, table.id[t], table.model,
      is_best ? fmt::format(", best of {} by mean rmse", grouped(std::ssize(table.id))) : "");
  for (const TrialColumn& column : table.columns) put("  {:<20}{}\n", column.name, value_text(column, t));
  put_metrics(study, study.trial(found.model, found.trial));
  return done;
}

int report(const Options& options) {
  const StudyReader study(options.results);
  const std::filesystem::path page = options.output.empty()
                                         ? std::filesystem::path(options.results).replace_extension(".html")
                                         : std::filesystem::path(options.output);
  const std::string html = render_html(study);
  std::ofstream file(page, std::ios::binary);
  if (!file)
    throw InputError(fmt::format("cannot write {}: {}", page.string(), std::strerror(errno)),
                     "name another page with -o PAGE.html");
  file << html;
  file.close();
  if (!file) throw MachineError(fmt::format("cannot write {}: {}", page.string(), std::strerror(errno)));
  say_text(render_text(study));
  put("{}\n", std::filesystem::absolute(page).lexically_normal().string());
  return done;
}

int merge(const Options& options) {
  const std::int64_t cells = merge_parts(options.results);
  put("{}\n", std::filesystem::absolute(options.results).lexically_normal().string());
  say("{} cells; next: kilofold status {}\n", grouped(cells), options.results);
  return done;
}

}  // namespace kilofold::cli
