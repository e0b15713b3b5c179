// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "cli/paths.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include "kilofold/core/error.hpp"
#include "kilofold/core/text.hpp"

namespace kilofold::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* parts_ending = ".parts";  // of the folder beside a results file

[[noreturn]] void refuse(const std::string& path, std::string message, std::string hint) {
  std::vector<Problem> problems(1);
  problems.front().place.file = path;
  problems.front().message = std::move(message);
  problems.front().hint = std::move(hint);
  throw InputError(std::move(problems));
}

/// The file that a path probably means: the same with an ending, or the nearest name in that folder.
std::optional<std::string> nearest_file(const fs::path& path, const std::vector<std::string>& endings) {
  std::error_code none;  // an unreadable folder has no neighbours to suggest
  std::vector<std::string> neighbours;
  for (const auto& entry : fs::directory_iterator(path.has_parent_path() ? path.parent_path() : ".", none)) {
    fs::path name = entry.path().filename();
    if (name.extension() == parts_ending) name = name.stem();
    if (std::ranges::find(endings, name.extension().string()) != endings.end()) neighbours.push_back(name.string());
  }
  std::ranges::sort(neighbours);
  for (const std::string& ending : endings)
    if (std::ranges::binary_search(neighbours, path.filename().string() + ending)) return path.string() + ending;
  const auto near = closest_name(path.filename().string(), neighbours);
  if (!near) return std::nullopt;
  return (path.parent_path() / *near).string();
}

[[noreturn]] void refuse_missing(const std::string& path, const std::vector<std::string>& endings, std::string hint) {
  const auto near = nearest_file(path, endings);
  refuse(path, "there is no such file", near ? "did you mean '" + *near + "'?" : std::move(hint));
}

bool is_spec_name(const fs::path& path) { return path.extension() == ".yaml" || path.extension() == ".yml"; }

}  // namespace

void check_spec_path(const std::string& path) {
  const fs::path ending = fs::path(path).extension();
  if (ending == ".h5")
    refuse(path, "a results file is no spec", "kilofold status reads it; its spec is the text /spec/yaml in it");
  if (ending == ".csv") refuse(path, "a table is no spec", "kilofold init writes a spec for it");
  if (!fs::exists(path)) refuse_missing(path, {".yaml", ".yml"}, "kilofold init CSV writes a starter spec for a table");
}

void check_results_path(const std::string& path) {
  if (is_spec_name(path)) refuse(path, "a spec is no results file", "kilofold plan names the file its results go to");
  if (!fs::exists(path) && !fs::exists(path + parts_ending))
    refuse_missing(path, {".h5"}, "kilofold run writes results, to the path it prints");
}

}  // namespace kilofold::cli
