// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>

#include "axis_reader.hpp"
#include "generators.hpp"
#include "names.hpp"
#include "scalars.hpp"

namespace kilofold::spec {

using Kind = ParameterSchema::Kind;

namespace {

constexpr std::string_view search =
    "random search: write {min: a, max: b, distribution: uniform} beside "
    "method: random and trials: n";
constexpr std::string_view log_search =
    "for a grid write {geomspace: [a, b, n]} with the end points themselves; for random search {min: a, max: b, "
    "distribution: log_uniform_values}";

/// Keys that other tools use for ranges, and what to write here.
constexpr std::array<std::array<std::string_view, 2>, 11> foreign_generators = {{
    {"range", "write {from: a, to: b, step: s}; both ends are included"},
    {"arange", "write {from: a, to: b, step: s}; both ends are included"},
    {"uniform", search},
    {"log_uniform", log_search},
    {"loguniform", log_search},
    {"log_uniform_values", log_search},
    {"int_uniform", "write {from: a, to: b}; both ends are included"},
    {"randint", "write {from: a, to: b}; both ends are included"},
    {"choice", "write a plain list: [a, b, c]"},
    {"grid_search", "write a plain list: [a, b, c]"},
    {"ard", "one value serves all features here"},
}};

const std::vector<std::string> kinds = {"linspace", "geomspace", "logspace", "from", "to", "step", "values", "value"};

bool is_kind(const std::string& key) { return std::ranges::find(kinds, key) != kinds.end(); }

}  // namespace

bool is_generator(const YamlNode& node) {
  return node.is_mapping() &&
         std::ranges::any_of(node.entries, [](const YamlEntry& entry) { return is_kind(entry.key); });
}

bool is_distribution(const YamlNode& node) {
  return node.is_mapping() && (node.find("min") || node.find("max") || node.find("distribution"));
}

void AxisReader::generator(const YamlNode& node) {
  if (is_distribution(node)) {
    return refuse(node, "a distribution is for random search", "this entry's trials are a grid",
                  "write method: random and trials: n beside parameters, or {linspace: [a, b, n]}");
  }
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
  if (kind == "ard" && schema_.per_feature) return ard(inner);
  if (kind == "linspace" || kind == "geomspace" || kind == "logspace") return spaced(kind, inner);
  unknown_generator(node);
}

void AxisReader::unknown_generator(const YamlNode& node) {
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
                  "its values are evenly spaced in the logarithm",
                  (end == 0 ? *first : *last) == 0 && legal(0) ? "put 0 in front: [0, {geomspace: [a, b, n]}]"
                                                               : "write two ends > 0");
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
                  legal(*to) ? fmt::format("write {{from: {}, to: {}}}", *to, *from)
                             : fmt::format("both ends are {}", expected(schema_)));
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
  const bool in_order = std::ranges::adjacent_find(generated, std::greater_equal<>()) == generated.end();
  // A first generator that ascends repeats nothing; a million values need no table then.
  if (in_order && values_.empty() && width_ == 1 &&
      std::ranges::all_of(generated, [&](double v) { return legal(v); })) {
    for (const double value : generated) values_.push_back(value + 0.0);
    return;
  }
  for (const double value : generated) {
    if (legal(value)) {
      keep(value);
      continue;
    }
    const std::string reason = std::isfinite(value) ? "" : "the range leaves the range of a double";
    return refuse(node, fmt::format("expected {}, got {}", expected(schema_), value), reason);
  }
}

}  // namespace kilofold::spec
