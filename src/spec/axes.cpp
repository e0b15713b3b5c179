// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "axes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "axis_reader.hpp"
#include "kilofold/core/text.hpp"
#include "names.hpp"
#include "scalars.hpp"

namespace kilofold::spec {

using Kind = ParameterSchema::Kind;

namespace {

constexpr double largest_exact_integer = 9007199254740992.0;  // 2^53: beyond it doubles skip integers

}  // namespace

ParameterSchema one_number(const ParameterSchema& schema) {
  ParameterSchema one = schema;
  one.per_feature = false;
  one.words.clear();
  return one;
}

void AxisReader::refuse(const YamlNode& node, std::string message, std::string reason, std::string hint) {
  sound_ = false;
  problems_.add(node.at, fmt::format("{}: {}", schema_.name, message), std::move(reason), std::move(hint));
}

void AxisReader::read(const YamlNode& node) {
  if (schema_.per_feature && !features_.empty() && holds_vectors(node))
    width_ = static_cast<std::int32_t>(features_.size());
  if (node.is_sequence()) {
    list(node);
  } else {
    item(node);
  }
}

void AxisReader::list(const YamlNode& node) {
  if (node.items.empty()) {
    refuse(node, "the list is empty", "an axis without values has no trials", "leave the key out to take the default");
  }
  for (const YamlPtr& child : node.items) item(*child);
}

/// Whether some point of the axis is a list of numbers, so that all must be.
bool AxisReader::holds_vectors(const YamlNode& node) const {
  if (node.is_mapping()) {
    const YamlNode* values = node.find("values");
    return node.find("ard") || (values && holds_vectors(*values));
  }
  return std::ranges::any_of(node.items, [&](const YamlPtr& child) {
    return child->is_sequence() || (child->is_mapping() && holds_vectors(*child));
  });
}

void AxisReader::item(const YamlNode& node) {
  if (node.is_mapping()) {
    generator(node);
  } else if (node.is_sequence()) {
    vector(node);
  } else {
    scalar(node);
  }
}

void AxisReader::scalar(const YamlNode& node) {
  if (schema_.kind == Kind::category) return category(node);
  if (schema_.none_allowed && node.is_scalar() && node.text == "none") {
    return keep(std::numeric_limits<double>::infinity());
  }
  const auto word = std::ranges::find(schema_.words, node.text);
  if (node.is_scalar() && word != schema_.words.end()) {
    return keep(-1 - static_cast<double>(word - schema_.words.begin()));
  }
  const std::optional<double> value = number(node);
  if (value && legal(*value)) return keep(*value);
  NumberAdvice advice = value ? NumberAdvice() : number_advice(node);
  const bool null = node.kind == YamlNode::Kind::null || same_but_case(node.text, "none");
  if (schema_.none_allowed && null) advice.hint = "write none";
  const auto nearest = closest_name(node.text, schema_.words);
  if (nearest && node.is_scalar()) advice.hint = fmt::format("did you mean '{}'?", *nearest);
  refuse(node, fmt::format("expected {}, got {}", expected(schema_), quoted(node)), advice.reason, advice.hint);
}

void AxisReader::category(const YamlNode& node) {
  const auto& names = schema_.categories;
  const auto found = std::find(names.begin(), names.end(), node.text);
  if (node.is_scalar() && found != names.end()) return keep(static_cast<double>(found - names.begin()));
  const auto nearest = closest_name(node.text, names);
  const bool rbf = same_but_case(node.text, "rbf") && std::ranges::find(names, "squared_exponential") != names.end();
  refuse(node, fmt::format("expected {}, got {}", expected(schema_), quoted(node)), {},
         rbf       ? "write squared_exponential: exp(-|x - z|^2 / (2 length_scale^2))"
         : nearest ? fmt::format("did you mean '{}'?", *nearest)
                   : std::string());
}

/// One number a feature.
void AxisReader::vector(const YamlNode& node) {
  if (!schema_.per_feature) {
    return refuse(node, "a list inside a list", "an axis is one list of values", "remove the inner brackets");
  }
  if (features_.empty()) {
    sound_ = false;  // that the features are missing has been said
    return;
  }
  if (node.items.size() != features_.size()) {
    return refuse(node, fmt::format("expected one number a feature, {}, got {}", features_.size(), node.items.size()),
                  fmt::format("the features are {}", joined(features_)));
  }
  std::vector<double> point;
  for (const YamlPtr& child : node.items) {
    const std::optional<double> value = number(*child);
    if (value && legal(*value)) {
      point.push_back(*value + 0.0);
      continue;
    }
    const NumberAdvice advice = value ? NumberAdvice() : number_advice(*child);
    refuse(*child, fmt::format("expected {} for each feature, got {}", expected(one_number(schema_)), quoted(*child)),
           advice.reason, advice.hint);
  }
  if (point.size() == features_.size()) keep(point);
}

/// {ard: axis} for every feature alike, or {ard: {feature: axis, ...}}: every combination, the last feature fastest.
void AxisReader::ard(const YamlNode& node) {
  sound_ = sound_ && !features_.empty();  // that they are missing has been said
  const ParameterSchema one = one_number(schema_);
  const bool by_feature = node.is_mapping() && !is_generator(node);
  if (by_feature) check_keys(node, schema_.name + ".ard", features_, problems_);
  std::vector<std::vector<double>> axes;
  for (const std::string& feature : features_) {
    const YamlNode* axis = by_feature ? node.find(feature) : &node;
    if (!axis) {
      refuse(node, fmt::format("ard names no axis for feature '{}'", feature), "every feature needs its own",
             fmt::format("write {}: 1 to keep it fixed", feature));
      continue;
    }
    const Points points = read_points(*axis, one, {}, Repeats::merge, budget_, problems_);
    sound_ = sound_ && points.size() > 0;
    axes.push_back(points.values);
  }
  if (sound_) keep_product(axes, node);
}

void AxisReader::keep_product(const std::vector<std::vector<double>>& axes, const YamlNode& node) {
  double count = 1;
  for (const std::vector<double>& axis : axes) count *= static_cast<double>(axis.size());
  if (!affordable(count * static_cast<double>(width_), node)) return;
  std::vector<std::size_t> at(axes.size(), 0);
  std::vector<double> point(axes.size());
  for (double n = 0; n < count; ++n) {
    for (std::size_t f = 0; f < axes.size(); ++f) point[f] = axes[f][at[f]];
    keep(point);
    for (std::size_t f = axes.size(); f-- > 0;) {
      if (++at[f] < axes[f].size()) break;
      at[f] = 0;
    }
  }
}

void AxisReader::keep(double value) {
  value += 0.0;  // -0 and 0 are one value
  if (width_ > 1) return keep(std::vector<double>(static_cast<std::size_t>(width_), value));
  if (repeats_ == Repeats::merge) {
    if (seen_.size() < values_.size()) seen_.insert(values_.begin(), values_.end());
    if (!seen_.insert(value).second) return;
  }
  values_.push_back(value);
}

void AxisReader::keep(std::span<const double> point) {
  if (point.size() == 1) return keep(point.front());
  const std::string_view bytes(reinterpret_cast<const char*>(point.data()), point.size_bytes());
  if (repeats_ == Repeats::keep || seen_points_.emplace(bytes).second)
    values_.insert(values_.end(), point.begin(), point.end());
}

bool AxisReader::legal(double value) const {
  if (!std::isfinite(value)) return false;
  if (schema_.kind == Kind::integer && (value != std::floor(value) || std::abs(value) > largest_exact_integer)) {
    return false;
  }
  const bool above = schema_.minimum_allowed ? value >= schema_.minimum : value > schema_.minimum;
  return above && value <= schema_.maximum;
}

Points read_points(const YamlNode& node, const ParameterSchema& schema, std::span<const std::string> features,
                   Repeats repeats, ValueBudget& budget, Problems& problems) {
  AxisReader reader(schema, features, repeats, budget, problems);
  reader.read(node);
  return reader.points();
}

std::vector<double> read_axis(const YamlNode& node, const ParameterSchema& schema, ValueBudget& budget,
                              Problems& problems) {
  return read_points(node, schema, {}, Repeats::merge, budget, problems).values;
}

std::string expected(const ParameterSchema& schema) {
  if (schema.kind == Kind::category) return "one of " + joined(schema.categories);
  std::string words = schema.kind == Kind::integer ? "an integer" : "a number";
  const bool lower = std::isfinite(schema.minimum);
  const bool upper = std::isfinite(schema.maximum);
  if (lower) words += fmt::format(" {} {}", schema.minimum_allowed ? ">=" : ">", schema.minimum);
  if (upper) words += fmt::format("{} <= {}", lower ? " and" : "", schema.maximum);
  if (schema.none_allowed) words += " or none";
  if (!schema.words.empty()) words += " or " + joined(schema.words);
  if (schema.per_feature) words += ", or one a feature";
  return words;
}

}  // namespace kilofold::spec
