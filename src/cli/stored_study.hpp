// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/study.hpp"

namespace kilofold::cli {

/// A study as its results file tells it: the spec's text parsed anew, the table as stored.
struct StoredStudy {
  Study study;
  std::vector<Override> overrides;  ///< of the command line that made the file
  Switches switches;                ///< likewise
  std::string library;              ///< of its flavour vendor; empty: canonical
};

/// Read the study that a file holds. Errors: InputError where this version cannot parse the spec any more
StoredStudy stored_study(const StudyReader& file);

/// How the results at `path` began; nothing where there are none, or they cannot be read.
std::optional<Began> how_results_began(const std::string& path);

/// A place where a file and what this program makes of its spec and table differ.
struct Disagreement {
  std::string where;
  std::string there;  ///< in the file
  std::string here;

  /// "DT trial 0123456789abcdef: 1.5 in the file, 1.25 here"
  std::string text() const;
};

/// Compare what a file says of its study with `made`: identity, trial ids, numerics, every fold of every seed.
std::vector<Disagreement> study_disagreements(const StudyReader& file, const StudyHeader& made);

/// Is the CSV file that the study was read from still at its path?
bool table_is_there(const StudyReader& file);

/// Compare the CSV file that the study was read from, where it still is there, with the stored hash.
std::vector<Disagreement> table_disagreements(const StudyReader& file);

}  // namespace kilofold::cli
