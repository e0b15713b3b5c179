// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "reference/reference_tree.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace kilofold {

ReferenceTree::ReferenceTree(MatrixView<const double> X, std::span<const double> y, std::vector<std::int32_t> sample,
                             const ReferenceTreeLimits& limits, NodeRandom random)
    : ReferenceTree(X, y, std::move(sample), std::vector<std::int64_t>(y.size(), 1), limits, random) {}

ReferenceTree::ReferenceTree(MatrixView<const double> X, std::span<const double> y, std::vector<std::int32_t> sample,
                             std::vector<std::int64_t> weight, const ReferenceTreeLimits& limits, NodeRandom random)
    : X_(X), y_(y), limits_(limits), weight_(std::move(weight)) {
  measure(y, sample);
  nodes_.push_back({std::move(sample), 0, random});
  for (std::size_t k = 0; k < nodes_.size(); ++k) visit(k);
  stop_where_little_is_gained();
  if (std::isfinite(limits.max_leaf_nodes)) keep_best();
  if (limits.ccp_alpha > 0) cut_weak(0);
}

/// The target about the midrange, in whole multiples of 2^(e + b - 62), where every distance from the midrange is below
/// 2^e and the rows weigh at most 2^b. Rows outside the sample stay zero.
void ReferenceTree::measure(std::span<const double> y, const Rows& sample) {
  multiple_.assign(y.size(), 0);
  std::vector<double> values;
  for (const std::int32_t i : sample) values.push_back(y[static_cast<std::size_t>(i)]);
  const auto [lowest, highest] = std::minmax_element(values.begin(), values.end());
  midrange_ = *lowest;
  if (*lowest == *highest) return;
  midrange_ = *lowest / 2 + *highest / 2;
  int e = 0;
  std::frexp(std::max(*highest - midrange_, midrange_ - *lowest), &e);
  const int b = static_cast<int>(std::ceil(std::log2(static_cast<double>(weight_of(sample)))));
  step_ = std::ldexp(1.0, b + e - 62);
  for (const std::int32_t i : sample) {
    const double distance = y[static_cast<std::size_t>(i)] - midrange_;
    multiple_[static_cast<std::size_t>(i)] = std::llrint(std::ldexp(static_cast<long double>(distance), 62 - b - e));
  }
}

void ReferenceTree::visit(std::size_t k) {
  const Rows rows = nodes_[k].rows;
  const auto n = static_cast<std::int64_t>(rows.size());
  const auto weight = static_cast<double>(weight_of(rows));
  long double total = 0;
  for (const std::int32_t i : rows)
    total += static_cast<long double>(weight_[static_cast<std::size_t>(i)]) * y_[static_cast<std::size_t>(i)];
  nodes_[k].mean = total / weight;
  nodes_[k].rounded_mean = midrange_ + static_cast<double>(sum(rows)) / weight * step_;
  const auto multiple = [this](std::int32_t i) { return multiple_[static_cast<std::size_t>(i)]; };
  const bool is_constant =
      std::all_of(rows.begin(), rows.end(), [&](std::int32_t i) { return multiple(i) == multiple(rows.front()); });
  if (nodes_[k].depth >= limits_.max_depth || n < limits_.min_samples_split || is_constant) return;
  const Split split = best_split(nodes_[k]);
  if (split.feature < 0) return;
  Rows left, right;
  for (const std::int32_t i : rows) (X_(i, split.feature) <= split.threshold ? left : right).push_back(i);
  nodes_[k].split = split;
  nodes_[k].is_leaf = false;
  nodes_[k].left = nodes_.size();
  nodes_[k].decrease = split.gain / weight * step_ / static_cast<double>(weight_of(nodes_[0].rows)) * step_;
  const NodeRandom random = nodes_[k].random;
  const double depth = nodes_[k].depth + 1;
  nodes_.push_back({std::move(left), depth, random.child(0)});
  nodes_.push_back({std::move(right), depth, random.child(1)});
}

ReferenceTree::Wide ReferenceTree::sum(const Rows& rows) const {
  Wide total = 0;
  for (const std::int32_t i : rows)
    total += Wide{weight_[static_cast<std::size_t>(i)]} * multiple_[static_cast<std::size_t>(i)];
  return total;
}

std::int64_t ReferenceTree::weight_of(const Rows& rows) const {
  std::int64_t total = 0;
  for (const std::int32_t i : rows) total += weight_[static_cast<std::size_t>(i)];
  return total;
}

/// The features a node looks at: drawn without replacement until max_features are drawn and one of them varies.
std::vector<std::int64_t> ReferenceTree::features_of(const Node& node) const {
  std::vector<std::int64_t> rest(static_cast<std::size_t>(X_.cols)), drawn;
  std::iota(rest.begin(), rest.end(), std::int64_t{0});
  if (limits_.max_features >= static_cast<double>(X_.cols)) return rest;
  bool varies = false;
  for (std::uint32_t j = 0; j < X_.cols && (j < limits_.max_features || !varies); ++j) {
    const auto left = static_cast<std::uint32_t>(X_.cols) - j;
    std::swap(rest[j], rest[j + bounded(node.random.bits(Draw::feature, j), left)]);
    drawn.push_back(rest[j]);
    varies = varies || std::ranges::any_of(node.rows, [&](std::int32_t i) {
               return X_(i, drawn.back()) != X_(node.rows.front(), drawn.back());
             });
  }
  std::ranges::sort(drawn);
  return drawn;
}

/// With S_L the left sum, of weight w_L, and S that of all, of weight w, the squared error falls by
/// (w S_L - w_L S)^2 / (w w_L w_R).
ReferenceTree::Split ReferenceTree::best_split(const Node& node) const {
  const auto n = static_cast<std::int64_t>(node.rows.size());
  const Wide whole = sum(node.rows);
  const std::int64_t weight = weight_of(node.rows);
  Split best;
  for (const std::int64_t f : features_of(node)) {
    Rows sorted = node.rows;
    std::ranges::sort(sorted, {}, [&](std::int32_t i) { return X_(i, f); });
    Wide left = 0;
    std::int64_t weight_left = 0;
    for (std::int64_t n_left = 1; n_left < n; ++n_left) {
      const std::int32_t last = sorted[static_cast<std::size_t>(n_left - 1)];
      const double below = X_(last, f), above = X_(sorted[static_cast<std::size_t>(n_left)], f);
      left += Wide{weight_[static_cast<std::size_t>(last)]} * multiple_[static_cast<std::size_t>(last)];
      weight_left += weight_[static_cast<std::size_t>(last)];
      if (below == above || n_left < limits_.min_samples_leaf || n - n_left < limits_.min_samples_leaf) continue;
      const auto difference = static_cast<double>(weight * left - weight_left * whole);
      const double gain =
          difference * difference / (static_cast<double>(weight_left) * static_cast<double>(weight - weight_left));
      if (!(gain > best.gain)) continue;
      const double middle = below / 2 + above / 2;
      best = {gain, f, middle >= below && middle < above ? middle : below};
    }
  }
  return best;
}

void ReferenceTree::stop_where_little_is_gained() {
  for (Node& node : nodes_) node.is_leaf = node.is_leaf || node.decrease < limits_.min_impurity_decrease;
}

/// Split the open node of largest gain, the first of equal ones, until there are enough leaves.
void ReferenceTree::keep_best() {
  std::vector<std::size_t> open = {0};
  double n_leaves = 1;
  const auto is_open = [this](std::size_t k) { return !nodes_[k].is_leaf; };
  while (n_leaves < limits_.max_leaf_nodes && std::ranges::any_of(open, is_open)) {
    std::size_t best = nodes_.size();
    for (const std::size_t k : open)
      if (is_open(k) && (best == nodes_.size() || nodes_[k].decrease > nodes_[best].decrease ||
                         (nodes_[k].decrease == nodes_[best].decrease && k < best)))
        best = k;
    std::erase(open, best);
    open.push_back(nodes_[best].left);
    open.push_back(nodes_[best].left + 1);
    ++n_leaves;
  }
  for (const std::size_t k : open) nodes_[k].is_leaf = true;
}

/// Cut what gains no more than ccp_alpha for each leaf it adds, children before parents; returns what is left.
ReferenceTree::Branch ReferenceTree::cut_weak(std::size_t k) {
  if (nodes_[k].is_leaf) return {0, 1};
  const Branch left = cut_weak(nodes_[k].left), right = cut_weak(nodes_[k].left + 1);
  const Branch whole = {nodes_[k].decrease + (left.decrease + right.decrease), left.leaves + right.leaves};
  if (whole.decrease > limits_.ccp_alpha * (whole.leaves - 1)) return whole;
  nodes_[k].is_leaf = true;
  return {0, 1};
}

const ReferenceTree::Node& ReferenceTree::leaf_of(std::int32_t row) const {
  std::size_t k = 0;
  while (!nodes_[k].is_leaf)
    k = nodes_[k].left + (X_(row, nodes_[k].split.feature) <= nodes_[k].split.threshold ? 0 : 1);
  return nodes_[k];
}

std::vector<double> reference_tree(MatrixView<const double> X, std::span<const double> y,
                                   std::span<const std::int32_t> train, std::span<const std::int32_t> held_out,
                                   const ReferenceTreeLimits& limits) {
  const ReferenceTree tree(X, y, {train.begin(), train.end()}, limits);
  std::vector<double> prediction;
  for (const std::int32_t i : held_out) prediction.push_back(static_cast<double>(tree.mean(i)));
  return prediction;
}

}  // namespace kilofold
