// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "random_search.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <unordered_set>

#include "kilofold/core/exp_log.hpp"
#include "kilofold/core/hash.hpp"
#include "kilofold/core/random.hpp"
#include "names.hpp"
#include "readers.hpp"
#include "scalars.hpp"

namespace kilofold::spec {
namespace {

using Kind = ParameterSchema::Kind;

constexpr double most_whole_numbers = 4294967295.0;  // that one draw can tell apart
const std::vector<std::string> distributions = {"uniform", "log_uniform_values", "int_uniform"};

std::optional<double> read_end(const YamlNode& node, const char* which, const ParameterSchema& schema,
                               Problems& problems) {
  const YamlNode* value = require(node, schema.name, which, "write {min: a, max: b, distribution: uniform}", problems);
  if (!value) return std::nullopt;
  ParameterSchema plain = schema;
  plain.none_allowed = plain.per_feature = false;
  plain.words.clear();
  ValueBudget one;
  if (!value->is_scalar()) {
    problems.add(value->at, fmt::format("{}: expected a number as {}, got {}", schema.name, which, quoted(*value)));
    return std::nullopt;
  }
  const std::vector<double> values = read_axis(*value, plain, one, problems);
  return values.empty() ? std::nullopt : std::optional(values.front());
}

std::string_view distribution_hint(const YamlNode& node) {
  if (node.text == "log_uniform" || node.text == "loguniform" || node.text == "log")
    return "write log_uniform_values: min and max are the values themselves, not exponents";
  if (node.text == "randint" || node.text == "q_uniform") return "write int_uniform";
  return {};
}

std::optional<Space> read_distribution(const YamlNode& node, const ParameterSchema& schema, Problems& problems) {
  static const std::vector<std::string> keys = {"min", "max", "distribution"};
  check_keys(node, schema.name, keys, problems);
  if (schema.kind == Kind::category) {
    problems.add(node.at, fmt::format("{}: a distribution makes numbers, not names", schema.name), {},
                 "write the names to choose from as a list");
    return std::nullopt;
  }
  const auto low = read_end(node, "min", schema, problems);
  const auto high = read_end(node, "max", schema, problems);
  const YamlNode* written =
      require(node, schema.name, "distribution", "one of uniform, log_uniform_values, int_uniform", problems);
  if (!written) return std::nullopt;
  const std::string_view hint = written->is_scalar() ? distribution_hint(*written) : std::string_view();
  if (!hint.empty()) {
    problems.add(written->at, fmt::format("{}.distribution: unknown distribution {}", schema.name, quoted(*written)),
                 {}, std::string(hint));
    return std::nullopt;
  }
  const auto word = read_word(*written, schema.name + ".distribution", distributions, problems);
  if (!low || !high || !word) return std::nullopt;
  const Space space{static_cast<Space::Kind>(*word + 1), {}, *low, *high};
  const auto refuse = [&](const YamlNode& at, std::string message, const char* advice) {
    problems.add(at.at, fmt::format("{}: {}", schema.name, message), {}, advice);
    return std::nullopt;
  };
  if (!(*low < *high)) return refuse(node, fmt::format("min {} is not below max {}", *low, *high), "");
  const bool whole = space.kind == Space::Kind::int_uniform;
  if (schema.kind == Kind::integer && !whole)
    return refuse(*written, "takes integers, got " + quoted(*written), "write int_uniform");
  if (whole && (*low != std::floor(*low) || *high != std::floor(*high) || *high - *low >= most_whole_numbers))
    return refuse(node, "int_uniform needs whole ends", "");
  if (space.kind == Space::Kind::log_uniform_values && *low <= 0)
    return refuse(node, fmt::format("log_uniform_values needs min > 0, got {}", *low), "");
  return space;
}

std::optional<Space> read_space(const YamlNode& node, const ParameterSchema& schema,
                                std::span<const std::string> features, ValueBudget& budget, Problems& problems) {
  if (is_distribution(node)) return read_distribution(node, schema, problems);
  Space space;
  space.points = read_points(node, schema, features, Repeats::merge, budget, problems);
  return space.points.size() > 0 ? std::optional(std::move(space)) : std::nullopt;
}

/// Whether {ard: ...} holds a distribution, so that every feature is drawn on its own.
bool draws_by_feature(const YamlNode& node) {
  const YamlNode* ard = node.find("ard");
  if (!ard) return false;
  const auto drawn = [](const YamlEntry& entry) { return is_distribution(*entry.value); };
  return is_distribution(*ard) || std::ranges::any_of(ard->entries, drawn);
}

std::string description(const Space& space) {
  if (space.kind != Space::Kind::points)
    return fmt::format("{} {} {}", distributions[static_cast<std::size_t>(space.kind) - 1], space.low, space.high);
  return fmt::format("{} {}", space.points.width, fmt::join(space.points.values, " "));
}

std::uint64_t key_of(const std::string& model, const SearchAxis& axis, std::size_t feature) {
  const std::string hex =
      hash_hex(fmt::format("search 1\n{}\n{} {}\n{}", model, axis.name, feature, description(axis.spaces[feature])));
  std::uint64_t key = 0;
  std::from_chars(hex.data(), hex.data() + hex.size(), key, 16);
  return key;
}

void draw(const Space& space, std::uint64_t bits, std::vector<double>& point) {
  switch (space.kind) {
    case Space::Kind::points: {
      const auto row = bounded(bits, static_cast<std::uint32_t>(space.points.size()));
      const auto width = static_cast<std::size_t>(space.points.width);
      const auto begin = space.points.values.begin() + static_cast<std::ptrdiff_t>(row * width);
      point.insert(point.end(), begin, begin + static_cast<std::ptrdiff_t>(width));
      return;
    }
    case Space::Kind::uniform:
      point.push_back(std::clamp(std::fma(uniform(bits), space.high - space.low, space.low), space.low, space.high));
      return;
    case Space::Kind::log_uniform_values: {
      const double exponent = uniform(bits) * (natural_log(space.high) - natural_log(space.low));
      point.push_back(std::clamp(space.low / exp_minus(exponent), space.low, space.high));
      return;
    }
    case Space::Kind::int_uniform:
      point.push_back(space.low + bounded(bits, static_cast<std::uint32_t>(space.high - space.low) + 1));
      return;
  }
}

}  // namespace

bool SearchAxis::is_fixed() const {
  return spaces.size() == 1 && spaces.front().kind == Space::Kind::points && spaces.front().points.size() == 1;
}

bool SearchAxis::is_of_lists() const {
  return std::ranges::all_of(spaces, [](const Space& space) { return space.kind == Space::Kind::points; });
}

std::optional<SearchAxis> read_search_axis(const YamlNode& node, const ParameterSchema& schema,
                                           std::span<const std::string> features, ValueBudget& budget,
                                           Problems& problems) {
  SearchAxis axis{schema.name, {}};
  if (!schema.per_feature || !draws_by_feature(node)) {
    auto space = read_space(node, schema, features, budget, problems);
    if (!space) return std::nullopt;
    axis.spaces.push_back(std::move(*space));
    return axis;
  }
  if (features.empty()) return std::nullopt;  // that they are missing has been said
  const YamlNode& ard = *node.find("ard");
  ParameterSchema one = schema;
  one.per_feature = false;
  if (!is_distribution(ard)) check_keys(ard, schema.name + ".ard", features, problems);
  for (const std::string& feature : features) {
    const YamlNode* written = is_distribution(ard) ? &ard : ard.find(feature);
    if (!written) {
      problems.add(ard.at, fmt::format("{}: ard names no axis for feature '{}'", schema.name, feature),
                   "every feature needs its own", fmt::format("write {}: 1 to keep it fixed", feature));
      return std::nullopt;
    }
    auto space = read_space(*written, one, {}, budget, problems);
    if (!space) return std::nullopt;
    axis.spaces.push_back(std::move(*space));
  }
  return axis;
}

std::vector<Points> draw_trials(const std::string& model, const std::vector<SearchAxis>& axes, std::int64_t n) {
  std::vector<Points> trials;
  std::vector<std::vector<std::uint64_t>> keys;
  for (const SearchAxis& axis : axes) {
    trials.push_back({{}, axis.width()});
    keys.emplace_back();
    for (std::size_t f = 0; f < axis.spaces.size(); ++f) keys.back().push_back(key_of(model, axis, f));
  }
  std::unordered_set<std::string> seen;
  // A space of n points shows all of them after about n ln n draws: this many leave none to chance.
  const std::int64_t most_draws = 64 * n + 1024;
  for (std::int64_t at = 0; at < most_draws && std::ssize(seen) < n; ++at) {
    std::vector<double> row;
    for (std::size_t a = 0; a < axes.size(); ++a)
      for (std::size_t f = 0; f < axes[a].spaces.size(); ++f)
        draw(axes[a].spaces[f],
             philox({static_cast<std::uint32_t>(keys[a][f]), static_cast<std::uint32_t>(keys[a][f] >> 32)},
                    {static_cast<std::uint32_t>(at), 0, 0, static_cast<std::uint32_t>(Draw::search)}),
             row);
    if (!seen.emplace(reinterpret_cast<const char*>(row.data()), row.size() * sizeof(double)).second) continue;
    auto next = row.begin();
    for (Points& points : trials) {
      points.values.insert(points.values.end(), next, next + points.width);
      next += points.width;
    }
  }
  return trials;
}

}  // namespace kilofold::spec
