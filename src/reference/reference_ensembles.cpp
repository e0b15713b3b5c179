// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "reference/reference_ensembles.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "kilofold/core/exp_log.hpp"
#include "kilofold/core/reduction.hpp"
#include "kilofold/core/row_weights.hpp"

namespace kilofold {
namespace {

using Real = long double;
using Rows = std::vector<std::int32_t>;

MemberRandom member_of(const ReferenceSample& sample, std::uint32_t member) {
  MemberRandom random = sample.random;
  random.member = member;
  return random;
}

/// A member of an AdaBoost ensemble.
struct Member {
  ReferenceTree tree;
  Real weight;
};

/// As many training rows as there are, the first whose cumulative weight exceeds a random share of the total.
Rows draw_by_weight(const ReferenceSample& sample, const std::vector<Real>& weight, const MemberRandom& random) {
  Real total = 0;
  for (const Real w : weight) total += w;
  Rows drawn;
  for (std::uint32_t i = 0; i < weight.size(); ++i) {
    const Real wanted = uniform(random.bits(Draw::bootstrap, i)) * total;
    std::size_t row = 0;
    for (Real reached = weight[0]; reached <= wanted && row + 1 < weight.size(); reached += weight[row]) ++row;
    drawn.push_back(sample.train[row]);
  }
  return drawn;
}

/// Each training row's error as a share of the largest, by the loss, in the precision of the given exp(-x).
template <class Number>
std::vector<Number> losses(const ReferenceSample& sample, const ReferenceTree& tree, ReferenceLoss loss,
                           Number (*exp_of_minus)(Number)) {
  std::vector<Number> error;
  for (const std::int32_t i : sample.train)
    error.push_back(std::fabs(tree.rounded_mean(i) - sample.y[static_cast<std::size_t>(i)]));
  const Number largest = *std::ranges::max_element(error);
  for (Number& e : error) {
    if (largest > 0) e /= largest;
    if (loss == ReferenceLoss::square) e *= e;
    if (loss == ReferenceLoss::exponential) e = 1 - exp_of_minus(e);
  }
  return error;
}

/// Each table row's weight as parts of the training rows' sum, none below one.
std::vector<std::int64_t> parts(const ReferenceSample& sample, const std::vector<double>& weight) {
  const auto n = static_cast<std::int64_t>(weight.size());
  const double total = canonical_sum(weight.data(), n);
  const auto shared = static_cast<double>(weight_parts - std::min(n, weight_parts / 2));
  std::vector<std::int64_t> whole(sample.y.size(), 0);
  for (std::size_t i = 0; i < weight.size(); ++i)
    whole[static_cast<std::size_t>(sample.train[i])] = std::max(1LL, std::llrint(weight[i] * (shared / total)));
  return whole;
}

/// The smallest prediction at which the members' cumulative weight reaches half the total; the earlier member first.
double weighted_median(const std::vector<Member>& members, std::int32_t row) {
  std::vector<std::size_t> order(members.size());
  Real total = 0;
  for (std::size_t t = 0; t < members.size(); ++t) {
    order[t] = t;
    total += members[t].weight;
  }
  std::ranges::stable_sort(order, {}, [&](std::size_t t) { return members[t].tree.rounded_mean(row); });
  Real reached = 0;
  for (const std::size_t t : order) {
    reached += members[t].weight;
    if (reached >= total / 2) return static_cast<double>(members[t].tree.mean(row));
  }
  return static_cast<double>(members[order.back()].tree.mean(row));
}

std::vector<double> weighted_medians(const ReferenceSample& sample, const std::vector<Member>& members) {
  std::vector<double> prediction;
  for (const std::int32_t row : sample.held_out) prediction.push_back(weighted_median(members, row));
  return prediction;
}

}  // namespace

std::vector<double> reference_forest(const ReferenceSample& sample, std::uint32_t n_estimators,
                                     const ReferenceTreeLimits& limits) {
  const auto n = static_cast<std::uint32_t>(sample.train.size());
  std::vector<Real> sum(sample.held_out.size(), 0.0L);
  for (std::uint32_t member = 0; member < n_estimators; ++member) {
    const MemberRandom random = member_of(sample, member);
    Rows drawn;
    for (std::uint32_t i = 0; i < n; ++i) drawn.push_back(sample.train[bounded(random.bits(Draw::bootstrap, i), n)]);
    const ReferenceTree tree(sample.X, sample.y, std::move(drawn), limits, {random.bits(Draw::tree, 0)});
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += tree.mean(sample.held_out[i]);
  }
  std::vector<double> prediction;
  for (const Real s : sum) prediction.push_back(static_cast<double>(s / n_estimators));
  return prediction;
}

std::vector<double> reference_adaboost(const ReferenceSample& sample, std::uint32_t n_estimators, double learning_rate,
                                       ReferenceLoss loss, const ReferenceTreeLimits& limits) {
  constexpr Real least_weight = 0x1p-52L;
  std::vector<Member> members;
  std::vector<Real> weight(sample.train.size(), 1 / static_cast<Real>(sample.train.size()));
  while (members.size() < n_estimators) {
    const MemberRandom random = member_of(sample, static_cast<std::uint32_t>(members.size()));
    for (Real& w : weight) w = std::max(w, least_weight);
    ReferenceTree tree(sample.X, sample.y, draw_by_weight(sample, weight, random), limits);
    const std::vector<Real> share = losses<Real>(sample, tree, loss, [](Real x) { return std::exp(-x); });
    Real mean = 0;
    for (std::size_t i = 0; i < share.size(); ++i) mean += weight[i] * share[i];
    if (mean >= 0.5L && !members.empty()) break;
    const bool ends = mean <= 0 || mean >= 0.5L;
    const Real minus_log_beta = ends ? 0 : std::log((1 - mean) / mean);
    members.push_back({std::move(tree), ends ? (mean <= 0 ? 1 : 0) : learning_rate * minus_log_beta});
    if (ends) break;
    Real total = 0;
    for (std::size_t i = 0; i < share.size(); ++i) {
      weight[i] *= std::exp(-(1 - share[i]) * learning_rate * minus_log_beta);
      total += weight[i];
    }
    if (!(total > 0)) break;
    for (Real& w : weight) w /= total;
  }
  return weighted_medians(sample, members);
}

std::vector<double> reference_weighted_adaboost(const ReferenceSample& sample, std::uint32_t n_estimators,
                                                double learning_rate, ReferenceLoss loss,
                                                const ReferenceTreeLimits& limits) {
  constexpr double least_weight = 0x1p-52;
  const auto n = static_cast<std::int64_t>(sample.train.size());
  std::vector<Member> members;
  std::vector<double> weight(sample.train.size(), 1.0 / static_cast<double>(n));
  while (members.size() < n_estimators) {
    for (double& w : weight) w = std::max(w, least_weight);
    ReferenceTree tree(sample.X, sample.y, {sample.train.begin(), sample.train.end()}, parts(sample, weight), limits);
    const std::vector<double> share = losses<double>(sample, tree, loss, exp_minus);
    const double mean = canonical_dot(weight.data(), share.data(), n);
    if (mean >= 0.5 && !members.empty()) break;
    const bool ends = mean <= 0 || mean >= 0.5;
    const double minus_log_beta = ends ? 0 : natural_log((1 - mean) / mean);
    members.push_back({std::move(tree), ends ? (mean <= 0 ? 1 : 0) : learning_rate * minus_log_beta});
    if (ends) break;
    for (std::size_t i = 0; i < share.size(); ++i)
      weight[i] *= exp_minus((1 - share[i]) * learning_rate * minus_log_beta);
    const double total = canonical_sum(weight.data(), n);
    if (!(total > 0)) break;
    for (double& w : weight) w /= total;
  }
  return weighted_medians(sample, members);
}

std::vector<double> reference_gradient_boosting(const ReferenceSample& sample, std::uint32_t n_estimators,
                                                double learning_rate, ReferenceStart start,
                                                const ReferenceTreeLimits& limits) {
  std::vector<double> target;
  for (const std::int32_t i : sample.train) target.push_back(sample.y[static_cast<std::size_t>(i)]);
  const auto n = static_cast<std::int64_t>(target.size());
  const double first = start == ReferenceStart::mean ? canonical_sum(target.data(), n) / static_cast<double>(n) : 0;
  std::vector<double> fitted(sample.y.size(), first), residual(sample.y.size(), 0.0);
  std::vector<Real> sum(sample.held_out.size(), first);
  for (std::uint32_t member = 0; member < n_estimators; ++member) {
    for (const std::int32_t i : sample.train)
      residual[static_cast<std::size_t>(i)] =
          sample.y[static_cast<std::size_t>(i)] - fitted[static_cast<std::size_t>(i)];
    const ReferenceTree tree(sample.X, residual, {sample.train.begin(), sample.train.end()}, limits);
    for (const std::int32_t i : sample.train) {
      double& F = fitted[static_cast<std::size_t>(i)];
      F = std::fma(learning_rate, tree.rounded_mean(i), F);
    }
    for (std::size_t i = 0; i < sum.size(); ++i)
      sum[i] += static_cast<Real>(learning_rate) * tree.rounded_mean(sample.held_out[i]);
  }
  return {sum.begin(), sum.end()};
}

}  // namespace kilofold
