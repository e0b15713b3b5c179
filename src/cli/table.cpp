// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "cli/table.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>

namespace kilofold::cli {
namespace {

constexpr std::size_t help_columns = 100;

constexpr std::array<Meaning, 8> exit_code_table = {{
    {"0", "done"},
    {"1", "a bug of kilofold; please report it"},
    {"2", "usage, spec or data: nothing was computed"},
    {"3", "finished, but some fits failed or reached their time limit; their status is stored"},
    {"4", "the machine failed (disk, memory, device); what was committed is safe"},
    {"5", "a comparison found a difference"},
    {"75", "stopped early, state saved: run the same command again"},
    {"130", "second Ctrl-C: left at once; what was committed is safe"},
}};

constexpr std::array<Meaning, 9> environment_table = {{
    {"KILOFOLD_DEVICE", "as run and plan --device"},
    {"KILOFOLD_THREADS", "as run --threads"},
    {"KILOFOLD_ISA", "instruction set: scalar, avx2 or avx512; never changes a bit"},
    {"KILOFOLD_MODULE_DIR", "folder of libkilofold_cuda.so, instead of the program's own and ../lib"},
    {"KILOFOLD_LAPACK", "LAPACK library of --numerics vendor, instead of libopenblas.so.0 or liblapack.so.3"},
    {"HDF5_USE_FILE_LOCKING", "FALSE where a file system refuses HDF5's locks"},
    {"NO_COLOR", "no colour with --color auto"},
    {"CLICOLOR_FORCE", "unless 0: colour with --color auto even where stderr is no terminal"},
    {"TERM", "dumb: plain progress lines, no colour with --color auto"},
}};

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> words(1);
  for (const char c : text)
    if (c == separator)
      words.emplace_back();
    else
      words.back() += c;
  return words;
}

Argument describe(const CLI::Option& option) {
  Argument argument;
  const bool positional = option.get_positional();
  if (!option.get_snames().empty()) argument.short_name = "-" + option.get_snames().front();
  argument.long_name = positional ? option.get_name(true) : "--" + option.get_lnames().front();
  if (option.get_items_expected_max() > 0) argument.value = option.get_type_name();
  argument.help = option.get_description();
  argument.environment = option.get_envname();
  argument.required = option.get_required();
  argument.repeatable = argument.help.ends_with("may be repeated");
  return argument;
}

/// "  NAME   text" lines, the texts in one column.
std::string two_columns(const std::vector<std::pair<std::string, std::string>>& rows) {
  constexpr std::size_t widest = 32;
  std::size_t width = 0;
  for (const auto& [name, text] : rows)
    if (name.size() <= widest) width = std::max(width, name.size());
  std::string lines;
  for (const auto& [name, text] : rows) {
    const std::string indent(width + 4, ' ');
    const bool fits = name.size() <= width;
    lines += fits ? fmt::format("  {:<{}}  ", name, width) : fmt::format("  {}\n{}", name, indent);
    lines += wrapped(text, help_columns - indent.size(), indent.size()) + "\n";
  }
  return lines;
}

std::string rows_of(const char* title, const std::vector<Argument>& arguments) {
  std::vector<std::pair<std::string, std::string>> rows;
  for (const Argument& argument : arguments)
    rows.emplace_back(argument.usage(), argument.environment.empty()
                                            ? argument.help
                                            : fmt::format("{} [env: {}]", argument.help, argument.environment));
  return rows.empty() ? "" : fmt::format("\n{}:\n{}", title, two_columns(rows));
}

std::string rows_of(const char* title, std::span<const Meaning> meanings) {
  std::vector<std::pair<std::string, std::string>> rows;
  for (const Meaning& meaning : meanings) rows.emplace_back(meaning.name, meaning.text);
  return fmt::format("\n{}:\n{}", title, two_columns(rows));
}

}  // namespace

std::vector<std::string> Argument::choices() const {
  std::vector<std::string> words;
  if (value == "RULE")
    for (const Rule& rule : all_rules()) words.emplace_back(rule.name);
  if (value.find('|') != std::string::npos) words = split(value, '|');
  std::erase_if(words, [](const std::string& word) { return word.find('/') != std::string::npos; });  // i/N
  for (std::string& word : words) word = word.substr(0, word.find('['));  // cuda of cuda[:K]
  return words;
}

std::vector<std::string> Argument::file_endings() const {
  if (long_name == "SPEC") return {"yaml", "yml"};
  if (long_name == "CSV") return {"csv"};
  if (long_name == "FILE") return {"h5"};
  const std::size_t dot = value.find('.');
  return dot == std::string::npos ? std::vector<std::string>{} : std::vector<std::string>{value.substr(dot + 1)};
}

std::string Argument::usage() const {
  if (!long_name.starts_with("--")) return long_name;
  return fmt::format("{}{}{}{}{}", short_name, short_name.empty() ? "    " : ", ", long_name, value.empty() ? "" : " ",
                     value);
}

std::string Command::usage() const {
  std::string text = "kilofold";
  if (name.empty()) return text + " VERB [OPTIONS]";
  text += " " + name;
  for (const Argument& positional : positionals)
    text += positional.required ? " " + positional.long_name : " [" + positional.long_name + "]";
  return text + " [OPTIONS]";
}

Command describe(const CLI::App& app) {
  Command command;
  command.name = app.get_parent() == nullptr ? "" : app.get_name();
  command.help = app.get_description();
  for (const CLI::Option* option : app.get_options()) {
    (option->get_positional() ? command.positionals : command.options).push_back(describe(*option));
  }
  // What every verb takes comes last.
  std::ranges::stable_partition(command.options, [](const Argument& option) {
    return option.long_name != "--help" && option.long_name != "--version" && option.long_name != "--color";
  });
  return command;
}

std::vector<Command> describe_verbs(const CLI::App& app) {
  std::vector<Command> verbs;
  for (const CLI::App* verb : app.get_subcommands([](const CLI::App*) { return true; }))
    verbs.push_back(describe(*verb));
  return verbs;
}

std::span<const Meaning> exit_codes() { return exit_code_table; }
std::span<const Meaning> environment_variables() { return environment_table; }

std::string help_text(const Command& command, std::span<const Command> verbs) {
  std::string text = fmt::format("{}\n\nusage: {}\n", command.help, command.usage());
  if (!command.name.empty())
    return text + rows_of("arguments", command.positionals) + rows_of("options", command.options);
  std::vector<std::pair<std::string, std::string>> rows;
  for (const Command& verb : verbs) rows.emplace_back(verb.name, verb.help);
  return text + "\nverbs:\n" + two_columns(rows) + rows_of("options", command.options) +
         rows_of("exit codes", exit_codes()) + rows_of("environment", environment_variables()) +
         "\n`kilofold VERB --help` tells more about one of them.\n";
}

std::string wrapped(const std::string& text, std::size_t columns, std::size_t indent) {
  std::string lines;
  std::size_t used = 0;
  for (const std::string& word : split(text, ' ')) {
    if (used > 0 && used + 1 + word.size() > columns) {
      lines += "\n" + std::string(indent, ' ');
      used = 0;
    }
    lines += (used > 0 ? " " : "") + word;
    used += (used > 0 ? 1 : 0) + word.size();
  }
  return lines;
}

}  // namespace kilofold::cli
