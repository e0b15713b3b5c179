// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "blocks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

#include "names.hpp"
#include "random_search.hpp"
#include "readers.hpp"
#include "scalars.hpp"

namespace kilofold::spec {
namespace {

using Kind = ParameterSchema::Kind;

std::vector<std::string> names_of(const auto& schemas) {
  std::vector<std::string> names;
  for (const auto& schema : schemas) names.push_back(schema.name);
  return names;
}

/// How canonical texts name values that are not plain numbers; empty where all are.
std::vector<std::string> value_names(const ParameterSchema& schema, const std::vector<double>& values) {
  std::vector<std::string> names;
  if (schema.kind == Kind::category) {
    for (const double value : values) names.push_back(schema.categories[static_cast<std::size_t>(value)]);
  } else if (!schema.words.empty() && std::ranges::any_of(values, [](double value) { return value < 0; })) {
    for (const double value : values)
      names.push_back(value < 0 ? schema.words[static_cast<std::size_t>(-1 - value)] : fmt::format("{}", value));
  }
  return names;
}

ParameterAxis make_axis(const ParameterSchema& schema, Points points, Place place) {
  std::vector<std::string> text = value_names(schema, points.values);
  return {schema.name, std::move(points.values), std::move(place), std::move(text), points.width};
}

/// Drop rows that came before.
void merge_rows(ParameterFactor& factor) {
  std::unordered_set<std::string> seen;
  std::vector<ParameterAxis> kept = factor.axes;
  for (ParameterAxis& axis : kept) axis.values.clear(), axis.text.clear();
  for (std::int64_t row = 0; row < factor.size(); ++row) {
    std::string bytes;
    const auto span = [&](const ParameterAxis& axis) {
      return std::span(axis.values)
          .subspan(static_cast<std::size_t>(row * axis.width), static_cast<std::size_t>(axis.width));
    };
    for (const ParameterAxis& axis : factor.axes)
      bytes.append(reinterpret_cast<const char*>(span(axis).data()), span(axis).size_bytes());
    if (!seen.insert(bytes).second) continue;
    for (std::size_t a = 0; a < kept.size(); ++a) {
      const auto point = span(factor.axes[a]);
      kept[a].values.insert(kept[a].values.end(), point.begin(), point.end());
      if (!factor.axes[a].text.empty()) kept[a].text.push_back(factor.axes[a].text[static_cast<std::size_t>(row)]);
    }
  }
  factor.axes = std::move(kept);
}

}  // namespace

void BlockReader::refuse_parameter(const YamlEntry& entry) {
  std::string hint = suggestion(entry.key, names_of(model_.parameters));
  for (const ParameterSchema& parameter : model_.parameters)
    for (const std::string& foreign : parameter.foreign_names)
      if (same_but_case(foreign, entry.key))
        hint = fmt::format("'{}' is what kilofold and scikit-learn call it", parameter.name);
  problems_.add(entry.key_at, fmt::format("unknown parameter '{}' for model '{}'", entry.key, model_.name), {}, hint);
}

void BlockReader::check_names(const YamlNode& written, std::span<const std::string> besides) {
  const auto names = names_of(model_.parameters);
  for (const YamlEntry& entry : written.entries) {
    const bool legal = std::ranges::find(names, entry.key) != names.end() ||
                       std::ranges::find(besides, entry.key) != besides.end() ||
                       (entry.key == "preset" && !model_.presets.empty());
    if (!legal) refuse_parameter(entry);
  }
}

void BlockReader::read_preset(const YamlNode& written) {
  preset_ = nullptr;
  const YamlNode* node = model_.presets.empty() ? nullptr : written.find("preset");
  if (!node) return;
  const auto word = read_word(*node, "preset", names_of(model_.presets), problems_);
  if (word) preset_ = &model_.presets[*word];
}

ParameterAxis BlockReader::default_axis(const ParameterSchema& schema) const {
  double value = schema.kind == Kind::category ? 0.0 : schema.default_value;
  if (preset_)
    for (const auto& [name, preset] : preset_->values)
      if (name == schema.name) value = preset;
  return make_axis(schema, {{value}, 1}, entry_);
}

std::optional<ParameterAxis> BlockReader::axis(const ParameterSchema& schema, const YamlNode& node, Repeats repeats) {
  Points points = read_points(node, schema, features_, repeats, budget_, problems_);
  if (points.size() == 0) {
    failed_.push_back(schema.name);
    return std::nullopt;
  }
  return make_axis(schema, std::move(points), node.at.place());
}

std::optional<ParameterFactor> BlockReader::zip(const YamlNode& node, const YamlNode* written) {
  if (!is_mapping(node, "zip", problems_)) return std::nullopt;
  check_names(node, {});
  ParameterFactor factor;
  std::vector<std::string> sizes;
  for (const ParameterSchema& schema : model_.parameters) {
    const YamlNode* value = node.find(schema.name);
    if (!value) continue;
    const bool again = std::ranges::find(zipped_, schema.name) != zipped_.end();
    if (again || (written && written->find(schema.name))) {
      problems_.add(value->at, fmt::format("zip: '{}' has another axis beside this one", schema.name),
                    "only one of the two could be meant", "remove one of them");
    }
    zipped_.push_back(schema.name);
    auto read = axis(schema, *value, Repeats::keep);
    if (!read) continue;
    sizes.push_back(fmt::format("{} has {}", schema.name, read->size()));
    factor.axes.push_back(std::move(*read));
  }
  const auto other_size = [&](const ParameterAxis& axis) { return axis.size() != factor.size(); };
  if (factor.axes.empty() || std::ranges::any_of(factor.axes, other_size)) {
    if (failed_.empty())
      problems_.add(node.at, fmt::format("zip: axes of equal length move together, {}",
                                         sizes.empty() ? "got none" : fmt::format("{}", fmt::join(sizes, ", "))));
    return std::nullopt;
  }
  merge_rows(factor);
  return factor;
}

std::vector<ParameterFactor> BlockReader::zips(const YamlNode& node, const YamlNode* written) {
  std::vector<ParameterFactor> factors;
  const auto add = [&](const YamlNode& item) {
    auto factor = zip(item, written);
    if (factor) factors.push_back(std::move(*factor));
  };
  if (node.is_sequence() && !node.items.empty()) {
    for (const YamlPtr& item : node.items) add(*item);
  } else {
    add(node);
  }
  return factors;
}

/// Every parameter once, in the schema's order, factors at the place of their first parameter.
std::optional<ParameterBlock> BlockReader::assembled(std::vector<ParameterFactor> factors) {
  ParameterBlock block;
  std::vector<bool> used(factors.size(), false);
  bool sound = failed_.empty();
  for (const ParameterSchema& schema : model_.parameters) {
    const auto holds = [&](const ParameterFactor& factor) {
      return std::ranges::find(factor.axes, schema.name, &ParameterAxis::name) != factor.axes.end();
    };
    const auto found = std::ranges::find_if(factors, holds);
    if (found == factors.end()) {
      block.factors.push_back({{default_axis(schema)}});
      continue;
    }
    const auto at = static_cast<std::size_t>(found - factors.begin());
    if (!used[at]) block.factors.push_back(*found);
    used[at] = true;
  }
  return sound ? std::optional(std::move(block)) : std::nullopt;
}

std::optional<ParameterBlock> BlockReader::grid(const YamlNode* written, const YamlNode* entry_zip) {
  static const std::vector<std::string> besides = {"zip"};
  failed_.clear();
  zipped_.clear();
  preset_ = nullptr;
  if (written && !is_mapping(*written, "parameters", problems_)) return std::nullopt;
  std::vector<ParameterFactor> factors;
  if (written) {
    check_names(*written, besides);
    read_preset(*written);
    for (const ParameterSchema& schema : model_.parameters) {
      const YamlNode* node = written->find(schema.name);
      auto read = node ? axis(schema, *node, Repeats::merge) : std::nullopt;
      if (read) factors.push_back({{std::move(*read)}});
    }
  }
  const YamlNode* own_zip = written ? written->find("zip") : nullptr;
  for (const YamlNode* node : {own_zip, entry_zip})
    if (node)
      for (ParameterFactor& factor : zips(*node, written)) factors.push_back(std::move(factor));
  return assembled(std::move(factors));
}

std::optional<ParameterBlock> BlockReader::random(const YamlNode& written, std::int64_t trials) {
  failed_.clear();
  if (!is_mapping(written, "parameters", problems_)) return std::nullopt;
  check_names(written, {});
  read_preset(written);
  std::vector<SearchAxis> drawn;
  std::vector<ParameterFactor> factors;
  ParameterFactor together;
  for (const ParameterSchema& schema : model_.parameters) {
    const YamlNode* node = written.find(schema.name);
    if (!node) continue;
    auto space = read_search_axis(*node, schema, features_, budget_, problems_);
    if (!space) {
      failed_.push_back(schema.name);
    } else if (space->is_fixed()) {
      factors.push_back({{make_axis(schema, space->spaces.front().points, node->at.place())}});
    } else {
      drawn.push_back(std::move(*space));
      together.axes.push_back({schema.name, {}, node->at.place(), {}, drawn.back().width()});
    }
  }
  if (!failed_.empty()) return std::nullopt;
  if (drawn.empty()) {
    problems_.add(written.at, "random search: every parameter has one value", "there is nothing to draw",
                  "write {min: a, max: b, distribution: uniform}, or a list to choose from");
    return std::nullopt;
  }
  std::int64_t values = 0;
  for (const SearchAxis& axis : drawn) values += trials * axis.width();
  if (values > budget_.left) {
    problems_.add(written.at,
                  fmt::format("random search: {} trials; all axes of a study together may have {} values", trials,
                              ValueBudget::limit),
                  "a study's axes must fit memory", "ask for fewer trials");
    return std::nullopt;
  }
  budget_.left -= values;
  std::vector<Points> points = draw_trials(model_.name, drawn, trials);
  if (points.front().size() < trials) {
    problems_.add(written.at,
                  fmt::format("random search: {} distinct trials found, {} asked for", points.front().size(), trials),
                  "there are no more combinations",
                  std::ranges::all_of(drawn, &SearchAxis::is_of_lists) ? "write method: grid, or ask for fewer trials"
                                                                       : "ask for fewer trials");
    return std::nullopt;
  }
  for (std::size_t a = 0; a < drawn.size(); ++a) {
    const auto schema = std::ranges::find(model_.parameters, drawn[a].name, &ParameterSchema::name);
    together.axes[a] = make_axis(*schema, std::move(points[a]), together.axes[a].place);
  }
  factors.push_back(std::move(together));
  return assembled(std::move(factors));
}

std::optional<ParameterBlock> BlockReader::published(const YamlNode& written) {
  static const std::vector<std::string> besides = {"tune"};
  failed_.clear();
  if (!is_mapping(written, "as_published", problems_)) return std::nullopt;
  check_names(written, besides);
  read_preset(written);
  std::vector<ParameterFactor> factors;
  for (const ParameterSchema& schema : model_.parameters) {
    const YamlNode* node = written.find(schema.name);
    auto read = node ? axis(schema, *node, Repeats::merge) : std::nullopt;
    if (!read) continue;
    if (read->size() > 1) {
      problems_.add(node->at, fmt::format("as_published: '{}' has {} values", schema.name, read->size()),
                    "it is one trial, fixed before any run", "put the others under parameters");
      failed_.push_back(schema.name);
    }
    factors.push_back({{std::move(*read)}});
  }
  return assembled(std::move(factors));
}

}  // namespace kilofold::spec
