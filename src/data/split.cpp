// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <numeric>

#include "group_order.hpp"
#include "kilofold/core/error.hpp"
#include "kilofold/core/random.hpp"
#include "kilofold/data.hpp"

namespace kilofold {
namespace {

std::size_t index(std::int32_t i) { return static_cast<std::size_t>(i); }

/// Number of the run that item i falls into when n items are cut into k runs, the first n mod k one longer.
std::vector<std::int32_t> runs(std::int64_t n, std::int32_t k) {
  std::vector<std::int32_t> run;
  for (std::int32_t fold = 0; fold < k; ++fold)
    run.insert(run.end(), static_cast<std::size_t>(n / k + (fold < n % k ? 1 : 0)), fold);
  return run;
}

/// Fold of each group code: the largest group to the lightest fold. `order` holds the codes sorted by name.
std::vector<std::int32_t> balanced(const Dataset& data, const std::vector<std::int32_t>& order, std::int32_t k) {
  std::vector<std::int64_t> rows(data.group_name.size(), 0);
  for (std::int32_t group : data.group) ++rows[index(group)];
  std::vector<std::int32_t> by_size = order;
  std::ranges::stable_sort(by_size, {}, [&](std::int32_t group) { return rows[index(group)]; });
  std::ranges::reverse(by_size);

  std::vector<std::int64_t> load(index(k), 0);
  std::vector<std::int32_t> fold(rows.size());
  for (std::int32_t group : by_size) {
    const auto lightest = std::ranges::min_element(load);
    *lightest += rows[index(group)];
    fold[index(group)] = static_cast<std::int32_t>(lightest - load.begin());
  }
  return fold;
}

std::vector<std::int32_t> group_folds(const Dataset& data, std::int32_t k, std::int64_t seed, bool shuffle) {
  std::vector<std::int32_t> order = sorted_names(data.group_name);
  std::vector<std::int32_t> fold_of;
  if (shuffle) {
    NumpyRandom(static_cast<std::uint32_t>(seed)).shuffle(order);
    const std::vector<std::int32_t> run = runs(std::ssize(order), k);
    fold_of.resize(order.size());
    for (std::size_t i = 0; i < order.size(); ++i) fold_of[index(order[i])] = run[i];
  } else {
    fold_of = balanced(data, order, k);
  }
  std::vector<std::int32_t> fold;
  for (std::int32_t group : data.group) fold.push_back(fold_of[index(group)]);
  return fold;
}

/// The fold ids of the table, numbered in their sorted order.
std::vector<std::int32_t> file_folds(const Dataset& data) {
  const std::vector<std::int32_t> order = sorted_names(data.fold_name);
  std::vector<std::int32_t> number(order.size());
  for (std::size_t i = 0; i < order.size(); ++i) number[index(order[i])] = static_cast<std::int32_t>(i);
  std::vector<std::int32_t> fold;
  for (std::int32_t id : data.fold) fold.push_back(number[index(id)]);
  return fold;
}

}  // namespace

const char* name(Splitter splitter) {
  switch (splitter) {
    case Splitter::kfold:
      return "kfold";
    case Splitter::group_kfold:
      return "group_kfold";
    case Splitter::leave_one_out:
      return "leave_one_out";
    case Splitter::file:
      return "file";
  }
  return "?";
}

std::int32_t fold_limit(const Dataset& data, Splitter splitter) {
  if (splitter == Splitter::group_kfold) return static_cast<std::int32_t>(data.group_name.size());
  if (splitter == Splitter::file) return static_cast<std::int32_t>(data.fold_name.size());
  return static_cast<std::int32_t>(data.n_samples());
}

Split split(const Dataset& data, const Splitting& splitting, std::int32_t n_folds, std::int64_t seed) {
  KILOFOLD_EXPECT(n_folds >= 2 && n_folds <= fold_limit(data, splitting.splitter));
  const std::int64_t n = data.n_samples();
  switch (splitting.splitter) {
    case Splitter::kfold:
      return splitting.shuffle ? kfold(n, n_folds, seed) : Split{n_folds, seed, runs(n, n_folds)};
    case Splitter::group_kfold:
      return {n_folds, seed, group_folds(data, n_folds, seed, splitting.shuffle)};
    case Splitter::leave_one_out:
      return {n_folds, seed, runs(n, n_folds)};
    case Splitter::file:
      return {n_folds, seed, file_folds(data)};
  }
  throw_bug("invariant", "a splitter is one of four", __FILE__, __LINE__);
}

}  // namespace kilofold
