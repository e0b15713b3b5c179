// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>

#include "comparison.hpp"
#include "fold_text.hpp"
#include "numbers.hpp"

namespace kilofold::report {
namespace {

using Buffer = std::back_insert_iterator<std::string>;

/// "1 in 8 seeds, 2 in 2".
std::string rank_text(const std::vector<double>& rank) {
  std::map<double, int> counts;
  for (const double r : rank) ++counts[r];
  std::string text;
  for (const auto& [r, n] : counts) text += fmt::format("{}{:g} in {}", text.empty() ? "" : ", ", r, n);
  return text;
}

/// The width of a column of names.
std::size_t width_of(const std::vector<std::string>& names, std::size_t least) {
  for (const std::string& name : names) least = std::max(least, name.size() + 1);
  return least;
}

void write_contenders(Buffer out, const Comparison& comparison) {
  std::vector<std::string> names;
  for (const Contender& contender : comparison.contenders) names.push_back(contender.name);
  const std::size_t width = width_of(names, 16);
  const bool chosen = !comparison.as_published;
  const std::string of_choice = chosen ? fmt::format("{:>12}{:>10}{:>24}", "corrected", "+-", "95 % of draws") : "";
  fmt::format_to(out, "{:<{}}{:>8}{:>12}{:>12}{}   {}\n", "model", width, chosen ? "trials" : "", "rmse", "sd(seeds)",
                 of_choice, "ranks");
  for (const Contender& contender : comparison.contenders) {
    fmt::format_to(out, "{:<{}}{:>8}{:>12}{:>12}", contender.name, width,
                   chosen ? std::to_string(contender.n_trials) : "", significant(contender.mean),
                   significant(spread(contender.rmse).sd));
    if (const auto& corrected = contender.corrected)
      fmt::format_to(out, "{:>12}{:>10}{:>24}", significant(corrected->rmse), significant(corrected->error, 2),
                     significant(corrected->low) + " to " + significant(corrected->high));
    else if (chosen)
      fmt::format_to(out, "{:>12}{:>10}{:>24}", "-", "-", "-");
    fmt::format_to(out, "   {}\n", rank_text(contender.rank));
  }
  for (const Contender& contender : comparison.contenders) {
    if (!contender.why_not_corrected.empty())
      fmt::format_to(out, "{}: not corrected: {}\n", contender.name, contender.why_not_corrected);
    if (contender.corrected && contender.corrected->n_considered < contender.n_trials)
      fmt::format_to(out, "{}: the correction chooses among its {} best trials\n", contender.name,
                     count(contender.corrected->n_considered));
  }
  for (const LeftOut& entry : comparison.left_out) fmt::format_to(out, "{}: left out, {}\n", entry.name, entry.reason);
}

void write_pairs(Buffer out, const Comparison& comparison) {
  std::vector<std::string> names;
  for (const Pair& pair : comparison.pairs)
    names.push_back(comparison.contenders[pair.first].name + " - " + comparison.contenders[pair.second].name);
  const std::size_t width = width_of(names, 28);
  fmt::format_to(out, "\n{:<{}}{:>9}{:>12}{:>10}{:>10}{:>10}{:>10}{:>10}{:>10}\n", "pair", width, "wins", "difference",
                 "t", "p", "p(Holm)", "P(less)", "P(equal)", "P(more)");
  for (std::size_t i = 0; i < names.size(); ++i) {
    const Pair& pair = comparison.pairs[i];
    fmt::format_to(out, "{:<{}}{:>9}", names[i], width, fmt::format("{}:{}", pair.wins, pair.losses));
    if (!pair.test) {
      fmt::format_to(out, "  not tested: {}\n", pair.why_not_tested);
      continue;
    }
    fmt::format_to(out, "{:>12}{:>10.3f}{:>10.3g}{:>10.3g}{:>10.4f}{:>10.4f}{:>10.4f}\n", significant(pair.test->mean),
                   pair.test->t, pair.test->p, pair.adjusted_p, pair.posterior.below, pair.posterior.within,
                   pair.posterior.above);
  }
  fmt::format_to(out, "\nwins: seeds in which either has the smaller pooled rmse.");
  if (std::ranges::any_of(comparison.pairs, [](const Pair& pair) { return pair.test.has_value(); }))
    fmt::format_to(out,
                   " difference: mean over folds and seeds. t, p: corrected resampled t-test,\ntwo-sided. P: Bayesian "
                   "correlated t-test; equal: within {}{}{}.",
                   significant(comparison.rope), comparison.unit.empty() ? "" : " " + comparison.unit,
                   comparison.own_rope ? "" : " (1 % of sd(y); --rope sets it)");
  fmt::format_to(out, "\n");
}

}  // namespace

std::string comparison_text(const Comparison& comparison) {
  std::string text;
  const Buffer out(text);
  fmt::format_to(out, "{} of every model over {}{}. ",
                 comparison.as_published ? "Trial of the published setting" : "Best trial",
                 count(comparison.n_seeds, "fold seed"), comparison.unit.empty() ? "" : ", rmse in " + comparison.unit);
  if (comparison.as_published)
    fmt::format_to(out, "Nothing was chosen on these folds.\n\n");
  else
    fmt::format_to(out,
                   "It was chosen on these folds, so its rmse is optimistic; corrected: what is left\nwhen each of "
                   "1,000 draws of {} chooses anew and is judged on the samples it left out (BBC-CV), +- its Monte "
                   "Carlo error.\n\n",
                   comparison.n_groups > 0 ? "whole groups" : "rows");
  write_contenders(out, comparison);
  write_pairs(out, comparison);
  fmt::format_to(out, "The ranking by mean rmse is settled after {} of {}.\n", comparison.settled_after,
                 count(comparison.n_seeds, "seed"));
  if (const std::string leak = shared_groups_text(comparison.shared_groups); !leak.empty())
    fmt::format_to(out, "{}\n", leak);
  fmt::format_to(
      out,
      "No critical-difference diagram: it compares ranks over independent data sets, and this is one; folds and "
      "seeds of one table\nshare its rows.\n");
  return text;
}

}  // namespace kilofold::report
