// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/chrono.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <ctime>

#include "cli/exit_codes.hpp"
#include "cli/table.hpp"
#include "cli/verbs.hpp"
#include "kilofold/version.hpp"

namespace kilofold::cli {
namespace {

constexpr std::size_t source_columns = 72;  // mandoc's lint minds long lines

/// A text as troff prints it letter by letter.
std::string escaped(const std::string& text) {
  std::string roff;
  for (const char c : text) {
    if (c == '\\')
      roff += "\\e";
    else if (c == '-')
      roff += "\\-";
    else if ((c == '.' || c == '\'') && (roff.empty() || roff.back() == '\n'))
      roff += fmt::format("\\&{}", c);
    else
      roff += c;
  }
  return roff;
}

std::string entry(const std::string& term, const std::string& text) {
  return fmt::format(".TP\n{}\n{}\n", term, escaped(wrapped(text, source_columns, 0)));
}

/// "\fB\-o\fR, \fB\-\-output\fR \fIFILE.h5\fR"
std::string term(const Argument& argument) {
  if (!argument.long_name.starts_with("--")) return fmt::format("\\fI{}\\fR", escaped(argument.long_name));
  std::string text = argument.short_name.empty() ? "" : fmt::format("\\fB{}\\fR, ", escaped(argument.short_name));
  text += fmt::format("\\fB{}\\fR", escaped(argument.long_name));
  return argument.value.empty() ? text : fmt::format("{} \\fI{}\\fR", text, escaped(argument.value));
}

std::string arguments(const Command& command) {
  std::string text;
  for (const auto* list : {&command.positionals, &command.options})
    for (const Argument& argument : *list)
      text += entry(term(argument), argument.environment.empty()
                                        ? argument.help
                                        : fmt::format("{} [env: {}]", argument.help, argument.environment));
  return text;
}

std::string meanings(std::span<const Meaning> list) {
  std::string text;
  for (const Meaning& meaning : list) text += entry(fmt::format("\\fB{}\\fR", meaning.name), meaning.text);
  return text;
}

/// The day of the page: of the sources where SOURCE_DATE_EPOCH tells it, so that a package builds the same twice.
std::string date() {
  const char* epoch = std::getenv("SOURCE_DATE_EPOCH");
  const std::time_t time = epoch == nullptr ? std::time(nullptr) : static_cast<std::time_t>(std::atoll(epoch));
  return fmt::format("{:%Y-%m-%d}", fmt::gmtime(time));
}

constexpr const char* description = R"(.SH DESCRIPTION
.B kilofold
runs a regression study as one computation: models, a hyperparameter
grid, folds and fold seeds, written in one YAML file.
It compiles the study to a plan in which equal work exists once, runs
that plan on all cores, and keeps every held\-out prediction in one HDF5
file.
.PP
Results go to standard output, words for people to standard error.
While a study runs, finished work is kept in parts, in a folder named
after the results file; the same command goes on with them after a kill.
The first SIGINT, SIGTERM, SIGHUP or SIGUSR1 saves what is whole and
exits with 75; a second SIGINT leaves at once.
)";

constexpr const char* examples = R"(.SH EXAMPLES
.EX
kilofold init table.csv
kilofold plan \-\-explain table.yaml
kilofold run table.yaml
kilofold report results/table.h5
kilofold export results/table.h5 \-o metrics.csv
.EE
.PP
One study over four processes that share a folder:
.PP
.EX
kilofold run study.yaml \-o study.h5 \-\-shard 0/4    # and 1/4, 2/4, 3/4
kilofold merge study.h5
.EE
)";

int manual(const Options&) {
  Options unused;
  const auto parser = make_parser(unused);
  std::string page = fmt::format(".TH KILOFOLD 1 {} \"kilofold {}\" \"User Commands\"\n", date(), build_info::version);
  page += ".SH NAME\nkilofold \\- a whole regression study as one computation\n";
  page += ".SH SYNOPSIS\n.B kilofold\n\\fIVERB\\fR [\\fIOPTIONS\\fR]\n";
  page += description;
  page += ".SH OPTIONS\n" + arguments(describe(*parser)) + ".SH VERBS\n";
  for (const Command& verb : describe_verbs(*parser))
    page += fmt::format(".SS {}\n{}.\n{}", escaped(verb.usage()), escaped(verb.help), arguments(verb));
  page += ".SH EXIT STATUS\n" + meanings(exit_codes());
  page += ".SH ENVIRONMENT\n" + meanings(environment_variables());
  put_text(page + examples);
  return done;
}

void declare(Signature&) {}

}  // namespace

const Verb manual_verb = {"manual", "print the manual page", declare, manual};

}  // namespace kilofold::cli
