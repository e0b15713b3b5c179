// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "identity.hpp"

#include <fmt/format.h>

#include <array>
#include <map>
#include <nlohmann/json.hpp>
#include <string_view>

#include "hdf5.hpp"
#include "kilofold/core/text.hpp"

namespace kilofold {
namespace {

constexpr std::array<std::string_view, 5> growing_keys = {"models", "cv.seeds", "cv.folds", "scaling.fit_on",
                                                          "model_seed"};
constexpr const char* absent = "nothing";
constexpr const char* hint = "use another -o, or --fresh to discard what is there";

/// Leaves of a JSON object by dotted key; lists are leaves.
void flatten(const nlohmann::json& value, const std::string& key, std::map<std::string, std::string>& leaves) {
  for (const std::string_view growing : growing_keys) {
    if (key == growing) return;
  }
  if (!value.is_object()) {
    leaves[key] = value.dump();
    return;
  }
  for (const auto& [name, child] : value.items()) flatten(child, key.empty() ? name : key + "." + name, leaves);
}

std::map<std::string, std::string> identity(const std::string& canonical) {
  const nlohmann::json value = nlohmann::json::parse(canonical, nullptr, false);
  if (value.is_discarded()) throw hdf5::FormatError("/spec/canonical is not JSON: " + canonical.substr(0, 80));
  std::map<std::string, std::string> leaves;
  flatten(value, "", leaves);
  return leaves;
}

}  // namespace

std::vector<Difference> differences(const std::string& there, const std::string& here) {
  if (there == here) return {};
  const std::map<std::string, std::string> old_leaves = identity(there);
  const std::map<std::string, std::string> new_leaves = identity(here);
  std::vector<Difference> found;
  for (const auto& [key, value] : old_leaves) {
    const auto match = new_leaves.find(key);
    if (match == new_leaves.end() || match->second != value) {
      found.push_back({key, value, match == new_leaves.end() ? absent : match->second});
    }
  }
  for (const auto& [key, value] : new_leaves) {
    if (!old_leaves.contains(key)) found.push_back({key, absent, value});
  }
  return found;
}

InputError other_study(const std::string& path, const std::vector<Difference>& differences) {
  std::vector<Problem> problems;
  for (const Difference& difference : differences) {
    Problem problem;
    problem.message = fmt::format("{} holds another study's results: {} is {} there, {} here", path, difference.key,
                                  difference.there, difference.here);
    if (difference.key == "data.sha256")
      problem.reason = "the table's bytes have changed since, so no number may be kept";
    problems.push_back(problem);
  }
  problems.back().hint = hint;
  return InputError(problems);
}

InputError other_numerics(const std::string& path, const std::string& model, const std::string& there,
                          const std::string& here) {
  return InputError(fmt::format("{} holds results of model '{}' with numerics {}, this run computes with {}", path,
                                model, there, here),
                    "use another -o, --fresh to discard what is there, or --mix-numerics to keep both");
}

InputError cells_in_the_way(const std::string& path, std::int64_t cells, const std::string& text) {
  return InputError(
      fmt::format("{} holds {} cells of trials or seeds that this spec does not have: {}", path, grouped(cells), text),
      "use another -o, --drop to go on without these cells, or --fresh to discard all that is there");
}

}  // namespace kilofold
