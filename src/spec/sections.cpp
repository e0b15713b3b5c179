// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "sections.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "kilofold/core/text.hpp"
#include "names.hpp"
#include "scalars.hpp"

namespace kilofold::spec {
namespace {

/// The words that a key takes. `later` are words of grammar v1 that this version cannot honour yet.
struct WordTable {
  std::vector<std::string> legal;
  std::vector<std::string> later;
};

/// The legal words, as a message names them.
std::string choice(const WordTable& words) { return (words.legal.size() > 1 ? "one of " : "") + joined(words.legal); }

/// Read one word; its index in `legal`, or nothing after adding a problem.
std::optional<std::size_t> read_word(const YamlNode& node, std::string_view what, const WordTable& words,
                                     Problems& problems) {
  const auto found = std::find(words.legal.begin(), words.legal.end(), node.text);
  if (node.is_scalar() && found != words.legal.end()) return static_cast<std::size_t>(found - words.legal.begin());
  const auto is_later = [&](const std::string& word) {
    return std::find(words.later.begin(), words.later.end(), word) != words.later.end();
  };
  if (node.is_scalar() && is_later(node.text)) {
    problems.add(node.at, fmt::format("{}: '{}' is not supported by this version", what, node.text), {},
                 "write " + choice(words));
  } else if (node.is_sequence()) {
    problems.add(node.at, fmt::format("{}: a list is not supported by this version", what), {},
                 "write " + choice(words));
  } else {
    const auto nearest = closest_name(node.text, words.legal);
    problems.add(node.at, fmt::format("{}: expected {}, got {}", what, choice(words), quoted(node)), {},
                 nearest ? fmt::format("did you mean '{}'?", *nearest) : std::string());
  }
  return std::nullopt;
}

/// A column, written as its header or as {column, label, units}.
ColumnName read_column(const YamlNode& node, const std::string& what, Problems& problems) {
  static const KeyTable keys = {{"column", "label", "units"}, {}};
  ColumnName name;
  name.place = node.at.place();
  if (!node.is_mapping()) {
    name.column = read_text(node, what, problems).value_or("");
    return name;
  }
  check_keys(node, what, keys, problems);
  if (const YamlNode* column = require(node, what, "column", "name the header in the CSV file", problems)) {
    name.place = column->at.place();
    name.column = read_text(*column, what + ".column", problems).value_or("");
  }
  if (const YamlNode* label = node.find("label"))
    name.label = read_text(*label, what + ".label", problems).value_or("");
  if (const YamlNode* units = node.find("units"))
    name.units = read_text(*units, what + ".units", problems).value_or("");
  return name;
}

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
    }
    data.features.push_back(std::move(name));
  }
}

ParameterSchema integer_schema(std::string name, double minimum, double maximum) {
  ParameterSchema schema;
  schema.name = std::move(name);
  schema.kind = ParameterSchema::Kind::integer;
  schema.minimum = minimum;
  schema.maximum = maximum;
  return schema;
}

/// Relative paths in `data:` start at the folder of the YAML file, so a study can be run from anywhere.
std::string resolve(const std::string& file, const std::string& yaml_path) {
  return (std::filesystem::path(yaml_path).parent_path() / file).lexically_normal().string();
}

/// Seconds from `30`, `30s`, `5m` or `2h`; empty for anything else.
std::optional<double> parse_duration(std::string_view text) {
  double unit = 1;
  if (text.ends_with('s') || text.ends_with('m') || text.ends_with('h')) {
    unit = text.back() == 'm' ? 60 : text.back() == 'h' ? 3600 : 1;
    text.remove_suffix(1);
  }
  const auto value = parse_number(text);
  return value && *value > 0 ? std::optional(*value * unit) : std::nullopt;
}

bool is_device(std::string_view text) {
  if (text == "auto" || text == "cpu" || text == "cuda") return true;
  const bool indexed = text.starts_with("cuda:") && text.size() > 5 && text.size() < 9;
  const std::string_view index = indexed ? text.substr(5) : std::string_view();
  return indexed && index.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace

bool is_mapping(const YamlNode& node, std::string_view what, Problems& problems) {
  if (node.is_mapping()) return true;
  problems.add(node.at, fmt::format("{}: expected keys with values, got {}", what, quoted(node)));
  return false;
}

void read_data(const YamlNode& node, Spec& spec, Problems& problems) {
  static const KeyTable keys = {{"file", "features", "target", "groups"},
                                {"sha256", "delimiter", "separator", "decimal", "missing"}};
  if (!is_mapping(node, "data", problems)) return;
  check_keys(node, "data", keys, problems);
  DataSource& data = spec.data;
  if (const YamlNode* file = require(node, "data", "file", "name a CSV file, relative to this file", problems)) {
    data.file = resolve(read_text(*file, "data.file", problems).value_or(""), spec.path);
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
    }
  }
  if (const YamlNode* groups = node.find("groups")) data.groups = read_column(*groups, "data.groups", problems);
}

void read_cv(const YamlNode& node, Spec& spec, ValueBudget& budget, Problems& problems) {
  static const KeyTable keys = {{"folds", "seeds", "splitter"}, {"file", "shuffle"}};
  static const WordTable splitters = {{"kfold"}, {"group_kfold", "leave_one_out", "file"}};
  static const ParameterSchema folds = integer_schema("cv.folds", 2, std::numeric_limits<std::int32_t>::max());
  // scikit-learn's own range of random_state.
  static const ParameterSchema seeds = integer_schema("cv.seeds", 0, std::numeric_limits<std::uint32_t>::max());
  if (!is_mapping(node, "cv", problems)) return;
  check_keys(node, "cv", keys, problems);
  if (const YamlNode* value = node.find("folds")) {
    const auto values = read_axis(*value, folds, budget, problems);
    spec.cv.folds.assign(values.begin(), values.end());
  }
  if (const YamlNode* value = node.find("seeds")) {
    const auto values = read_axis(*value, seeds, budget, problems);
    spec.cv.seeds.assign(values.begin(), values.end());
  }
  if (const YamlNode* splitter = node.find("splitter")) read_word(*splitter, "cv.splitter", splitters, problems);
}

void read_scaling(const YamlNode& node, Spec& spec, Problems& problems) {
  static const KeyTable keys = {{"features", "target", "fit_on"}, {}};
  static const WordTable feature_words = {{"none", "zscore"}, {"minmax"}};
  static const WordTable target_words = {{"none", "zscore", "center"}, {}};
  static const WordTable fit_words = {{"fold"}, {"all"}};
  if (!is_mapping(node, "scaling", problems)) return;
  check_keys(node, "scaling", keys, problems);
  if (const YamlNode* features = node.find("features")) {
    const auto word = read_word(*features, "scaling.features", feature_words, problems);
    if (word) spec.feature_scaling = *word == 0 ? Scaling::none : Scaling::zscore;
  }
  if (const YamlNode* target = node.find("target")) {
    const auto word = read_word(*target, "scaling.target", target_words, problems);
    if (word) spec.target_scaling = *word == 0 ? Scaling::none : *word == 1 ? Scaling::zscore : Scaling::center;
  }
  if (const YamlNode* fit_on = node.find("fit_on")) read_word(*fit_on, "scaling.fit_on", fit_words, problems);
}

void read_metrics(const YamlNode& node, Spec& spec, Problems& problems) {
  static const WordTable words = {{"mae", "rmse", "r2", "r2_eq13"}, {}};
  if (!node.is_sequence() || node.items.empty()) {
    problems.add(node.at, fmt::format("metrics: expected a list, got {}", quoted(node)), {}, "write [mae, rmse, r2]");
    return;
  }
  spec.metrics.clear();
  for (const YamlPtr& item : node.items) {
    const auto word = read_word(*item, "metrics", words, problems);
    if (!word) continue;
    const std::string& name = words.legal[*word];
    const bool repeated = std::find(spec.metrics.begin(), spec.metrics.end(), name) != spec.metrics.end();
    if (!repeated) spec.metrics.push_back(name);
  }
}

void read_output(const YamlNode& node, Spec& spec, Problems& problems) {
  static const KeyTable keys = {{"file"}, {"predictions", "keep", "precision", "compress"}};
  if (!is_mapping(node, "output", problems)) return;
  check_keys(node, "output", keys, problems);
  if (const YamlNode* file = node.find("file")) {
    if (const auto text = read_text(*file, "output.file", problems)) spec.output.file = *text;
  }
}

void read_run(const YamlNode& node, Spec& spec, Problems& problems) {
  static const KeyTable keys = {{"device", "threads", "checkpoint"}, {"memory"}};
  if (!is_mapping(node, "run", problems)) return;
  check_keys(node, "run", keys, problems);
  if (const YamlNode* device = node.find("device")) {
    if (device->is_scalar() && is_device(device->text)) {
      spec.run.device = device->text;
    } else {
      problems.add(device->at, fmt::format("run.device: expected auto, cpu, cuda or cuda:K, got {}", quoted(*device)),
                   {}, same_but_case(device->text, "gpu") ? "write cuda" : "");
    }
  }
  if (const YamlNode* threads = node.find("threads")) {
    const auto n = number(*threads);
    if (n && *n >= 0 && *n <= 4096 && *n == static_cast<double>(static_cast<std::int32_t>(*n))) {
      spec.run.threads = static_cast<std::int32_t>(*n);
    } else {
      problems.add(threads->at,
                   fmt::format("run.threads: expected an integer >= 0 and <= 4096, got {}", quoted(*threads)), {},
                   "0 takes every core");
    }
  }
  if (const YamlNode* checkpoint = node.find("checkpoint")) {
    const auto seconds = checkpoint->is_scalar() ? parse_duration(checkpoint->text) : std::nullopt;
    if (seconds) {
      spec.run.checkpoint_seconds = *seconds;
    } else {
      problems.add(checkpoint->at, fmt::format("run.checkpoint: expected a time > 0, got {}", quoted(*checkpoint)), {},
                   "write 30 or 30s for seconds, 5m for minutes");
    }
  }
}

}  // namespace kilofold::spec
