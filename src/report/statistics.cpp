// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "statistics.hpp"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <limits>
#include <numeric>

#include "kilofold/core/error.hpp"

namespace kilofold::report {
namespace {

using StudentsT = boost::math::students_t;

double mean_of(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

/// With n - 1; NaN of one value.
double variance(std::span<const double> values) {
  const double mean = mean_of(values);
  double squares = 0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  return squares / (static_cast<double>(values.size()) - 1);
}

/// P(T > t), also at infinite t.
double upper_tail(const StudentsT& distribution, double t) {
  if (std::isinf(t)) return t > 0 ? 0 : 1;
  return boost::math::cdf(boost::math::complement(distribution, t));
}

/// Numbers 0 .. n - 1 in ascending order of the values, NaN last.
std::vector<std::size_t> ascending(std::span<const double> values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    if (std::isnan(values[a]) || std::isnan(values[b])) return !std::isnan(values[a]) && std::isnan(values[b]);
    return values[a] < values[b];
  });
  return order;
}

/// Quantile of sorted values by linear interpolation, as numpy's default.
double quantile(std::span<const double> sorted, double q) {
  const double at = q * static_cast<double>(sorted.size() - 1);
  const auto low = static_cast<std::size_t>(at);
  const std::size_t high = std::min(low + 1, sorted.size() - 1);
  return sorted[low] + (at - static_cast<double>(low)) * (sorted[high] - sorted[low]);
}

/// Losses of every configuration summed over the samples of each group, and how many those are.
struct GroupedLosses {
  std::size_t n_groups = 0;
  std::vector<double> sum;  ///< (groups, configurations)
  std::vector<double> rows;

  GroupedLosses(std::span<const double> loss, std::size_t configurations, std::span<const std::int32_t> group)
      : n_groups(static_cast<std::size_t>(*std::ranges::max_element(group)) + 1),
        sum(n_groups * configurations, 0.0),
        rows(n_groups, 0.0) {
    for (std::size_t i = 0; i < group.size(); ++i) {
      const auto g = static_cast<std::size_t>(group[i]);
      ++rows[g];
      for (std::size_t c = 0; c < configurations; ++c) sum[g * configurations + c] += loss[i * configurations + c];
    }
  }
};

/// The configuration with the least loss, counting every group `times`.
std::size_t best_configuration(const GroupedLosses& losses, const std::vector<double>& times) {
  const std::size_t configurations = losses.sum.size() / losses.n_groups;
  std::vector<double> total(configurations, 0.0);
  for (std::size_t g = 0; g < losses.n_groups; ++g) {
    if (times[g] == 0) continue;
    const double* row = losses.sum.data() + g * configurations;
    for (std::size_t c = 0; c < configurations; ++c) total[c] += times[g] * row[c];
  }
  return static_cast<std::size_t>(std::ranges::min_element(total) - total.begin());
}

}  // namespace

CorrectedT corrected_t(std::span<const double> d, double rho) {
  KILOFOLD_EXPECT(d.size() >= 2 && rho > 0);
  const auto n = static_cast<double>(d.size());
  CorrectedT test;
  test.mean = mean_of(d);
  test.scale = std::sqrt((1 / n + rho) * variance(d));
  test.degrees = std::ssize(d) - 1;
  if (test.scale > 0) {
    test.t = test.mean / test.scale;
  } else {
    test.t = test.mean == 0 ? 0 : std::copysign(std::numeric_limits<double>::infinity(), test.mean);
  }
  test.p = std::min(1.0, 2 * upper_tail(StudentsT(n - 1), std::fabs(test.t)));
  return test;
}

double test_per_train(std::span<const std::int32_t> fold, std::int32_t n_folds) {
  double sum = 0;
  for (std::int32_t f = 0; f < n_folds; ++f) {
    const auto n_test = static_cast<double>(std::ranges::count(fold, f));
    sum += n_test / (static_cast<double>(fold.size()) - n_test);
  }
  return sum / n_folds;
}

Posterior correlated_t(const CorrectedT& test, double rope) {
  if (test.scale == 0)
    return {test.mean < -rope ? 1.0 : 0.0, std::fabs(test.mean) <= rope ? 1.0 : 0.0, test.mean > rope ? 1.0 : 0.0};
  const StudentsT distribution(static_cast<double>(test.degrees));
  Posterior posterior;
  posterior.below = upper_tail(distribution, (rope + test.mean) / test.scale);
  posterior.above = upper_tail(distribution, (rope - test.mean) / test.scale);
  posterior.within = std::max(0.0, 1 - posterior.below - posterior.above);
  return posterior;
}

std::vector<double> holm(std::span<const double> p) {
  std::vector<double> adjusted(p.size());
  double largest = 0;
  const std::vector<std::size_t> order = ascending(p);
  for (std::size_t i = 0; i < order.size(); ++i) {
    largest = std::max(largest, std::min(1.0, static_cast<double>(p.size() - i) * p[order[i]]));
    adjusted[order[i]] = largest;
  }
  return adjusted;
}

std::vector<double> ranks(std::span<const double> values) {
  const std::vector<std::size_t> order = ascending(values);
  std::vector<double> rank(values.size());
  for (std::size_t first = 0; first < order.size();) {
    std::size_t end = first + 1;
    while (end < order.size() && values[order[end]] == values[order[first]]) ++end;
    for (std::size_t i = first; i < end; ++i) rank[order[i]] = 0.5 * static_cast<double>(first + end + 1);
    first = end;
  }
  return rank;
}

std::int64_t settled_after(std::span<const double> value, std::size_t columns) {
  const std::size_t rows = value.size() / columns;
  KILOFOLD_EXPECT(rows >= 1);
  std::vector<double> sum(columns, 0.0);
  std::vector<std::vector<std::size_t>> order;
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t c = 0; c < columns; ++c) sum[c] += value[row * columns + c];
    order.push_back(ascending(sum));
  }
  std::size_t settled = rows;
  while (settled > 1 && order[settled - 2] == order.back()) --settled;
  return static_cast<std::int64_t>(settled);
}

BestOfMany best_of_many(std::span<const double> loss, std::size_t configurations, std::span<const std::int32_t> group,
                        std::span<const std::int32_t> draw) {
  KILOFOLD_EXPECT(!group.empty() && loss.size() == group.size() * configurations);
  const GroupedLosses losses(loss, configurations, group);
  const std::size_t n_groups = losses.n_groups;
  KILOFOLD_EXPECT(draw.size() % n_groups == 0);
  const std::size_t best_on_all = best_configuration(losses, std::vector<double>(n_groups, 1.0));
  std::vector<double> flattered, errors;
  for (std::size_t first = 0; first < draw.size(); first += n_groups) {
    std::vector<double> times(n_groups, 0.0);
    for (std::size_t i = 0; i < n_groups; ++i) ++times[static_cast<std::size_t>(draw[first + i])];
    const std::size_t chosen = best_configuration(losses, times);
    double sum = 0, reference = 0, rows = 0;
    for (std::size_t g = 0; g < n_groups; ++g) {
      if (times[g] > 0) continue;
      sum += losses.sum[g * configurations + chosen];
      reference += losses.sum[g * configurations + best_on_all];
      rows += losses.rows[g];
    }
    if (rows == 0) continue;
    flattered.push_back((sum - reference) / rows);
    errors.push_back(std::sqrt(sum / rows));
  }
  KILOFOLD_EXPECT(!errors.empty());
  std::ranges::sort(errors);
  return {mean_of(flattered), std::sqrt(variance(flattered) / static_cast<double>(flattered.size())),
          quantile(errors, 0.025), quantile(errors, 0.975)};
}

Gap grouped_gap(std::span<const double> first, std::span<const double> second, std::span<const std::int32_t> group,
                std::span<const std::int32_t> draw) {
  struct Sums {
    double first = 0, second = 0, rows = 0;
    void add(double a, double b, double n) {
      first += a;
      second += b;
      rows += n;
    }
    double gap() const { return std::sqrt(second / rows) - std::sqrt(first / rows); }
  };
  KILOFOLD_EXPECT(!first.empty() && first.size() == second.size() && first.size() == group.size());
  const std::size_t n_groups = static_cast<std::size_t>(*std::ranges::max_element(group)) + 1;
  KILOFOLD_EXPECT(!draw.empty() && draw.size() % n_groups == 0);
  std::vector<Sums> of_group(n_groups);
  Sums all;
  for (std::size_t i = 0; i < group.size(); ++i) {
    of_group[static_cast<std::size_t>(group[i])].add(first[i], second[i], 1);
    all.add(first[i], second[i], 1);
  }
  std::vector<double> gaps;
  for (std::size_t begin = 0; begin < draw.size(); begin += n_groups) {
    Sums drawn;
    for (std::size_t g = begin; g < begin + n_groups; ++g) {
      const Sums& one = of_group[static_cast<std::size_t>(draw[g])];
      drawn.add(one.first, one.second, one.rows);
    }
    if (drawn.rows > 0) gaps.push_back(drawn.gap());
  }
  KILOFOLD_EXPECT(!gaps.empty());
  std::ranges::sort(gaps);
  return {std::sqrt(all.first / all.rows), std::sqrt(all.second / all.rows), all.gap(), quantile(gaps, 0.025),
          quantile(gaps, 0.975)};
}

}  // namespace kilofold::report
