// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "cli/options.hpp"

namespace CLI {
class App;
}

/// The one table of verbs and options. Parser, help, completion and manual page all read it.
namespace kilofold::cli {

/// Build the parser. It writes to `options`, which must outlive it.
std::shared_ptr<CLI::App> make_parser(Options& options);

/// One option or positional argument.
struct Argument {
  std::string short_name;   ///< "-o", or empty
  std::string long_name;    ///< "--output"; of a positional its name, "SPEC"
  std::string value;        ///< "FILE.h5"; empty for a flag
  std::string help;         ///< one sentence
  std::string environment;  ///< variable that sets it too; may be empty
  bool required = false;
  bool repeatable = false;

  /// The words a value can be; empty where it is free. "auto|cpu|cuda" names them, RULE stands for the rules' names.
  std::vector<std::string> choices() const;
  /// Endings of the files a value names: {"yaml", "yml"}; empty where it names none.
  std::vector<std::string> file_endings() const;
  /// Does it name a folder?
  bool names_folder() const { return value == "FOLDER" || long_name == "FOLDER"; }
  /// "-o, --output FILE.h5"
  std::string usage() const;
};

/// A verb with what it takes; without a name: the program itself.
struct Command {
  std::string name;
  std::string help;
  std::vector<Argument> positionals;
  std::vector<Argument> options;

  /// "kilofold run SPEC [OPTIONS]"
  std::string usage() const;
};

/// Read one verb, or the program, off the parser.
Command describe(const CLI::App& app);
/// Every verb, in the order of the help.
std::vector<Command> describe_verbs(const CLI::App& app);

/// A name and what it means: exit codes and environment variables, for help, manual and docs.
struct Meaning {
  const char* name;
  const char* text;
};
std::span<const Meaning> exit_codes();
std::span<const Meaning> environment_variables();

/// The text of --help: of a verb, or of the program, which lists the verbs.
std::string help_text(const Command& command, std::span<const Command> verbs);

/// A text broken at blanks so that no line is wider than `columns`; further lines begin with `indent` blanks.
std::string wrapped(const std::string& text, std::size_t columns, std::size_t indent);

}  // namespace kilofold::cli
