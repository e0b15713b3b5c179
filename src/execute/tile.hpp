// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "execute/downloads.hpp"
#include "execute/study_data.hpp"
#include "execute/workspace.hpp"
#include "kilofold/plan.hpp"

namespace kilofold {

__extension__ typedef unsigned __int128 ItemKey;  ///< mixed-radix number of an item's codes over a node's axes

struct ItemKeyHash {
  std::size_t operator()(ItemKey key) const {
    return static_cast<std::size_t>((static_cast<std::uint64_t>(key) ^ static_cast<std::uint64_t>(key >> 64)) *
                                    0x9E3779B97F4A7C15ULL);
  }
};

/// One thread's memory for tiles.
struct Pools {
  explicit Pools(const Backend& backend) : values(memory_of(backend)), results(host_memory_of(backend)) {}
  BufferPool values;
  BufferPool results;
};

/// A few units on their way through the graph: which items of each node they need, and the values as they come.
///
/// Every node's items are numbered from 0 in order of first need; nothing about an item depends on that number.
class Tile {
 public:
  /// `fit_time_limit`: seconds; infinity = none.
  Tile(const Plan& plan, const StudyData& study, const Backend& backend, double fit_time_limit, Pools& pools,
       std::vector<std::int64_t>& items);

  /// Ask for one fit of a group. Returns nothing: its prediction is found again by `prediction`.
  void add(GroupId group, const UnitPoint& point);

  /// Evaluate every node needed, in plan order. Results may still be on their way: the next tile may be run meanwhile.
  void run();
  /// Wait until the results are there.
  void finish();

  struct Prediction {
    const double* values;  ///< one a held-out row, ascending rows
    const double* sd;      ///< likewise; null where the op gives none
    std::int32_t status;
  };
  /// The n-th fit asked for. Valid after finish(), as the next two are.
  Prediction prediction(std::size_t n) const;
  /// Log marginal likelihood of that fit's training set; NaN where the op gives none.
  double log_marginal_likelihood(std::size_t n) const;
  /// A number that the op keeps of that fit beside its status; NaN where it keeps none of that name.
  float diagnostic(std::size_t n, std::string_view name) const;

 private:
  struct Axes {
    std::vector<std::pair<std::size_t, ItemKey>> weights;  ///< axis, multiplier
    ItemKey key(const std::int32_t* codes) const;
  };
  struct NodeItems;
  struct Fit {
    NodeId node;
    std::int32_t item;
    std::int32_t lane;
  };

  static Axes weigh(const Plan& plan, const AxisSet& axes);
  void evaluate(NodeItems& node);
  void standardize(NodeItems& node);
  void least_squares(NodeItems& node);
  void factor(NodeItems& node);
  void invert(NodeItems& node);
  void reduce(NodeItems& node);
  void posterior(NodeItems& node);
  void fold_posterior(NodeItems& node);
  void maximize_lml(NodeItems& node);
  void grow_trees(NodeItems& node);
  void boost(NodeItems& node);
  void read_trees(NodeItems& node);
  void svr_path(NodeItems& node);

  std::vector<RowSetView> rows_of(const NodeItems& node) const;
  std::vector<std::int32_t> slots(const NodeItems& node, const NodeItems& input) const;
  /// A parameter of an op for every item and lane.
  struct Values {
    std::vector<double> values;  ///< item slowest, one a lane
    std::int64_t item_stride;    ///< 0: all items share the lanes
    Parameter view() const { return {values.data(), item_stride}; }
  };
  Values parameter(const NodeItems& node, std::string_view name) const;
  /// One that the node's `maximize_lml` input found.
  Values tuned_parameter(const NodeItems& node, std::string_view name) const;
  void allocate_predictions(NodeItems& node);
  /// The standardised inputs of an op: its first input.
  struct Scaled {
    std::vector<std::int32_t> slot;
    ScaledInputs view;
  };
  Scaled scaled_inputs(const NodeItems& node) const;
  /// The parameters of a kernel matrix; the last three are empty for Gaussian processes.
  struct KernelValues {
    Kernel kernel;
    std::int64_t n_length_scales;
    Values length_scale;
    Values alpha;
    Values gamma;
    Values coef0;
    Values degree;
    KernelArgs view() const {
      return {kernel, n_length_scales, length_scale.view(), alpha.view(), gamma.view(), coef0.view(), degree.view()};
    }
  };
  KernelValues kernel_values(const NodeItems& node) const;
  /// Noise and signal variance of every item and lane.
  struct Variances {
    Values noise;
    Values signal;
  };
  Variances variances_of(const NodeItems& node) const;
  const NodeItems& tuner(const NodeItems& node) const;  ///< the input that found its hyperparameters
  const NodeItems& input(const NodeItems& node, std::size_t which) const;
  std::int64_t right_hand_sides(const NodeItems& node) const;
  void allocate_status(NodeItems& node);
  void allocate_posterior(NodeItems& node);
  void fetch_posterior(NodeItems& node, const Variances& variances);
  /// Parameters, from number `first` of each item on, become the diagnostic `name` of the node's fits.
  static void keep_values(NodeItems& node, std::string name, const Values& values, std::int64_t first);
  /// Seeds and folds of the items, as RandomSource names them.
  struct RandomKeys {
    std::vector<std::uint32_t> model_seed;
    std::vector<std::uint32_t> fold_seed;
    std::vector<std::uint32_t> fold;
    RandomSource source() const;
  };
  RandomKeys random_keys(const NodeItems& node) const;
  /// max_leaf_nodes, min_impurity_decrease and ccp_alpha, or none of them.
  struct LeafValues {
    std::vector<Values> values = {};
    LeafLimits view() const;
  };
  LeafValues leaf_limits(const NodeItems& node, bool wanted) const;
  void allocate_trees(NodeItems& node, const Values& members, const Values& min_leaf);
  void check(int code, const NodeItems& node) const;
  /// Begin to fetch n values of the backend's memory. Returns where they will be on the host.
  template <class T> const T* fetch(const NodeItems& node, const T* values, std::size_t n);
  void fetch_predictions(NodeItems& node);
  /// `values` (items, lanes) in the backend's memory become the diagnostic `name` of the node's fits. Returns where
  /// they will be on the host. T: int32_t or double.
  template <class T> const T* fetch_diagnostic(NodeItems& node, const char* name, const T* values);

  const Plan& plan_;
  const StudyData& study_;
  const Backend& backend_;
  const double fit_time_limit_;
  BufferPool& pool_;
  std::vector<std::int64_t>& items_done_;
  Downloads downloads_;
  std::vector<NodeItems> nodes_;
  std::vector<Fit> fits_;

 public:
  ~Tile();
};

}  // namespace kilofold
