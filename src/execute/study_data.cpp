// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "execute/study_data.hpp"

#include <algorithm>

namespace kilofold {

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

  for (const PlanGroup& planned : plan.groups) {
    const Group& group = planned.group;
    if (splits_.contains(group.fold)) continue;
    Splits& splits = splits_[group.fold];
    splits.n_folds = group.n_folds;
    for (double seed : plan.axes[static_cast<std::size_t>(group.seed.value)].values) {
      const Split split = kfold(data.n_samples(), group.n_folds, static_cast<std::int64_t>(seed));
      for (std::int32_t fold = 0; fold < group.n_folds; ++fold) {
        RowSet rows = row_set(split, fold);
        splits.most_train = std::max<std::int64_t>(splits.most_train, static_cast<std::int64_t>(rows.train.size()));
        splits.most_held_out =
            std::max<std::int64_t>(splits.most_held_out, static_cast<std::int64_t>(rows.held_out.size()));
        splits.rows.push_back({upload(rows.train), upload(rows.held_out), static_cast<std::int32_t>(rows.train.size()),
                               static_cast<std::int32_t>(rows.held_out.size())});
        splits.held_out.push_back(std::move(rows.held_out));
      }
    }
  }
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
