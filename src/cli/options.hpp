// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/console.hpp"
#include "kilofold/execute.hpp"
#include "kilofold/spec.hpp"

namespace kilofold::cli {

struct Verb;

/// Two options that do not go together, and what to do instead.
struct Exclusion {
  std::string one;
  std::string other;
  std::string hint;
};

/// What a command line asked for. Every verb reads its own part.
struct Options {
  std::string table;          ///< CSV of init
  std::string spec;           ///< SPEC of validate, plan, run
  std::string results;        ///< FILE of status, show, export, report, merge
  std::string other_results;  ///< OTHER of compare
  std::string trial;          ///< TRIAL of show and export
  std::string folder;         ///< FOLDER of doctor
  std::string shell;          ///< SHELL of completion
  std::string output;         ///< -o
  std::vector<Override> overrides;
  Switches switches;
  ExecuteOptions execute;
  std::string device;                   ///< empty: as the spec says
  std::optional<std::int32_t> threads;  ///< 0 = all cores; empty: as the spec says
  std::optional<Flavour> flavour;       ///< of the numerics; empty: as the spec says
  double time_limit = 0;                ///< seconds; 0 = none
  std::int64_t sample = 100;            ///< cells that verify refits
  std::int64_t sample_seed = 1;         ///< which ones
  std::string event_log;                ///< --log-json
  Color color = Color::automatic;
  bool explain = false;
  bool fresh = false;
  bool mix_numerics = false;
  bool drop = false;
  bool quiet = false;
  bool verbose = false;
  bool json = false;
  bool predictions = false;           ///< of export
  bool as_published = false;          ///< of show, export and compare
  std::optional<double> rope;         ///< of compare
  std::vector<Exclusion> exclusions;  ///< that the verbs declare
};

/// How reading a command line ended: a verb to run, or everything said (help, version) and an exit code.
struct Parsed {
  Options options;
  const Verb* verb = nullptr;
  int exit_code = 0;  ///< where there is no verb to run
};

/// Read the command line; prints help, version and usage errors itself (exit code 2).
Parsed parse_command_line(int argc, const char* const* argv);

}  // namespace kilofold::cli
