// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "execute/study_data.hpp"

#include <algorithm>
#include <numeric>

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
  all_ = view(every_row, {});

  for (const PlanGroup& planned : plan.groups) {
    const Group& group = planned.group;
    if (splits_.contains(group.fold)) continue;
    Splits& splits = splits_[group.fold];
    splits.n_folds = group.n_folds;
    for (double seed : plan.axes[static_cast<std::size_t>(group.seed.value)].values) {
      const Split split = kilofold::split(data, plan.splitting, group.n_folds, static_cast<std::int64_t>(seed));
      for (std::int32_t fold = 0; fold < group.n_folds; ++fold) {
        RowSet rows = row_set(split, fold);
        splits.most_train = std::max<std::int64_t>(splits.most_train, static_cast<std::int64_t>(rows.train.size()));
        splits.most_held_out =
            std::max<std::int64_t>(splits.most_held_out, static_cast<std::int64_t>(rows.held_out.size()));
        splits.rows.push_back(view(rows.train, rows.held_out));
        splits.held_out.push_back(std::move(rows.held_out));
      }
    }
  }
}

RowSetView StudyData::view(const std::vector<std::int32_t>& train, const std::vector<std::int32_t>& held_out) {
  RowSetView view{};
  view.train = upload(train);
  view.held_out = upload(held_out);
  view.n_train = static_cast<std::int32_t>(train.size());
  view.n_held_out = static_cast<std::int32_t>(held_out.size());
  view.replicate = upload(replicate_sets(train, equal_rows_, view.n_unique));
  return view;
}

const StudyData::Splits& StudyData::at(AxisId fold_axis) const {
  const auto found = splits_.find(fold_axis);
  KILOFOLD_EXPECT(found != splits_.end());
  return found->second;
}

const RowSetView& StudyData::rows(AxisId fold_axis, std::int32_t seed, std::int32_t fold) const {
  const Splits& splits = at(fold_axis);
  return splits.rows[static_cast<std::size_t>(seed * splits.n_folds + fold)];
}

const std::vector<std::int32_t>& StudyData::held_out(AxisId fold_axis, std::int32_t seed, std::int32_t fold) const {
  const Splits& splits = at(fold_axis);
  return splits.held_out[static_cast<std::size_t>(seed * splits.n_folds + fold)];
}

template <class T> const T* StudyData::upload(const std::vector<T>& values) {
  const std::size_t bytes = values.size() * sizeof(T);
  Buffer& buffer = buffers_.emplace_back(backend_, bytes);
  if (backend_.upload(buffer.as<void>(), values.data(), bytes) != 0) throw MachineError(backend_.last_error());
  return buffer.as<T>();
}

}  // namespace kilofold
