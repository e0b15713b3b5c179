// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "statements.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <string_view>

#include "kept_predictions.hpp"

namespace kilofold {
namespace {

using Statements = std::map<std::string, std::string>;

/// Root attributes that tell how cells were made.
constexpr std::array<std::string_view, 13> making = {
    "version",       "commit",           "compiler",         "created", "host",  "device", "device_name",
    "device_reason", "numerics_flavour", "numerics_library", "isa",     "rules", "plan"};
/// Root attributes that the store writes itself.
constexpr std::array<std::string_view, 6> own = {"format",   "format_version", "kind",
                                                 "numerics", "predictions",    "payload"};
constexpr const char* text_alone = "spec";

template <std::size_t n> bool is_among(const std::array<std::string_view, n>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

std::string described(const ColumnName& column) {
  return column.column + "\n" + (column.label.empty() ? column.column : column.label) + "\n" + column.units + "\n";
}

/// A root attribute in the spec's words; empty where a study that differs in it alone is told alike.
std::string in_spec_words(const std::string& attribute) {
  if (is_among(making, attribute) || is_among(own, attribute) || attribute.starts_with("set run.")) return "";
  if (attribute == "title") return "name";
  if (attribute == "data_file") return "data.file";
  if (attribute == "plots") return "report.plots";
  if (attribute.starts_with("reference")) return "reference";
  if (attribute.starts_with("set ")) return "--" + attribute;
  return attribute;
}

}  // namespace

Statements statements(const StudyHeader& study) {
  Statements says;
  for (const auto& [attribute, value] : study.provenance)
    if (const std::string name = in_spec_words(attribute); !name.empty()) says[name] += attribute + "=" + value + "\n";
  const nlohmann::json canonical = nlohmann::json::parse(study.canonical, nullptr, false);
  if (canonical.is_object())
    for (const auto& [key, value] : canonical.items()) says[key] += value.dump() + "\n";
  says["output.predictions"] = predictions_text(study.spec);
  says["data.target"] = described(study.data.source.target);
  for (const ColumnName& feature : study.data.source.features) says["data.features"] += described(feature);
  if (study.data.source.groups) says["data.groups"] = described(*study.data.source.groups);
  for (const TrialTable& table : study.models) says["models"] += table.model_name + " " + table.numerics + "\n";
  for (const FeatureScoreTable& table : study.importance) says["importance"] += table.name + "\n";
  says[text_alone] = study.spec.text;
  return says;
}

std::vector<std::string> differing_statements(const StudyHeader& there, const StudyHeader& here) {
  Statements old_ones = statements(there), new_ones = statements(here);
  std::vector<std::string> names;
  for (const auto& [name, value] : new_ones) {
    if (old_ones[name] != value) names.push_back(name);  // an absent one says nothing
    old_ones.erase(name);
  }
  for (const auto& [name, value] : old_ones)
    if (!value.empty()) names.push_back(name);
  if (names.size() > 1) std::erase(names, text_alone);
  return names;
}

StudyHeader made_as(const StudyHeader& file, StudyHeader study) {
  const auto is_making = [](const auto& attribute) { return is_among(making, attribute.first); };
  std::erase_if(study.provenance, is_making);
  std::ranges::copy_if(file.provenance, std::back_inserter(study.provenance), is_making);
  return study;
}

}  // namespace kilofold
