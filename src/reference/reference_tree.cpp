// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "reference/reference.hpp"

#include <algorithm>
#include <cmath>

namespace kilofold {
namespace {

using Rows = std::vector<std::int32_t>;

__extension__ using Wide = __int128;

/// The training target as grow_trees defines it: about the midrange, in whole multiples of 2^(e + b - 62), where every
/// distance from the midrange is below 2^e and n <= 2^b. Rows that do not train stay zero.
std::vector<std::int64_t> whole_multiples(std::span<const double> y, std::span<const std::int32_t> train) {
  std::vector<double> values;
  for (const std::int32_t i : train) values.push_back(y[static_cast<std::size_t>(i)]);
  const auto [lowest, highest] = std::minmax_element(values.begin(), values.end());
  std::vector<std::int64_t> multiples(y.size(), 0);
  if (*lowest == *highest) return multiples;
  const double midrange = *lowest / 2 + *highest / 2;
  int e = 0;
  std::frexp(std::max(*highest - midrange, midrange - *lowest), &e);
  const int b = static_cast<int>(std::ceil(std::log2(static_cast<double>(train.size()))));
  for (const std::int32_t i : train) {
    const double distance = y[static_cast<std::size_t>(i)] - midrange;
    multiples[static_cast<std::size_t>(i)] = std::llrint(std::ldexp(static_cast<long double>(distance), 62 - b - e));
  }
  return multiples;
}

struct Threshold {
  long double decrease = -1;  ///< below 0: not admissible
  std::int64_t feature = -1;
  double value = 0;
};

/// Recursive CART that sends the held-out rows down as it grows, so no tree is ever stored.
class Cart {
 public:
  Cart(MatrixView<const double> X, std::span<const double> y, std::span<const std::int32_t> train,
       const ReferenceTreeLimits& limits)
      : X_(X), y_(y), q_(whole_multiples(y, train)), limits_(limits), prediction_(static_cast<std::size_t>(X.rows)) {}

  void grow(const Rows& train, const Rows& held_out, double depth) {
    const auto n = static_cast<std::int64_t>(train.size());
    const bool may_split = depth < limits_.max_depth && n >= limits_.min_samples_split && !is_constant(train);
    const Threshold best = may_split ? best_threshold(train) : Threshold{};
    if (best.feature < 0) {
      long double sum = 0;
      for (const std::int32_t i : train) sum += static_cast<long double>(y_[static_cast<std::size_t>(i)]);
      const auto mean = static_cast<double>(sum / static_cast<long double>(n));
      for (const std::int32_t i : held_out) prediction_[static_cast<std::size_t>(i)] = mean;
      return;
    }
    grow(side(train, best, Side::left), side(held_out, best, Side::left), depth + 1);
    grow(side(train, best, Side::right), side(held_out, best, Side::right), depth + 1);
  }

  double prediction(std::int32_t row) const { return prediction_[static_cast<std::size_t>(row)]; }

 private:
  enum class Side { left, right };

  Rows side(const Rows& rows, const Threshold& at, Side wanted) const {
    Rows out;
    for (const std::int32_t i : rows) {
      if ((X_(i, at.feature) <= at.value) == (wanted == Side::left)) out.push_back(i);
    }
    return out;
  }

  bool is_constant(const Rows& rows) const {
    return std::all_of(rows.begin(), rows.end(), [&](std::int32_t i) {
      return q_[static_cast<std::size_t>(i)] == q_[static_cast<std::size_t>(rows.front())];
    });
  }

  Wide sum(const Rows& rows) const {
    Wide total = 0;
    for (const std::int32_t i : rows) total += q_[static_cast<std::size_t>(i)];
    return total;
  }

  Threshold best_threshold(const Rows& rows) const {
    Threshold best;
    for (std::int64_t f = 0; f < X_.cols; ++f) {
      std::vector<double> values;
      for (const std::int32_t i : rows) values.push_back(X_(i, f));
      std::sort(values.begin(), values.end());
      values.erase(std::unique(values.begin(), values.end()), values.end());
      for (std::size_t v = 0; v + 1 < values.size(); ++v) {
        Threshold candidate{0, f, values[v] / 2 + values[v + 1] / 2};
        if (candidate.value < values[v] || candidate.value >= values[v + 1]) candidate.value = values[v];
        candidate.decrease = decrease(rows, candidate);
        if (candidate.decrease > best.decrease) best = candidate;
      }
    }
    return best;
  }

  /// How much the squared error falls: n_L n_R / n times the squared distance of the means. Negative where a side is
  /// too small.
  long double decrease(const Rows& rows, const Threshold& at) const {
    const Rows left = side(rows, at, Side::left), right = side(rows, at, Side::right);
    const auto n_left = static_cast<std::int64_t>(left.size()), n_right = static_cast<std::int64_t>(right.size());
    if (n_left < limits_.min_samples_leaf || n_right < limits_.min_samples_leaf) return -1;
    const auto difference = static_cast<long double>(sum(left) * n_right - sum(right) * n_left);
    return difference * difference / static_cast<long double>(Wide{n_left} * n_right * (n_left + n_right));
  }

  MatrixView<const double> X_;
  std::span<const double> y_;
  std::vector<std::int64_t> q_;
  ReferenceTreeLimits limits_;
  std::vector<double> prediction_;
};

}  // namespace

std::vector<double> reference_tree(MatrixView<const double> X, std::span<const double> y,
                                   std::span<const std::int32_t> train, std::span<const std::int32_t> held_out,
                                   const ReferenceTreeLimits& limits) {
  Cart cart(X, y, train, limits);
  cart.grow(Rows(train.begin(), train.end()), Rows(held_out.begin(), held_out.end()), 0);
  std::vector<double> prediction;
  for (const std::int32_t i : held_out) prediction.push_back(cart.prediction(i));
  return prediction;
}

}  // namespace kilofold
