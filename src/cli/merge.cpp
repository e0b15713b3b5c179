// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "cli/exit_codes.hpp"
#include "cli/paths.hpp"
#include "cli/verbs.hpp"
#include "kilofold/core/text.hpp"
#include "kilofold/store.hpp"

namespace kilofold::cli {
namespace {

void declare(Signature& takes) {
  takes.results();
  takes.flag("--mix-numerics", "join cells of other numerics too; the file says which cell has which",
             takes.options().mix_numerics);
}

int merge(const Options& options) {
  check_results_path(options.results);
  const std::int64_t cells =
      merge_parts(options.results, options.mix_numerics ? OtherNumerics::keep : OtherNumerics::refuse);
  put_path(options.results);
  say("{} cells; next: kilofold status {}\n", grouped(cells), shell_word(options.results));
  return done;
}

}  // namespace

const Verb merge_verb = {"merge", "join parts into one file", declare, merge};

}  // namespace kilofold::cli
