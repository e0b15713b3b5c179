// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "axes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <unordered_set>

#include "generators.hpp"
#include "kilofold/core/text.hpp"
#include "names.hpp"
#include "scalars.hpp"

namespace kilofold::spec {
namespace {

using Kind = ParameterSchema::Kind;

constexpr double largest_exact_integer = 9007199254740992.0;  // 2^53: beyond it doubles skip integers

/// Keys that other tools use for ranges, and what to write here.
constexpr std::array<std::array<std::string_view, 2>, 13> foreign_generators = {{
    {"range", "write {from: a, to: b, step: s}; both ends are included"},
    {"arange", "write {from: a, to: b, step: s}; both ends are included"},
    {"min",
     "write {linspace: [min, max, n]} or {geomspace: [min, max, n]}; random search is not supported by this version"},
    {"max",
     "write {linspace: [min, max, n]} or {geomspace: [min, max, n]}; random search is not supported by this version"},
    {"distribution",
     "write {linspace: [a, b, n]} or {geomspace: [a, b, n]}; random search is not supported by this version"},
    {"uniform", "write {linspace: [a, b, n]}; random search is not supported by this version"},
    {"log_uniform",
     "write {geomspace: [a, b, n]} with the end points themselves, or {logspace: [e0, e1, n]} with exponents of 10"},
    {"loguniform",
     "write {geomspace: [a, b, n]} with the end points themselves, or {logspace: [e0, e1, n]} with exponents of 10"},
    {"log_uniform_values", "write {geomspace: [a, b, n]}; random search is not supported by this version"},
    {"int_uniform", "write {from: a, to: b}; random search is not supported by this version"},
    {"choice", "write a plain list: [a, b, c]"},
    {"grid_search", "write a plain list: [a, b, c]"},
    {"ard", "per-feature values are not supported by this version"},
}};

class AxisReader {
 public:
  AxisReader(const ParameterSchema& schema, ValueBudget& budget, Problems& problems)
      : schema_(schema), budget_(budget), problems_(problems) {}

  void read(const YamlNode& node);
  std::vector<double> values() { return sound_ ? std::move(values_) : std::vector<double>(); }

 private:
  void item(const YamlNode& node);
  void list(const YamlNode& node);
  void scalar(const YamlNode& node);
  void category(const YamlNode& node);
  void generator(const YamlNode& node);
  void spaced(const std::string& kind, const YamlNode& ends);
  void from_to(const YamlNode& node);
  void unknown_generator(const YamlNode& node);

  std::optional<double> finite(const YamlNode& node, std::string_view what);
  std::optional<double> member(const YamlNode& node, std::string_view key);
  bool affordable(double n, const YamlNode& node);
  void keep_all(const std::vector<double>& generated, const YamlNode& node);
  void keep(double value);
  bool legal(double value) const;
  void refuse(const YamlNode& node, std::string message, std::string reason = {}, std::string hint = {});

  const ParameterSchema& schema_;
  ValueBudget& budget_;
  Problems& problems_;
  std::vector<double> values_;
  std::unordered_set<double> seen_;
  bool sound_ = true;
};

void AxisReader::refuse(const YamlNode& node, std::string message, std::string reason, std::string hint) {
  sound_ = false;
  problems_.add(node.at, fmt::format("{}: {}", schema_.name, message), std::move(reason), std::move(hint));
}

void AxisReader::read(const YamlNode& node) {
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

void AxisReader::item(const YamlNode& node) {
  if (node.is_mapping()) {
    generator(node);
  } else if (node.is_sequence()) {
    refuse(node, "a list inside a list", "an axis is one list of values", "remove the inner brackets");
  } else {
    scalar(node);
  }
}

void AxisReader::scalar(const YamlNode& node) {
  if (schema_.kind == Kind::category) return category(node);
  if (schema_.none_allowed && node.is_scalar() && node.text == "none") {
    return keep(std::numeric_limits<double>::infinity());
  }
  const std::optional<double> value = number(node);
  if (value && legal(*value)) return keep(*value);
  NumberAdvice advice = value ? NumberAdvice() : number_advice(node);
  const bool null = node.kind == YamlNode::Kind::null || same_but_case(node.text, "none");
  if (schema_.none_allowed && null) advice.hint = "write none";
  refuse(node, fmt::format("expected {}, got {}", expected(schema_), quoted(node)), advice.reason, advice.hint);
}

void AxisReader::category(const YamlNode& node) {
  const auto& names = schema_.categories;
  const auto found = std::find(names.begin(), names.end(), node.text);
  if (node.is_scalar() && found != names.end()) return keep(static_cast<double>(found - names.begin()));
  const auto nearest = closest_name(node.text, names);
  refuse(node, fmt::format("expected {}, got {}", expected(schema_), quoted(node)), {},
         nearest ? fmt::format("did you mean '{}'?", *nearest) : std::string());
}

void AxisReader::generator(const YamlNode& node) {
  if (node.find("from") || node.find("to")) return from_to(node);
  if (node.entries.size() != 1) return unknown_generator(node);
  const std::string& kind = node.entries[0].key;
  const YamlNode& inner = *node.entries[0].value;
  if (kind == "value") {
    if (inner.is_scalar()) return scalar(inner);
    return refuse(inner, fmt::format("'value' takes one value, got {}", quoted(inner)), {}, "write {values: [a, b]}");
  }
  if (kind == "values") {
    if (inner.is_sequence()) return list(inner);
    return refuse(inner, fmt::format("'values' takes a list, got {}", quoted(inner)), {}, "write {values: [a, b]}");
  }
  if (kind == "linspace" || kind == "geomspace" || kind == "logspace") return spaced(kind, inner);
  unknown_generator(node);
}

void AxisReader::unknown_generator(const YamlNode& node) {
  static const std::vector<std::string> kinds = {"linspace", "geomspace", "logspace", "from",
                                                 "to",       "step",      "values",   "value"};
  const auto is_kind = [](const std::string& key) { return std::find(kinds.begin(), kinds.end(), key) != kinds.end(); };
  const auto odd = std::find_if(node.entries.begin(), node.entries.end(),
                                [&](const YamlEntry& entry) { return !is_kind(entry.key); });
  if (odd == node.entries.end()) {
    return refuse(node, "a generator has one key, or from, to and step", {},
                  "write {linspace: [a, b, n]}, {geomspace: [a, b, n]}, {logspace: [e0, e1, n]} or {from: a, to: b}");
  }
  const auto foreign = std::find_if(foreign_generators.begin(), foreign_generators.end(),
                                    [&](const auto& row) { return row[0] == odd->key; });
  sound_ = false;
  problems_.add(odd->key_at, fmt::format("{}: unknown generator '{}'", schema_.name, odd->key), {},
                foreign != foreign_generators.end() ? std::string((*foreign)[1]) : suggestion(odd->key, kinds));
}

/// A number of a generator, which need not be a legal value itself (exponents, counts).
std::optional<double> AxisReader::finite(const YamlNode& node, std::string_view what) {
  const std::optional<double> value = number(node);
  if (!value) {
    NumberAdvice advice = number_advice(node);
    refuse(node, fmt::format("expected a number as {}, got {}", what, quoted(node)), advice.reason, advice.hint);
  }
  return value;
}

void AxisReader::spaced(const std::string& kind, const YamlNode& ends) {
  const std::string form = kind == "logspace" ? "[first exponent, last exponent, count]" : "[first, last, count]";
  if (schema_.kind == Kind::category) return refuse(ends, fmt::format("{} makes numbers, not names", kind));
  if (!ends.is_sequence() || ends.items.size() != 3) {
    const std::string got = ends.is_sequence() ? fmt::format("{} items", ends.items.size()) : quoted(ends);
    return refuse(ends, fmt::format("{} takes {}, got {}", kind, form, got));
  }
  const auto first = finite(*ends.items[0], "the first end");
  const auto last = finite(*ends.items[1], "the last end");
  const auto n = finite(*ends.items[2], "the count");
  if (!first || !last || !n) return;
  if (*n < 1 || *n != std::floor(*n)) {
    return refuse(*ends.items[2], fmt::format("{} needs a whole count >= 1, got {}", kind, quoted(*ends.items[2])));
  }
  for (int end = 0; kind == "geomspace" && end < 2; ++end) {
    if ((end == 0 ? *first : *last) > 0) continue;
    return refuse(*ends.items[end], fmt::format("geomspace needs ends > 0, got {}", quoted(*ends.items[end])),
                  "its values are evenly spaced in the logarithm", "put 0 in front: [0, {geomspace: [a, b, n]}]");
  }
  if (!affordable(*n, ends)) return;
  const auto count = static_cast<std::int64_t>(*n);
  keep_all(kind == "linspace"    ? linspace(*first, *last, count)
           : kind == "geomspace" ? geomspace(*first, *last, count)
                                 : logspace(*first, *last, count),
           ends);
}

std::optional<double> AxisReader::member(const YamlNode& node, std::string_view key) {
  const YamlNode* value = node.find(key);
  if (value) return finite(*value, key);
  refuse(node, fmt::format("missing '{}'", key), "a range has two ends, both included", "write {from: a, to: b}");
  return std::nullopt;
}

void AxisReader::from_to(const YamlNode& node) {
  if (schema_.kind == Kind::category) return refuse(node, "from and to make numbers, not names");
  for (const YamlEntry& entry : node.entries) {
    if (entry.key == "from" || entry.key == "to" || entry.key == "step") continue;
    return unknown_generator(node);
  }
  const auto from = member(node, "from");
  const auto to = member(node, "to");
  const auto step = node.find("step") ? member(node, "step") : std::optional<double>(1.0);
  if (!from || !to || !step) return;
  if (*step <= 0) return refuse(*node.find("step"), fmt::format("step must be > 0, got {}", *step));
  if (*from > *to) {
    return refuse(node, fmt::format("'from' {} is above 'to' {}", *from, *to), "the range is empty",
                  fmt::format("write {{from: {}, to: {}}}", *to, *from));
  }
  const double n_steps = step_count(*from, *to, *step);
  if (!affordable(n_steps + 1, node)) return;
  if (n_steps != std::floor(n_steps)) {
    const double reached = *from + std::floor(n_steps) * *step;
    return refuse(node, fmt::format("steps of {} from {} do not meet {}", *step, *from, *to), "both ends are included",
                  fmt::format("end at {:.12g} or {:.12g}", reached, reached + *step));
  }
  keep_all(steps(*from, *to, *step, static_cast<std::int64_t>(n_steps)), node);
}

bool AxisReader::affordable(double n, const YamlNode& node) {
  if (n <= static_cast<double>(budget_.left)) {
    budget_.left -= static_cast<std::int64_t>(n);
    return true;
  }
  refuse(node, fmt::format("{:.12g} values; all axes of a study together may have {}", n, ValueBudget::limit),
         "a study's axes must fit memory", "take fewer points");
  return false;
}

void AxisReader::keep_all(const std::vector<double>& generated, const YamlNode& node) {
  for (const double value : generated) {
    if (legal(value)) {
      keep(value);
      continue;
    }
    const std::string reason = std::isfinite(value) ? "" : "the range leaves the range of a double";
    return refuse(node, fmt::format("expected {}, got {}", expected(schema_), value), reason);
  }
}

void AxisReader::keep(double value) {
  value += 0.0;  // -0 and 0 are one value
  if (seen_.insert(value).second) values_.push_back(value);
}

bool AxisReader::legal(double value) const {
  if (!std::isfinite(value)) return false;
  if (schema_.kind == Kind::integer && (value != std::floor(value) || std::abs(value) > largest_exact_integer)) {
    return false;
  }
  const bool above = schema_.minimum_allowed ? value >= schema_.minimum : value > schema_.minimum;
  return above && value <= schema_.maximum;
}

}  // namespace

std::vector<double> read_axis(const YamlNode& node, const ParameterSchema& schema, ValueBudget& budget,
                              Problems& problems) {
  AxisReader reader(schema, budget, problems);
  reader.read(node);
  return reader.values();
}

std::string expected(const ParameterSchema& schema) {
  if (schema.kind == Kind::category) return "one of " + joined(schema.categories);
  std::string words = schema.kind == Kind::integer ? "an integer" : "a number";
  const bool lower = std::isfinite(schema.minimum);
  const bool upper = std::isfinite(schema.maximum);
  if (lower) words += fmt::format(" {} {}", schema.minimum_allowed ? ">=" : ">", schema.minimum);
  if (upper) words += fmt::format("{} <= {}", lower ? " and" : "", schema.maximum);
  if (schema.none_allowed) words += " or none";
  return words;
}

}  // namespace kilofold::spec
