// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "cli/stored_study.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <sstream>
#include <string_view>

#include "kilofold/core/hash.hpp"

namespace kilofold::cli {
namespace {

constexpr std::string_view override_prefix = "set ";

/// The switches behind rules_line.
Switches read_switches(const std::string& rules) {
  Switches switches;
  switches.sharing = rules.find("sharing off") == std::string::npos;
  if (rules.starts_with("priced for cuda")) switches.priced_for = PricedFor::cuda;
  const std::string key = "off: ";
  const std::size_t at = rules.find(key);
  if (at == std::string::npos) return switches;
  std::istringstream names(rules.substr(at + key.size()));
  for (std::string name; names >> name;)
    if (name != "none") switches.disabled_rules.push_back(name);
  return switches;
}

void compare(std::vector<Disagreement>& found, const std::string& where, const std::string& there,
             const std::string& here) {
  if (there != here) found.push_back({where, there, here});
}

void compare_models(std::vector<Disagreement>& found, const StudyReader& file, const StudyHeader& made) {
  compare(found, "number of model entries", std::to_string(file.models().size()), std::to_string(made.models.size()));
  for (std::size_t m = 0; m < std::min(file.models().size(), made.models.size()); ++m) {
    const TrialTable& there = file.models()[m];
    const TrialTable& here = made.models[m];
    compare(found, "name of an entry", there.model_name, here.model_name);
    compare(found, there.model_name + ": model", there.model, here.model);
    compare(found, there.model_name + ": numerics", there.numerics, here.numerics);
    compare(found, there.model_name + ": number of trials", std::to_string(there.id.size()),
            std::to_string(here.id.size()));
    for (std::size_t t = 0; t < std::min(there.id.size(), here.id.size()); ++t) {
      if (there.id[t] == here.id[t]) continue;
      compare(found, fmt::format("{}: id of trial {}", there.model_name, t), there.id[t], here.id[t]);
      break;
    }
  }
}

void compare_folds(std::vector<Disagreement>& found, const StudyReader& file, const StudyHeader& made) {
  compare(found, "number of splits", std::to_string(file.splits().size()), std::to_string(made.splits.size()));
  for (std::size_t s = 0; s < std::min(file.splits().size(), made.splits.size()); ++s) {
    const Split& there = file.splits()[s];
    const Split& here = made.splits[s];
    for (std::size_t i = 0; i < std::min(there.fold.size(), here.fold.size()); ++i)
      compare(found, fmt::format("{} folds, seed {}: fold of sample {}", here.n_folds, here.seed, i),
              std::to_string(there.fold[i]), std::to_string(here.fold[i]));
  }
}

}  // namespace

std::string Disagreement::text() const { return fmt::format("{}: {} in the file, {} here", where, there, here); }

StoredStudy stored_study(const StudyReader& file) {
  StoredStudy stored;
  for (const auto& [name, value] : file.attributes())
    if (name.starts_with(override_prefix)) stored.overrides.emplace_back(name.substr(override_prefix.size()), value);
  stored.switches = read_switches(file.attribute("rules"));
  stored.library = file.attribute("numerics_library");
  stored.study.spec = parse_spec(file.spec_text(), file.path() + ":/spec/yaml", all_schemas(), stored.overrides);
  stored.study.spec.data.file = file.attribute("data_file");
  stored.study.data = file.data();
  // What the column of fold ids said is in the splits alone.
  if (stored.study.spec.cv.splitting.splitter == Splitter::file) stored.study.data.fold = file.splits().front().fold;
  complete(stored.study.spec, stored.study.data);
  return stored;
}

std::optional<Began> how_results_began(const std::string& path) try {
  const StudyReader file(path);
  return Began{file.attribute("device"), file.attribute("device_reason"), file.attribute("plan"),
               read_switches(file.attribute("rules")).priced_for};
} catch (const std::runtime_error&) {  // no results, or damaged ones: the store says so when it opens them
  return {};
}

std::vector<Disagreement> study_disagreements(const StudyReader& file, const StudyHeader& made) {
  std::vector<Disagreement> found;
  compare(found, "identity of the study", file.canonical(), made.canonical);
  compare_models(found, file, made);
  compare_folds(found, file, made);
  return found;
}

bool table_is_there(const StudyReader& file) {
  std::error_code unreadable;
  return std::filesystem::is_regular_file(file.attribute("data_file"), unreadable);
}

std::vector<Disagreement> table_disagreements(const StudyReader& file) {
  const std::string& path = file.attribute("data_file");
  std::vector<Disagreement> found;
  if (!table_is_there(file)) return found;
  DataSource source = file.data().source;
  source.file = path;
  try {
    const Dataset table = read_csv(source);
    compare(found, "sha256 of " + path, file.data().sha256, table.sha256);
  } catch (const InputError& error) {
    found.push_back({path, "the table of the study", error.problems().front().message});
  }
  return found;
}

}  // namespace kilofold::cli
