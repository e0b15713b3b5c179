// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "cli/exit_codes.hpp"
#include "cli/json.hpp"
#include "cli/paths.hpp"
#include "cli/values.hpp"
#include "cli/verbs.hpp"
#include "kilofold/report.hpp"

namespace kilofold::cli {
namespace {

void declare(Signature& takes) {
  takes.results();
  takes.word("OTHER", "the same spec's results under other folds: what did those of FILE flatter?",
             takes.options().other_results, Need::optional);
  takes.flag("--as-published", "the trials of the published settings compete, not the best ones",
             takes.options().as_published);
  takes.value("--rope", "VALUE", "differences up to VALUE count as equal, in the target's unit (default: 1 % of sd(y))",
              read_rope);
  takes.json("the same as JSON, with full precision");
}

int compare_files(const Options& options) {
  if (options.as_published || options.rope)
    throw InputError("--as-published and --rope are of the comparison of models in one file", "leave OTHER out");
  check_results_path(options.other_results);
  const StudyReader first(options.results), second(options.other_results);
  put_text(options.json ? fold_gap_json(first, second) : render_fold_gap(first, second));
  return done;
}

int compare(const Options& options) {
  check_results_path(options.results);
  if (!options.other_results.empty()) return compare_files(options);
  const StudyReader study(options.results);
  const CompareOptions how = {options.as_published, options.rope};
  put_text(options.json ? comparison_json(study, how) : render_comparison(study, how));
  return done;
}

}  // namespace

const Verb compare_verb = {"compare", "do the models differ? tests over folds and fold seeds", declare, compare};

}  // namespace kilofold::cli
