// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "cpu/contract.hpp"
#include "cpu/ops.hpp"
#include "cpu/tree_items.hpp"
#include "kilofold/core/cells.hpp"
#include "kilofold/core/exp_log.hpp"
#include "kilofold/core/reduction.hpp"

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

  MemberRandom random(std::uint32_t member) const {
    return {args.random.model_seed[item], args.random.fold_seed[item], args.random.fold[item], member};
  }
};

FitStatus boost_squared(Chain& chain) {
  const BoostArgs& a = chain.args;
  const auto n = static_cast<std::size_t>(chain.rows.n_train);
  const double* const target = training_target(*a.table, chain.rows);
  const double mean = canonical_sum(target, chain.rows.n_train) / chain.rows.n_train;
  const double start = value(a.start, chain.item) == 0 ? mean : 0.0;
  a.base.data[chain.item * a.base.stride] = start;
  std::vector<double> sum(n, start), residual(n), prediction(n);
  for (std::uint32_t member = 0; member < chain.n_estimators; ++member) {
    bool finite = true;
    for (std::size_t i = 0; i < n; ++i) {
      residual[i] = target[i] - sum[i];
      finite = finite && std::isfinite(residual[i]);
    }
    if (!finite) return FitStatus::not_finite;
    chain.grower.grow({residual.data(), nullptr}, chain.limits, {0});
    chain.grower.predict_training(prediction.data());
    for (std::size_t i = 0; i < n; ++i) sum[i] = std::fma(chain.learning_rate, prediction[i], sum[i]);
    chain.weight[member] = chain.learning_rate;
  }
  return FitStatus::ok;
}

/// n draws by weight: draw i takes the first row whose cumulative weight passes a uniform number.
void draw_by_weight(const std::vector<double>& weight, const MemberRandom& random, std::vector<double>& cumulative,
                    std::vector<std::int32_t>& copies) {
  double sum = 0;
  for (std::size_t i = 0; i < weight.size(); ++i) cumulative[i] = sum += weight[i];
  std::fill(copies.begin(), copies.end(), 0);
  for (std::size_t i = 0; i < weight.size(); ++i) {
    const double u = uniform(random.bits(Draw::bootstrap, static_cast<std::uint32_t>(i))) * sum;
    const auto row = std::min<std::ptrdiff_t>(std::ranges::upper_bound(cumulative, u) - cumulative.begin(),
                                              static_cast<std::ptrdiff_t>(weight.size()) - 1);
    ++copies[static_cast<std::size_t>(row)];
  }
}

/// Errors as shares of the largest error of a row with weight, through the loss.
void to_losses(std::vector<double>& error, const std::vector<double>& weight, int loss) {
  double largest = 0;
  for (std::size_t i = 0; i < error.size(); ++i)
    if (weight[i] > 0) largest = std::max(largest, error[i]);
  for (double& e : error) {
    if (largest > 0) e /= largest;
    if (loss == 1) e *= e;
    if (loss == 2) e = 1.0 - exp_minus(e);
  }
}

FitStatus boost_adaboost(Chain& chain) {
  const BoostArgs& a = chain.args;
  const auto n = static_cast<std::size_t>(chain.rows.n_train);
  const auto n_rows = static_cast<std::int64_t>(n);
  const double* const target = training_target(*a.table, chain.rows);
  const auto loss = static_cast<int>(value(a.loss, chain.item));
  a.base.data[chain.item * a.base.stride] = 0;
  std::vector<double> weight(n, 1.0 / static_cast<double>(n)), cumulative(n), error(n);
  std::vector<std::int32_t> copies(n);
  for (std::uint32_t member = 0; member < chain.n_estimators; ++member) {
    for (double& w : weight) w = std::max(w, std::numeric_limits<double>::epsilon());  // as scikit-learn: none dies out
    draw_by_weight(weight, chain.random(member), cumulative, copies);
    chain.grower.grow({target, copies.data()}, chain.limits, {0});
    chain.grower.predict_training(error.data());
    for (std::size_t i = 0; i < n; ++i) error[i] = std::fabs(error[i] - target[i]);
    to_losses(error, weight, loss);
    const double mean_loss = canonical_dot(weight.data(), error.data(), n_rows);
    if (!std::isfinite(mean_loss)) return FitStatus::not_finite;
    if (mean_loss <= 0) {
      chain.weight[member] = 1;
      return FitStatus::ok;
    }
    if (mean_loss >= 0.5) {
      chain.weight[member] = 0;
      if (member > 0) chain.grower.drop();
      return FitStatus::ok;
    }
    const double minus_log_beta = natural_log((1.0 - mean_loss) / mean_loss);
    chain.weight[member] = chain.learning_rate * minus_log_beta;
    for (std::size_t i = 0; i < n; ++i) weight[i] *= exp_minus((1.0 - error[i]) * chain.learning_rate * minus_log_beta);
    const double total = canonical_sum(weight.data(), n_rows);
    if (!(total > 0)) return FitStatus::ok;
    for (double& w : weight) w /= total;
  }
  return FitStatus::ok;
}

void boost_item(const BoostArgs& a, const LimitParameters& parameters, const std::int32_t* order, std::int64_t item) {
  constexpr double every_feature = std::numeric_limits<double>::infinity();
  const RowSetView& rows = a.rows[item];
  Chain chain{a,
              rows,
              parameters.of_item(item, every_feature),
              static_cast<std::uint32_t>(value(a.n_estimators, item)),
              value(a.learning_rate, item),
              a.weight.data + item * a.weight.stride,
              MemberGrower(*a.table, order, rows, a.tree, item),
              item};
  const FitStatus status = a.method == Boosting::squared ? boost_squared(chain) : boost_adaboost(chain);
  chain.grower.finish();
  a.n_grown.data[item * a.n_grown.stride] = chain.grower.n_members();
  a.status[item] = static_cast<std::int32_t>(status);
}

}  // namespace

int boost(const BoostArgs* args) {
  return guarded("boost", [&] {
    const LimitParameters limits{args->max_depth, args->min_samples_split, args->min_samples_leaf};
    check_trees(args->table, args->n_items, args->rows, args->n_estimators, limits, args->tree);
    for (std::int64_t i = 0; i < args->n_items; ++i)
      require(value(args->learning_rate, i) > 0, "learning_rate must be positive");
    const std::int32_t* const order = rows_in_order(*args->table);
    for (std::int64_t i = 0; i < args->n_items; ++i) boost_item(*args, limits, order, i);
  });
}

}  // namespace kilofold::cpu
