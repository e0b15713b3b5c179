// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "cli/merge.hpp"

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
  const Merged merged =
      merge_parts(options.results, options.mix_numerics ? OtherNumerics::keep : OtherNumerics::refuse);
  put_path(options.results);
  say_text(what_stays(merged, options.results));
  say("{} cells; next: kilofold status {}\n", grouped(merged.cells), shell_word(options.results));
  return done;
}

}  // namespace

std::string what_stays(const Merged& merged, const std::string& path) {
  const std::string why =
      fmt::format("{} cells are of trials or seeds that this spec does not have: ", grouped(merged.other_cells));
  const std::string parts = parts_directory(path);
  if (!merged.published)
    return why + fmt::format("{} stays as it is, and this spec's cells are safe in {}\n", path, parts);
  if (merged.parts_left == 0) return "";
  return why + fmt::format("the parts that hold them stay in {}\n", parts);
}

const Verb merge_verb = {"merge", "join parts into one file", declare, merge};

}  // namespace kilofold::cli
