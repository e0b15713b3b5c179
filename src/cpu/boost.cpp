// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "cpu/chain_weights.hpp"
#include "cpu/contract.hpp"
#include "cpu/ops.hpp"
#include "cpu/scratch.hpp"
#include "cpu/tree_items.hpp"
#include "kilofold/core/cells.hpp"
#include "kilofold/core/exp_log.hpp"
#include "kilofold/core/reduction.hpp"
#include "kilofold/core/row_weights.hpp"

namespace kilofold::cpu {
namespace {

/// One item's chain, as far as both methods need it.
struct Chain {
  const BoostArgs& args;
  const RowSetView& rows;
  TreeLimits limits;
  std::uint32_t n_estimators;
  double learning_rate;
  double* weight;
  MemberGrower grower;
  std::int64_t item;
  LeafLimit leaves;

  void grow(const TreeSample& sample) {
    grower.grow(sample, limits, {0});
    if (leaves.limits()) grower.cut(leaves);
  }

  MemberRandom random(std::uint32_t member) const {
    return {args.random.model_seed[item], args.random.fold_seed[item], args.random.fold[item], member};
  }
};

/// One number a training row, zeros up to whole blocks.
std::vector<double> one_a_row(std::int32_t n, double value) {
  std::vector<double> numbers(static_cast<std::size_t>(padded(n)), 0.0);
  std::fill_n(numbers.begin(), n, value);
  return numbers;
}

FitStatus boost_squared(Chain& chain) {
  const BoostArgs& a = chain.args;
  const std::int32_t n = chain.rows.n_train;
  const double* const target = training_target(*a.table, chain.rows);
  const double start = value(a.start, chain.item) == 0 ? canonical_sum(target, n) / n : 0.0;
  a.base.data[chain.item * a.base.stride] = start;
  std::vector<double> sum = one_a_row(n, start), prediction = one_a_row(n, 0), residual = prediction;
  for (std::uint32_t member = 0; member < chain.n_estimators; ++member) {
    if (!next_residuals(target, chain.learning_rate, prediction.data(), n, sum.data(), residual.data()))
      return FitStatus::not_finite;
    chain.grow({residual.data(), nullptr});
    chain.grower.predict_training(prediction.data());
    chain.weight[member] = chain.learning_rate;
  }
  return FitStatus::ok;
}

FitStatus boost_adaboost(Chain& chain) {
  const BoostArgs& a = chain.args;
  const std::int32_t n = chain.rows.n_train;
  const double* const target = training_target(*a.table, chain.rows);
  const auto loss = static_cast<int>(value(a.loss, chain.item));
  const auto resample = static_cast<Resample>(static_cast<std::int32_t>(value(a.resample, chain.item)));
  a.base.data[chain.item * a.base.stride] = 0;
  std::vector<double> weight = one_a_row(n, 1.0 / n), losses = one_a_row(n, 0);
  std::vector<std::int32_t> copies(static_cast<std::size_t>(n));
  for (std::uint32_t member = 0; member < chain.n_estimators; ++member) {
    raise_weights(std::numeric_limits<double>::epsilon(), n, weight.data());  // as scikit-learn: none dies out
    if (resample == Resample::on) {
      draw_by_weight(weight.data(), n, chain.random(member), copies.data());
      chain.grow({target, copies.data()});
    } else {
      parts_by_weight(weight.data(), n, copies.data());
      chain.grow({target, copies.data(), Copies::weight});
    }
    chain.grower.predict_training(losses.data());
    to_losses(target, n, loss, losses.data());
    const double mean = mean_loss(weight.data(), losses.data(), n);
    if (!std::isfinite(mean)) return FitStatus::not_finite;
    if (mean <= 0) {
      chain.weight[member] = 1;
      return FitStatus::ok;
    }
    if (mean >= 0.5) {
      chain.weight[member] = 0;
      if (member > 0) chain.grower.drop();
      return FitStatus::ok;
    }
    const double minus_log_beta = natural_log((1.0 - mean) / mean);
    chain.weight[member] = chain.learning_rate * minus_log_beta;
    if (!(reweigh(losses.data(), chain.learning_rate, minus_log_beta, n, weight.data()) > 0)) return FitStatus::ok;
  }
  return FitStatus::ok;
}

void boost_item(const BoostArgs& a, const LimitParameters& parameters, const std::int32_t* order, std::int64_t item) {
  constexpr double every_feature = std::numeric_limits<double>::infinity();
  const RowSetView& rows = a.rows[item];
  const LeafLimit leaves = leaf_limit(a.leaves, item, 0);
  Chain chain{a,
              rows,
              parameters.of_item(item, 1, every_feature),
              static_cast<std::uint32_t>(value(a.n_estimators, item)),
              value(a.learning_rate, item),
              a.weight.data + item * a.weight.stride,
              MemberGrower(*a.table, order, rows, a.tree, item,
                           leaves.limits() ? MemberGrower::Gains::wanted : MemberGrower::Gains::as_batch),
              item,
              leaves};
  const FitStatus status = a.method == Boosting::squared ? boost_squared(chain) : boost_adaboost(chain);
  chain.grower.finish();
  a.n_grown.data[item * a.n_grown.stride] = chain.grower.n_members();
  a.status[item] = static_cast<std::int32_t>(status);
}

}  // namespace

int boost(const BoostArgs* args) {
  return guarded("boost", [&] {
    const LimitParameters limits{args->max_depth, args->min_samples_split, args->min_samples_leaf};
    require(args->tree.n_lanes == 1, "a chain has one lane");
    check_trees(args->table, args->n_items, args->rows, args->n_estimators, limits, args->tree);
    for (std::int64_t i = 0; i < args->n_items; ++i)
      require(value(args->learning_rate, i) > 0, "learning_rate must be positive");
    const std::int32_t* const order = rows_in_order(*args->table);
    for (std::int64_t i = 0; i < args->n_items; ++i) boost_item(*args, limits, order, i);
  });
}

}  // namespace kilofold::cpu
