// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "sections.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "readers.hpp"
#include "scalars.hpp"

namespace kilofold::spec {
namespace {

void read_features(const YamlNode& node, DataSource& data, Problems& problems) {
  if (!node.is_sequence() || node.items.empty()) {
    problems.add(node.at, fmt::format("data.features: expected a list of columns, got {}", quoted(node)), {},
                 "write [a, b], or a list of {column, label, units}");
    return;
  }
  for (const YamlPtr& item : node.items) {
    ColumnName name = read_column(*item, "data.features", problems);
    const auto same = [&](const ColumnName& other) { return other.column == name.column; };
    if (!name.column.empty() && std::any_of(data.features.begin(), data.features.end(), same)) {
      problems.add(item->at, fmt::format("data.features: column '{}' is named twice", name.column));
      continue;
    }
    data.features.push_back(std::move(name));
  }
}

/// Relative paths in `data:` start at the folder of the YAML file, so a study can be run from anywhere.
std::string resolve(const std::string& file, const std::string& yaml_path) {
  return (std::filesystem::path(yaml_path).parent_path() / file).lexically_normal().string();
}

/// Seeds that change nothing are a misunderstanding; folds that the table decides cannot be asked for.
void check_cv(const YamlNode& node, Spec& spec, Problems& problems) {
  const Splitter splitter = spec.cv.splitting.splitter;
  const bool known = splitter == Splitter::leave_one_out || splitter == Splitter::file;
  const YamlNode* folds = node.find("folds");
  if (known) spec.cv.folds.clear();
  if (known && folds) {
    problems.add(folds->at, fmt::format("cv.folds: {} decides the number of folds", name(splitter)), {},
                 "remove the key");
  }
  const YamlNode* seeds = node.find("seeds");
  if ((known || !spec.cv.splitting.shuffle) && spec.cv.seeds.size() > 1) {
    problems.add(seeds->at,
                 fmt::format("cv.seeds: {} has one way to make its folds",
                             known ? name(splitter) : "a splitter without shuffling"),
                 "each seed would repeat the same folds", "write one seed");
  }
  const YamlNode* shuffle = node.find("shuffle");
  if (known && shuffle) {
    problems.add(shuffle->at, fmt::format("cv.shuffle: {} shuffles nothing", name(splitter)), {}, "remove the key");
  }
  const YamlNode* column = node.find("column");
  if (splitter == Splitter::file && !column) {
    problems.add(node.find("splitter")->at, "cv: 'splitter: file' needs 'column'", {},
                 "name the column of the data file that holds each row's fold id");
  } else if (splitter != Splitter::file && column) {
    problems.add(column->at, "cv.column: only 'splitter: file' reads it", {}, "write splitter: file");
  }
  if (splitter == Splitter::group_kfold && !spec.data.groups) {
    problems.add(node.find("splitter")->at, "cv: 'splitter: group_kfold' needs 'data.groups'", {},
                 "name the column that says which rows stay together");
  }
}

}  // namespace

void read_data(const YamlNode& node, Spec& spec, Problems& problems) {
  if (!has_keys_of(node, "data", problems)) return;
  DataSource& data = spec.data;
  if (const YamlNode* file = require(node, "data", "file", "name a CSV file, relative to this file", problems)) {
    const auto text = read_text(*file, "data.file", problems);
    if (text && !text->empty()) data.file = resolve(*text, spec.path);
  }
  if (const YamlNode* features = require(node, "data", "features", "list the columns to learn from", problems)) {
    read_features(*features, data, problems);
  }
  if (const YamlNode* target = require(node, "data", "target", "name the column to predict", problems)) {
    data.target = read_column(*target, "data.target", problems);
    const auto same = [&](const ColumnName& feature) { return feature.column == data.target.column; };
    if (!data.target.column.empty() && std::any_of(data.features.begin(), data.features.end(), same)) {
      problems.add(target->at, fmt::format("data.target: column '{}' is a feature too", data.target.column),
                   "a model that sees its target predicts nothing", "remove it from data.features");
      std::erase_if(data.features, same);  // so that the table's reader need not say it again
    }
  }
  if (const YamlNode* groups = node.find("groups")) data.groups = read_column(*groups, "data.groups", problems);
}

void read_cv(const YamlNode& node, Spec& spec, ValueBudget& budget, Problems& problems) {
  if (!has_keys_of(node, "cv", problems)) return;
  if (const YamlNode* value = node.find("folds")) {
    const auto values = read_integers(*value, key("cv.folds"), budget, problems);
    spec.cv.folds.assign(values.begin(), values.end());
    spec.cv.folds_place = value->at.place();
  }
  if (const YamlNode* value = node.find("seeds")) {
    const auto values = read_integers(*value, key("cv.seeds"), budget, problems);
    spec.cv.seeds.assign(values.begin(), values.end());
  }
  if (const YamlNode* splitter = node.find("splitter")) {
    constexpr Splitter splitters[] = {Splitter::kfold, Splitter::group_kfold, Splitter::leave_one_out, Splitter::file};
    const auto word = read_word(*splitter, key("cv.splitter"), problems);
    if (word) spec.cv.splitting.splitter = splitters[*word];
  }
  if (const YamlNode* shuffle = node.find("shuffle"))
    spec.cv.splitting.shuffle = read_boolean(*shuffle, key("cv.shuffle"), problems).value_or(true);
  if (const YamlNode* column = node.find("column")) {
    spec.data.folds.emplace();
    spec.data.folds->column = read_text(*column, "cv.column", problems).value_or("");
    spec.data.folds->place = column->at.place();
  }
  check_cv(node, spec, problems);
}

void read_scaling(const YamlNode& node, Spec& spec, Problems& problems) {
  if (!has_keys_of(node, "scaling", problems)) return;
  if (const YamlNode* features = node.find("features")) {
    constexpr Scaling scalings[] = {Scaling::none, Scaling::zscore, Scaling::minmax};
    const auto word = read_word(*features, key("scaling.features"), problems);
    if (word) spec.feature_scaling = scalings[*word];
  }
  if (const YamlNode* target = node.find("target")) {
    constexpr Scaling scalings[] = {Scaling::none, Scaling::zscore, Scaling::center};
    const auto word = read_word(*target, key("scaling.target"), problems);
    if (word) spec.target_scaling = scalings[*word];
  }
  if (const YamlNode* fit_on = node.find("fit_on")) {
    spec.fit_on.clear();
    for (const std::size_t word : read_words(*fit_on, key("scaling.fit_on"), problems))
      spec.fit_on.push_back(word == 0 ? FitOn::fold : FitOn::all);
  }
}

void read_model_seed(const YamlNode& node, Spec& spec, ValueBudget& budget, Problems& problems) {
  const auto values = read_integers(node, key("model_seed"), budget, problems);
  spec.model_seeds.assign(values.begin(), values.end());
}

void read_numerics(const YamlNode& node, Spec& spec, Problems& problems) {
  if (!has_keys_of(node, "numerics", problems)) return;
  if (const YamlNode* jitter = node.find("jitter"))
    spec.jitter = read_word(*jitter, key("numerics.jitter"), problems).value_or(0) == 0;
  if (const YamlNode* flavour = node.find("flavour"))
    spec.flavour =
        read_word(*flavour, key("numerics.flavour"), problems).value_or(0) == 0 ? Flavour::canonical : Flavour::vendor;
}

}  // namespace kilofold::spec
