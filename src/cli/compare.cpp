// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "cli/exit_codes.hpp"
#include "cli/paths.hpp"
#include "cli/verbs.hpp"
#include "kilofold/report.hpp"

namespace kilofold::cli {
namespace {

void declare(Signature& takes) { takes.results(); }

int compare(const Options& options) {
  check_results_path(options.results);
  put_text(render_comparison(StudyReader(options.results)));
  return done;
}

}  // namespace

const Verb compare_verb = {"compare", "do the models differ? tests over folds and fold seeds", declare, compare};

}  // namespace kilofold::cli
