// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
//
// training_error CSV TARGET FEATURE...: grows a tree of leaf 1 on each training fold of KFold(5, seed 0) and prints its
// training error at every depth, one "fold depth sse" a line. The results file keeps held-out predictions only, so the
// scikit-learn oracle asks here.
#include <cstdio>
#include <limits>
#include <string>
#include <vector>

#include "kilofold/backend.hpp"
#include "kilofold/data.hpp"

namespace {

using namespace kilofold;
constexpr int deepest = 20;

struct Study {
  explicit Study(const DataSource& source) : data(read_csv(source)), ranks(rank_codes(data.X)) {
    table = {data.n_samples(),  data.n_features(),  data.X.data(),           data.y.data(),
             ranks.code.data(), ranks.level.data(), ranks.level_begin.data()};
  }
  Dataset data;
  RankCodes ranks;
  TableView table{};
};

/// Training predictions at depths 1 to `deepest`: the training rows stand in for the held-out ones.
std::vector<double> training_predictions(const Study& study, const std::vector<std::int32_t>& train) {
  const auto n = static_cast<std::int32_t>(train.size());
  const RowSetView rows{train.data(), train.data(), n, n, nullptr, 0};
  std::vector<double> depths;
  for (int depth = 1; depth <= deepest; ++depth) depths.push_back(depth);
  const double max_depth = deepest;
  const double min_split = 2;
  const double min_leaf = 1;
  const std::int64_t capacity = 2 * n - 1;
  const auto nodes = static_cast<std::size_t>(capacity);
  std::vector<std::int32_t> begin(2), feature(nodes), cut(nodes), left(nodes), status(depths.size());
  std::vector<double> mean(nodes), prediction(static_cast<std::size_t>(n) * depths.size());
  const TreeBatch tree{capacity,
                       1,
                       {begin.data(), 2},
                       {feature.data(), capacity},
                       {cut.data(), capacity},
                       {left.data(), capacity},
                       {mean.data(), capacity}};
  const double one = 1;
  const double all = std::numeric_limits<double>::infinity();
  const std::uint32_t key = 0;
  const GrowTreesArgs grow{.table = &study.table,
                           .n_items = 1,
                           .rows = &rows,
                           .sampling = Sampling::all_rows,
                           .random = {&key, &key, &key},
                           .n_estimators = {&one, 0},
                           .max_depth = {&max_depth, 0},
                           .min_samples_split = {&min_split, 0},
                           .min_samples_leaf = {&min_leaf, 0},
                           .max_features = {&all, 0},
                           .tree = tree,
                           .status = status.data()};
  const std::int32_t slot = 0;
  const std::vector<double> members(depths.size(), 1);
  std::vector<std::int32_t> used(depths.size()), tree_status(1);
  const ReadTreesArgs read{.table = &study.table,
                           .n_items = 1,
                           .n_lanes = static_cast<std::int64_t>(depths.size()),
                           .rows = &rows,
                           .slot = &slot,
                           .ld_held_out = n,
                           .tree = tree,
                           .combine = Combine::mean,
                           .weight = {},
                           .base = {},
                           .n_grown = {},
                           .tree_status = tree_status.data(),
                           .max_depth = {depths.data(), 0},
                           .n_estimators = {members.data(), 0},
                           .prediction = {prediction.data(), static_cast<std::int64_t>(prediction.size())},
                           .n_used = used.data(),
                           .status = status.data()};
  if (cpu_backend().grow_trees(&grow) != 0 || cpu_backend().read_trees(&read) != 0)
    throw MachineError(cpu_backend().last_error());
  return prediction;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) return 2;
  DataSource source;
  source.file = argv[1];
  source.target.column = argv[2];
  for (int a = 3; a < argc; ++a) source.features.push_back({argv[a], "", "", {}});
  const Study study(source);
  const Split split = kfold(study.data.n_samples(), 5, 0);
  for (std::int32_t fold = 0; fold < 5; ++fold) {
    const std::vector<std::int32_t> train = row_set(split, fold).train;
    const std::vector<double> prediction = training_predictions(study, train);
    for (int depth = 1; depth <= deepest; ++depth) {
      double sse = 0;
      for (std::size_t i = 0; i < train.size(); ++i) {
        const double error = prediction[static_cast<std::size_t>(depth - 1) * train.size() + i] -
                             study.data.y[static_cast<std::size_t>(train[i])];
        sse += error * error;
      }
      std::printf("%d %d %.17g\n", fold, depth, sse);
    }
  }
  return 0;
}
