// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "cli/exit_codes.hpp"
#include "cli/paths.hpp"
#include "cli/verbs.hpp"
#include "kilofold/report.hpp"

namespace kilofold::cli {
namespace {

void declare(Signature& takes) {
  takes.results();
  takes.word("OTHER", "the same spec's results under other folds: what did those of FILE flatter?",
             takes.options().other_results, Need::optional);
}

int compare(const Options& options) {
  check_results_path(options.results);
  if (!options.other_results.empty()) {
    check_results_path(options.other_results);
    put_text(render_fold_gap(StudyReader(options.results), StudyReader(options.other_results)));
    return done;
  }
  put_text(render_comparison(StudyReader(options.results)));
  return done;
}

}  // namespace

const Verb compare_verb = {"compare", "do the models differ? tests over folds and fold seeds", declare, compare};

}  // namespace kilofold::cli
