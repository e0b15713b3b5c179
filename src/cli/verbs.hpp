// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>

#include "cli/options.hpp"
#include "cli/signature.hpp"

namespace kilofold::cli {

/// One verb of the program, defined in the file of its name.
struct Verb {
  const char* name;
  const char* help;  ///< one sentence, for the list of verbs
  void (*declare)(Signature& takes);
  int (*act)(const Options& options);  ///< results to stdout, words for people to stderr; returns the exit code
};

extern const Verb init_verb, validate_verb, plan_verb, run_verb;
extern const Verb status_verb, show_verb, export_verb, report_verb, merge_verb;
extern const Verb verify_verb, reproduce_verb, compare_verb;
extern const Verb doctor_verb, completion_verb, manual_verb;

/// Every verb, in the order of the help: parser, completion scripts, manual page and tests read this list.
inline constexpr std::array all_verbs = {
    // from a table to results
    &init_verb,
    &validate_verb,
    &plan_verb,
    &run_verb,
    // from results on
    &status_verb,
    &show_verb,
    &export_verb,
    &report_verb,
    &merge_verb,
    // what results are worth
    &verify_verb,
    &reproduce_verb,
    &compare_verb,
    // the program itself
    &doctor_verb,
    &completion_verb,
    &manual_verb,
};

}  // namespace kilofold::cli
