// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "execute/study_data.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <utility>

namespace kilofold {
namespace {

/// `set` of the rows of a list, renumbered by first appearance there; `n_unique` receives the number of sets.
std::vector<std::int32_t> replicate_sets(const std::vector<std::int32_t>& rows, const std::vector<std::int32_t>& set,
                                         std::int32_t& n_unique) {
  std::vector<std::int32_t> number(set.size(), -1);
  std::vector<std::int32_t> replicate;
  n_unique = 0;
  for (std::int32_t row : rows) {
    std::int32_t& here = number[static_cast<std::size_t>(set[static_cast<std::size_t>(row)])];
    if (here < 0) here = n_unique++;
    replicate.push_back(here);
  }
  return replicate;
}

constexpr std::size_t a_line = 64 / sizeof(std::int32_t);

/// Lists begin on cache lines.
std::size_t whole_lines(std::size_t rows) { return (rows + a_line - 1) / a_line * a_line; }

/// Integers that the row lists of a study take: training and held-out rows and the replicate sets of every fold of
/// every seed, and of the whole table.
std::size_t list_space(const Plan& plan) {
  std::map<AxisId, std::int64_t> row_sets;
  for (const PlanGroup& planned : plan.groups)
    row_sets[planned.group.fold] = plan.axes[static_cast<std::size_t>(planned.group.fold.value)].size() *
                                   plan.axes[static_cast<std::size_t>(planned.group.seed.value)].size();
  std::int64_t total = 1;
  for (const auto& [axis, count] : row_sets) total += count;
  return static_cast<std::size_t>(total) * (2 * static_cast<std::size_t>(plan.n_samples) + 3 * a_line);
}

/// The training sets of those numbers on a fold axis, which names each once. A fold's inner folds come from one split.
std::vector<RowSet> row_sets_of(const Dataset& data, const Splitting& splitting, const Split& split,
                                const std::vector<double>& numbers) {
  std::vector<RowSet> sets;
  std::map<std::pair<std::int32_t, std::int32_t>, std::vector<RowSet>> inner;  // by fold and number of inner folds
  for (const double number : numbers) {
    const RowSetName name = RowSetName::of(static_cast<std::uint32_t>(number));
    if (name.inner_folds == 0) {
      sets.push_back(row_set(split, name.fold));
      continue;
    }
    const auto [found, is_new] = inner.try_emplace({name.fold, name.inner_folds});
    if (is_new)
      found->second = inner_row_sets(data, splitting, row_set(split, name.fold).train, name.inner_folds, split.seed);
    sets.push_back(std::move(found->second[static_cast<std::size_t>(name.inner_fold)]));
  }
  return sets;
}

}  // namespace

StudyData::StudyData(const Plan& plan, const Dataset& data, const Backend& backend) : backend_(backend), y_(data.y) {
  const RankCodes ranks = rank_codes(data.X);
  const auto whole = [](const auto& matrix) {
    return std::vector(matrix.data(), matrix.data() + matrix.rows() * matrix.cols());
  };
  table_.n = data.n_samples();
  table_.d = data.n_features();
  table_.X = upload(whole(data.X));
  table_.y = upload(data.y);
  table_.code = upload(whole(ranks.code));
  table_.level = upload(ranks.level);
  table_.level_begin = upload(ranks.level_begin);

  equal_rows_ = equal_rows(data.X);
  std::vector<std::int32_t> every_row(static_cast<std::size_t>(table_.n));
  std::iota(every_row.begin(), every_row.end(), 0);
  const std::size_t space = list_space(plan);
  lists_ = Buffer(memory_of(backend), space * sizeof(std::int32_t));
  host_lists_.reserve(space);
  all_ = view(every_row, {});

  for (const PlanGroup& planned : plan.groups) {
    const Group& group = planned.group;
    if (splits_.contains(group.fold)) continue;
    Splits& splits = splits_[group.fold];
    const std::vector<double>& sets = plan.axes[static_cast<std::size_t>(group.fold.value)].values;
    splits.n_sets = std::ssize(sets);
    for (double seed : plan.axes[static_cast<std::size_t>(group.seed.value)].values) {
      const Split split = kilofold::split(data, plan.splitting, group.n_folds, static_cast<std::int64_t>(seed));
      for (RowSet& rows : row_sets_of(data, plan.splitting, split, sets)) add(std::move(rows), splits);
    }
  }
  if (backend_.upload(lists_.as<void>(), host_lists_.data(), host_lists_.size() * sizeof(std::int32_t)) != 0)
    throw MachineError(backend_.last_error());
  host_lists_ = {};
}

void StudyData::add(RowSet rows, Splits& splits) {
  splits.most_train = std::max<std::int64_t>(splits.most_train, std::ssize(rows.train));
  splits.most_held_out = std::max<std::int64_t>(splits.most_held_out, std::ssize(rows.held_out));
  splits.rows.push_back(view(rows.train, rows.held_out));
  splits.held_out.push_back(std::move(rows.held_out));
}

const std::int32_t* StudyData::place(const std::vector<std::int32_t>& list) {
  const std::size_t begin = host_lists_.size();
  host_lists_.insert(host_lists_.end(), list.begin(), list.end());
  host_lists_.resize(begin + whole_lines(list.size()));
  KILOFOLD_ASSERT(host_lists_.size() * sizeof(std::int32_t) <= lists_.size());
  return lists_.as<const std::int32_t>() + begin;
}

RowSetView StudyData::view(const std::vector<std::int32_t>& train, const std::vector<std::int32_t>& held_out) {
  RowSetView view{};
  view.train = place(train);
  view.held_out = place(held_out);
  view.n_train = static_cast<std::int32_t>(train.size());
  view.n_held_out = static_cast<std::int32_t>(held_out.size());
  view.replicate = place(replicate_sets(train, equal_rows_, view.n_unique));
  return view;
}

const StudyData::Splits& StudyData::at(AxisId fold_axis) const {
  const auto found = splits_.find(fold_axis);
  KILOFOLD_EXPECT(found != splits_.end());
  return found->second;
}

const RowSetView& StudyData::rows(AxisId fold_axis, std::int32_t seed, std::int32_t fold) const {
  const Splits& splits = at(fold_axis);
  return splits.rows[static_cast<std::size_t>(seed * splits.n_sets + fold)];
}

const std::vector<std::int32_t>& StudyData::held_out(AxisId fold_axis, std::int32_t seed, std::int32_t fold) const {
  const Splits& splits = at(fold_axis);
  return splits.held_out[static_cast<std::size_t>(seed * splits.n_sets + fold)];
}

template <class T> const T* StudyData::upload(const std::vector<T>& values) {
  const std::size_t bytes = values.size() * sizeof(T);
  Buffer& buffer = buffers_.emplace_back(memory_of(backend_), bytes);
  if (backend_.upload(buffer.as<void>(), values.data(), bytes) != 0) throw MachineError(backend_.last_error());
  return buffer.as<T>();
}

}  // namespace kilofold
