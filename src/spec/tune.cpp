// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "tune.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "readers.hpp"
#include "scalars.hpp"

namespace kilofold::spec {
namespace {

constexpr std::string_view likelihood = "log_marginal_likelihood";

/// Refuse a key that only another choice reads.
void needs(const YamlNode& node, const char* name, bool fulfilled, const char* what, Problems& problems) {
  const YamlNode* value = node.find(name);
  if (!value || fulfilled) return;
  problems.add(value->at, fmt::format("tune.{}: only '{}' reads it", name, what), {}, "remove the key");
}

void read_bounds(const YamlNode& node, const ModelSchema& model, TuneSpec& tune, Problems& problems) {
  if (!is_mapping(node, "tune.bounds", problems)) return;
  std::vector<std::string> numbers;
  for (const ParameterSchema& schema : model.parameters)
    if (schema.kind == ParameterSchema::Kind::real) numbers.push_back(schema.name);
  check_keys(node, "tune.bounds", numbers, problems);
  for (const YamlEntry& entry : node.entries) {
    const auto& ends = entry.value->items;
    const auto lower = ends.size() == 2 ? number(*ends[0]) : std::nullopt;
    const auto upper = ends.size() == 2 ? number(*ends[1]) : std::nullopt;
    if (lower && upper && *lower > 0 && *lower < *upper) {
      tune.bounds.push_back({entry.key, *lower, *upper});
      continue;
    }
    problems.add(entry.value->at,
                 fmt::format("tune.bounds.{}: expected [lower, upper], 0 < lower < upper, got {}", entry.key,
                             lower && upper ? fmt::format("[{}, {}]", *lower, *upper) : quoted(*entry.value)));
  }
}

}  // namespace

std::optional<TuneSpec> read_tune(const YamlNode& node, const ModelSchema& model, Problems& problems) {
  if (!has_keys_of(node, "tune", problems)) return std::nullopt;
  TuneSpec tune;
  tune.place = node.at.place();
  const YamlNode* by = require(node, "tune", "by", fmt::format("legal here: {}", joined(model.tuned_by)), problems);
  const auto word = by ? read_word(*by, "tune.by", model.tuned_by, problems) : std::nullopt;
  if (!word) return std::nullopt;
  tune.by = model.tuned_by[*word];
  if (const YamlNode* search = node.find("search")) {
    std::vector<std::string> words = {"grid"};
    if (model.tuned_by_gradient && tune.by == likelihood) words.emplace_back("lbfgs");
    const auto found = read_word(*search, "tune.search", words, problems);
    if (found) tune.search = words[*found];
  }
  const bool by_gradient = tune.search == "lbfgs";
  if (const YamlNode* bounds = node.find("bounds"); bounds && model.lacks("bounds"))
    problems.add(bounds->at, "tune.bounds: the bounds are 1e-5 and 1e5 in this version", {}, "remove the key");
  needs(node, "inner_folds", tune.by != likelihood, "by: mae, rmse or r2", problems);
  needs(node, "starts", by_gradient, "search: lbfgs", problems);
  needs(node, "bounds", by_gradient, "search: lbfgs", problems);
  if (const YamlNode* folds = node.find("inner_folds"))
    tune.inner_folds = static_cast<std::int32_t>(read_number(*folds, key("tune.inner_folds"), problems).value_or(0));
  if (const YamlNode* starts = node.find("starts"))
    tune.starts = static_cast<std::int32_t>(read_number(*starts, key("tune.starts"), problems).value_or(0));
  if (const YamlNode* bounds = node.find("bounds")) read_bounds(*bounds, model, tune, problems);
  return tune;
}

}  // namespace kilofold::spec
