// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "fold_text.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "numbers.hpp"

namespace kilofold::report {
namespace {

/// "0 to 9", "3", "0, 7, 42": runs of more than two in short.
std::string seeds_text(const std::vector<std::int64_t>& seeds) {
  const bool run = std::ranges::adjacent_find(seeds, [](auto a, auto b) { return b != a + 1; }) == seeds.end();
  if (run && seeds.size() > 2) return fmt::format("{} to {}", seeds.front(), seeds.back());
  constexpr std::size_t most = 8;
  if (seeds.size() > most) return fmt::format("{} to {}", std::ranges::min(seeds), std::ranges::max(seeds));
  return fmt::format("{}", fmt::join(seeds, ", "));
}

std::string fit_on_text(const std::vector<FitOn>& fit_on) {
  if (fit_on.size() > 1) return "fitted on the training rows and on all rows, as trials say";
  return fit_on.front() == FitOn::fold ? "fitted on the training rows" : "fitted on all rows, held-out ones too";
}

}  // namespace

std::string fold_text(const Preparation& made, const std::vector<std::int32_t>& folds,
                      const std::vector<std::int64_t>& seeds) {
  const Splitter splitter = made.splitting.splitter;
  std::string text = name(splitter);
  if (!made.column.empty()) text += fmt::format(" by {}", made.column);
  text += fmt::format(", {} folds", fmt::join(folds, ", "));
  const bool drawn = splitter == Splitter::kfold || splitter == Splitter::group_kfold;
  if (drawn && made.splitting.shuffle)
    text += fmt::format(", shuffled by {} ({})", count(std::ssize(seeds), "seed"), seeds_text(seeds));
  else
    text += drawn ? ", not shuffled" : "";
  text += fmt::format("; features {}", name(made.feature_scaling));
  if (made.feature_scaling != Scaling::none) text += ", " + fit_on_text(made.fit_on);
  return text + fmt::format("; target {}", name(made.target_scaling));
}

std::string fold_lines(const std::string& folds, double shared) {
  const std::string leak = shared_groups_text(shared);
  return fmt::format("folds: {}\n{}{}", folds, leak, leak.empty() ? "" : "\n");
}

std::string shared_groups_text(double shared) {
  if (!(shared > 0)) return "";
  return fmt::format(
      "{:.1f} % of held-out rows have a row of their group in training, which flatters: run the spec again "
      "with --set\ncv.splitter=group_kfold and another -o, then compare both files.",
      100 * shared);
}

}  // namespace kilofold::report
