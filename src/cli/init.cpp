// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "cli/exit_codes.hpp"
#include "cli/paths.hpp"
#include "cli/table_columns.hpp"
#include "cli/verbs.hpp"
#include "kilofold/core/text.hpp"
#include "kilofold/models.hpp"

namespace kilofold::cli {
namespace {

namespace fs = std::filesystem;

/// A text as a YAML value: as it stands where that is safe, else in double quotes.
std::string yaml_text(const std::string& text) {
  constexpr std::string_view plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-/";
  const std::vector<std::string> words = {"true", "false", "null", "none", "yes", "no", "on", "off", "y", "n"};
  std::string lower = text;
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const bool letter_first = !text.empty() && std::isalpha(static_cast<unsigned char>(text.front())) != 0;
  if (letter_first && text.find_first_not_of(plain) == std::string::npos &&
      std::ranges::find(words, lower) == words.end())
    return text;
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    if (c == '\n' || c == '\t')
      quoted += c == '\n' ? "\\n" : "\\t";
    else
      quoted += c;
  }
  return quoted + "\"";
}

/// A study's name after its table: what the spec allows in names, the rest as '_'.
std::string study_name(const std::string& table) {
  std::string name = fs::path(table).stem().string();
  for (char& c : name)
    if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '_' && c != '-') c = '_';
  return name.empty() ? "study" : name;
}

/// `table` as the spec at `spec` has to name it: relative paths count from the spec's folder.
std::string table_from(const std::string& table, const std::string& spec) {
  if (fs::path(table).is_absolute()) return table;
  return fs::proximate(fs::absolute(table), fs::absolute(spec).parent_path()).string();
}

std::string feature_lines(const TableColumns& columns) {
  std::string lines;
  for (const std::string& feature : columns.features) lines += fmt::format("    - {}\n", yaml_text(feature));
  for (const auto& [column, why] : columns.left_out)
    lines += fmt::format("    # - {}  # left out: {}\n", yaml_text(column), why);
  return lines;
}

std::string group_line(const TableColumns& columns) {
  if (columns.texts.empty()) return "";
  std::vector<std::string> names;
  for (const std::string& text : columns.texts) names.push_back(yaml_text(text));
  return fmt::format("  # groups: {}  # names the group of each row; columns of text: {}\n", names.front(),
                     fmt::join(names, ", "));
}

std::string starter_spec(const std::string& table, const std::string& spec, const TableColumns& columns) {
  const std::string name = study_name(table);
  return fmt::format(
      R"(# A regression study for kilofold. Every key is explained in docs/spec.md; those not written have a default.
spec: 1
name: {name}
data:
  file: {file}  # relative to this file
  features:  # take out what only numbers a row or a batch: a model would learn it by heart
    # a column may have words for tables and plots: {{column: CG, label: Comma gap, units: um}}
{features}  target: {target}  # the last column of numbers; change it if another one is to be predicted
{group}cv:
  folds: {folds}
  seeds: {seeds}
scaling: {{features: zscore, target: zscore}}  # fitted on the training rows of each fold
metrics: [mae, rmse, r2]
models:
  - name: LR
    model: linear  # ordinary least squares
  - name: Ridge
    model: linear
    parameters:
      alpha: {{geomspace: [1.0e-3, 1000, 13]}}  # end points and count
  - name: DT
    model: tree
    parameters:
      max_depth: [{{from: 1, to: 12}}, none]  # both ends included; none = no limit
      min_samples_leaf: [1, 4, 12]
output: {{file: results/{name}.h5}}  # relative to where kilofold runs
)",
      fmt::arg("name", name), fmt::arg("file", yaml_text(table_from(table, spec))),
      fmt::arg("features", feature_lines(columns)), fmt::arg("target", yaml_text(columns.target)),
      fmt::arg("group", group_line(columns)), fmt::arg("folds", std::clamp<std::int64_t>(columns.n_rows - 1, 2, 5)),
      fmt::arg("seeds", columns.n_rows == 2 ? "0  # two rows make two folds in one way"
                                            : "{from: 0, to: 9}  # ten reshuffles of the folds, to see what is luck"));
}

/// What init writes must be good: read as a user's spec would be, before it is there. Mistakes are the table's then, so
/// they are told at their place in the table.
void check_starter_spec(const std::string& text, const std::string& path) {
  DataSource source = parse_spec(text, path, all_schemas()).data;
  for (ColumnName& feature : source.features) feature.place = {};
  source.target.place = {};
  read_csv(source);
}

void write_new_file(const std::string& path, const std::string& text) {
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (fd < 0 && errno == EEXIST)
    throw InputError(fmt::format("{} is there already", path), "write another file with -o SPEC.yaml, or remove it");
  if (fd < 0)
    throw InputError(fmt::format("cannot write {}: {}", path, std::strerror(errno)), "name another with -o SPEC.yaml");
  const bool written = write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  if (close(fd) != 0 || !written) {
    unlink(path.c_str());
    throw MachineError(fmt::format("cannot write {}: {}", path, std::strerror(errno)));
  }
}

int init(const Options& options) {
  check_table_path(options.table);
  const TableColumns columns = read_columns(options.table);
  const std::string path = options.output.empty() ? study_name(options.table) + ".yaml" : options.output;
  const std::string text = starter_spec(options.table, path, columns);
  check_starter_spec(text, path);
  const std::string others = columns.left_out_text();
  const std::string found =
      fmt::format("{} rows, {} features, target {}{}\n", grouped(columns.n_rows), columns.features.size(),
                  columns.target, others.empty() ? "" : "; left out: " + others);
  if (path == "-") {
    put_text(text);
    say_text(found);
    return done;
  }
  write_new_file(path, text);
  put("{}\n", path);
  say("{}next: look through it, then kilofold plan {}\n", found, shell_word(path));
  return done;
}

void declare(Signature& takes) {
  Options& options = takes.options();
  takes.word("CSV", "the table: comma-separated, with a header", options.table);
  takes.text("-o,--output", "SPEC.yaml", "spec to write (default: named as the table, in this folder)", options.output);
}

}  // namespace

const Verb init_verb = {"init", "write a commented starter spec for a table", declare, init};

}  // namespace kilofold::cli
