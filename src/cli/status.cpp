// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "cli/exit_codes.hpp"
#include "cli/json.hpp"
#include "cli/paths.hpp"
#include "cli/verbs.hpp"
#include "kilofold/core/text.hpp"
#include "kilofold/core/text_table.hpp"

namespace kilofold::cli {
namespace {

void declare(Signature& takes) {
  takes.results();
  takes.json("the same as JSON");
}

int status(const Options& options) {
  check_results_path(options.results);
  const StudyReader study(options.results);
  const bool complete = study.n_committed() == study.n_cells();
  if (options.json) {
    put_text(status_json(study, options.results));
    return complete ? done : stopped_early;
  }
  put("{}: {}; {} of {} cells\n", options.results, complete ? "complete" : "not complete", grouped(study.n_committed()),
      grouped(study.n_cells()));
  TextTable table({{"", TextTable::Align::left, 14}, {"", TextTable::Align::left}});
  std::int64_t failed_fits = 0;
  for (std::size_t m = 0; m < study.models().size(); ++m) {
    const std::vector<std::int64_t> counts = study.status_counts(ModelId(static_cast<int>(m)));
    failed_fits += n_failed(counts);
    std::string fits;
    for (std::size_t s = 0; s + 1 < counts.size(); ++s)
      if (counts[s] > 0) fits += fmt::format(", {} {}", grouped(counts[s]), name(static_cast<FitStatus>(s)));
    if (counts.back() > 0) fits += fmt::format(", {} missing", grouped(counts.back()));
    table.add({study.models()[m].model_name, "fits: " + fits.substr(std::min<std::size_t>(2, fits.size()))});
  }
  put_text(table.text("  "));
  if (failed_fits > 0) put("{} fits failed: their predictions are NaN\n", grouped(failed_fits));
  say("next: kilofold {} {}\n", complete ? "report" : "run SPEC -o", shell_word(options.results));
  return complete ? done : stopped_early;
}

}  // namespace

const Verb status_verb = {"status", "how much of a study is done; exit 0 complete, 75 not yet", declare, status};

}  // namespace kilofold::cli
