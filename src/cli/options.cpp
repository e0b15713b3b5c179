// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "cli/options.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>

#include "cli/exit_codes.hpp"
#include "cli/table.hpp"
#include "cli/values.hpp"
#include "cli/verbs.hpp"
#include "kilofold/core/text.hpp"

namespace kilofold::cli {
namespace {

/// The verb that was being read; null before one.
const CLI::App* current_verb(const CLI::App& app) {
  const auto verbs = app.get_subcommands();
  return verbs.empty() ? nullptr : verbs.front();
}

Command command_at(const CLI::App& app) {
  const CLI::App* verb = current_verb(app);
  return describe(verb == nullptr ? app : *verb);
}

/// ", did you mean 'run'?" or nothing.
std::string meant(const std::string& typed, const std::vector<std::string>& names) {
  const auto near = closest_name(typed, names);
  return near ? fmt::format(", did you mean '{}'?", *near) : "";
}

InputError unknown_option(const Command& command, const std::string& typed) {
  std::vector<std::string> names;
  for (const Argument& option : command.options) names.push_back(option.long_name);
  const std::string of = command.name.empty() ? "kilofold" : "kilofold " + command.name;
  return {fmt::format("{} has no option '{}'{}", of, typed, meant(typed.substr(0, typed.find('=')), names)),
          of + " --help lists the options"};
}

InputError unknown_verb(const CLI::App& app, const std::string& typed) {
  std::vector<std::string> names;
  for (const Command& verb : describe_verbs(app)) names.push_back(verb.name);
  return {fmt::format("there is no verb '{}'{}", typed, meant(typed, names)),
          fmt::format("verbs: {}", fmt::join(names, ", "))};
}

/// What nothing on the command line was expected to be: options before words, since they are what was mistyped.
InputError unexpected(const CLI::App& app, const std::vector<std::string>& extras) {
  const Command command = command_at(app);
  for (const std::string& extra : extras)
    if (extra.starts_with('-')) return unknown_option(command, extra);
  if (command.name.empty()) return unknown_verb(app, extras.front());
  return {fmt::format("kilofold {} does not take '{}'", command.name, extras.front()), "usage: " + command.usage()};
}

InputError missing(const CLI::App& app, const CLI::ParseError& error) {
  const Command command = command_at(app);
  for (const Argument& positional : command.positionals)
    if (std::string(error.what()).starts_with(positional.long_name + " "))
      return {fmt::format("kilofold {} needs {}: {}", command.name, positional.long_name, positional.help),
              "usage: " + command.usage()};
  return {error.what(), "usage: " + command.usage()};
}

/// An option without its value, or a flag with one.
InputError miscounted(const CLI::App& app, const CLI::ParseError& error) {
  const Command command = command_at(app);
  const std::string what = error.what();
  for (const Argument& option : command.options) {
    if (what.find(option.long_name + ":") == std::string::npos &&
        what.find(option.long_name + " ") == std::string::npos)
      continue;
    if (option.value.empty()) return {fmt::format("{} takes no value", option.long_name), "usage: " + command.usage()};
    return {fmt::format("{} needs a value: {} {}", option.long_name, option.long_name, option.value), option.help};
  }
  return {what, "usage: " + command.usage()};
}

/// A value that cannot be read; one from the environment is named as such.
InputError unreadable(const CLI::App& app, const CLI::ParseError& error, const std::vector<std::string>& typed) {
  const Command command = command_at(app);
  const std::string what = error.what();
  for (const Argument& option : command.options) {
    const auto is_typed = [&](const std::string& word) {
      return word.starts_with(option.long_name) || (!option.short_name.empty() && word.starts_with(option.short_name));
    };
    if (!what.starts_with(option.long_name + ":")) continue;
    if (!option.environment.empty() && std::getenv(option.environment.c_str()) != nullptr &&
        std::ranges::none_of(typed, is_typed))
      return {option.environment + what.substr(option.long_name.size()), "set it right, or unset it"};
    return {what, option.help};
  }
  return {what, "usage: " + command.usage()};
}

InputError reworded(const CLI::App& app, const CLI::ParseError& error, const std::vector<std::string>& typed) {
  const std::string kind = error.get_name();
  const std::vector<std::string> extras = app.remaining(true);
  if (!extras.empty()) return unexpected(app, extras);
  if (kind == "RequiredError") return missing(app, error);
  if (kind == "ArgumentMismatch") return miscounted(app, error);
  return unreadable(app, error, typed);
}

/// The options given that do not go together. CLI11 has a check of its own, which cannot say what to do instead.
std::vector<Problem> excluded(const CLI::App& verb, const std::vector<Exclusion>& exclusions) {
  const auto is_given = [&](const std::string& name) {
    const CLI::Option* option = verb.get_option_no_throw(name);
    return option != nullptr && option->count() > 0;
  };
  std::vector<Problem> problems;
  for (const Exclusion& pair : exclusions) {
    if (!is_given(pair.one) || !is_given(pair.other)) continue;
    Problem& problem = problems.emplace_back();
    problem.message = fmt::format("{} and {} exclude each other", pair.one, pair.other);
    problem.hint = pair.hint;
  }
  return problems;
}

/// `kilofold help VERB` is `kilofold VERB --help`, as in git and cargo.
std::vector<std::string> words_typed(int argc, const char* const* argv) {
  std::vector<std::string> words(argv + 1, argv + argc);
  if (words.empty() || words.front() != "help") return words;
  words.erase(words.begin());
  words.push_back("--help");
  return words;
}

/// --color matters to the messages about all other options, so it is looked for before they are read.
void set_color_early(const std::vector<std::string>& words) {
  Options options;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i].starts_with("--color=")) read_color(words[i].substr(8), options);
    if (words[i] == "--color" && i + 1 < words.size()) read_color(words[i + 1], options);
  }
  set_color(options.color);
}

}  // namespace

Parsed parse_command_line(int argc, const char* const* argv) {
  Parsed parsed;
  std::vector<std::string> words = words_typed(argc, argv);
  set_color_early(words);
  const std::shared_ptr<CLI::App> app = make_parser(parsed.options);
  if (words.empty()) {
    say_text(app->help());
    parsed.exit_code = bad_input;
    return parsed;
  }
  try {
    std::vector<std::string> reversed(words.rbegin(), words.rend());  // CLI11 takes them from the back
    app->parse(reversed);
  } catch (const CLI::ParseError& error) {
    const std::vector<std::string> extras = app->remaining(true);
    const bool good = extras.empty() || extras.front().starts_with('-');  // `help nosuch` helps with nothing
    if (error.get_exit_code() == 0 && good) {
      app->exit(error);
    } else {
      say_text(problems_text(reworded(*app, error, words).problems()));
      parsed.exit_code = bad_input;
    }
    return parsed;
  }
  const std::vector<Problem> problems = excluded(*current_verb(*app), parsed.options.exclusions);
  if (!problems.empty()) {
    say_text(problems_text(problems));
    parsed.exit_code = bad_input;
    return parsed;
  }
  parsed.verb = *std::ranges::find(all_verbs, current_verb(*app)->get_name(), &Verb::name);
  return parsed;
}

}  // namespace kilofold::cli
