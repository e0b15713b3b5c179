// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "cli/paths.hpp"

#include <algorithm>
#include <cctype>
#include <cstring>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include "cli/folder.hpp"
#include "kilofold/core/error.hpp"
#include "kilofold/core/text.hpp"
#include "kilofold/store.hpp"

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

/// What a file is by its ending alone, where that is not what a verb wants; empty where it may be.
std::string other_kind(const std::string& path) {
  const std::string ending = fs::path(path).extension().string();
  if (ending == ".yaml" || ending == ".yml") return "spec";
  if (ending == ".csv") return "table";
  if (ending == ".h5") return "results file";
  return ending == ".xlsx" || ending == ".xls" || ending == ".ods" ? "spreadsheet" : "";
}

bool is_there(const std::string& path) {
  std::error_code unreachable;
  return fs::exists(path, unreachable);
}

/// Refuse what is no file, or cannot even be looked for: names too long, folders that are closed to us.
void check_file(const std::string& path, const std::vector<std::string>& endings, const std::string& hint) {
  if (const std::string why = unreachable(path); !why.empty())
    refuse(path, "cannot look for this file: " + why, "check the path");
  if (!is_there(path)) refuse_missing(path, endings, hint);
  if (fs::is_directory(path)) refuse(path, "this is a folder", "name a file in it");
}

}  // namespace

void check_table_path(const std::string& path) {
  if (const std::string kind = other_kind(path); kind == "spreadsheet")
    refuse(path, "a spreadsheet is no CSV table", "save it as CSV, with a decimal point");
  else if (!kind.empty() && kind != "table")
    refuse(path, "a " + kind + " is no table", "kilofold init wants the CSV file");
  check_file(path, {".csv"}, "kilofold init wants a CSV file with a header");
}

void check_spec_path(const std::string& path) {
  const std::string kind = other_kind(path);
  if (kind == "results file")
    refuse(path, "a results file is no spec", "kilofold status reads it; its spec is the text /spec/yaml in it");
  if (kind == "table" || kind == "spreadsheet")
    refuse(path, "a " + kind + " is no spec", "kilofold init writes a spec for a table");
  check_file(path, {".yaml", ".yml"}, "kilofold init CSV writes a starter spec for a table");
}

void check_results_path(const std::string& path) {
  if (other_kind(path) == "spec")
    refuse(path, "a spec is no results file", "kilofold plan names the file its results go to");
  if (const std::string kind = other_kind(path); kind == "table" || kind == "spreadsheet")
    refuse(path, "a " + kind + " is no results file", "kilofold run writes results, to the path it prints");
  if (is_there(parts_directory(path))) return;
  check_file(path, {".h5"}, "kilofold run writes results, to the path it prints");
}

void check_output_path(const std::string& path) {
  if (const std::string why = unreachable(parts_directory(path)); !why.empty())
    refuse(parts_directory(path), "results cannot be written there: " + why,
           "name another file with -o or output.file");
}

std::string shell_word(const std::string& path) {
  const auto is_plain = [](unsigned char c) {
    return std::isalnum(c) || c >= 0x80 || std::strchr("_./+=:@%,-", c) != nullptr;
  };
  if (path.starts_with('-')) return shell_word("./" + path);
  if (!path.empty() && std::ranges::all_of(path, is_plain)) return path;
  std::string word = "'";
  for (const char c : path) word += c == '\'' ? "'\\''" : std::string(1, c);
  return word + "'";
}

}  // namespace kilofold::cli
