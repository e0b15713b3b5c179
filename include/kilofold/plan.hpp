// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bitset>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "kilofold/core/cells.hpp"
#include "kilofold/core/error.hpp"
#include "kilofold/core/ids.hpp"
#include "kilofold/core/op_options.hpp"
#include "kilofold/data.hpp"
#include "kilofold/spec.hpp"

/// Face of the plan stage: a study as a small graph of batched operations over symbolic axes.
///
/// A plan never holds a node, or anything else, per fit: its size depends on the number of models and axes, and on the
/// longest axis, not on their product. Planning is a function of the study alone: spec, data, switches and the
/// versioned cost table of the machine it is planned for.
namespace kilofold {

/// What a node computes; backend.hpp states each contract.
enum class Op {
  standardize,
  factor,
  invert,
  reduce,
  posterior,
  fold_posterior,
  maximize_lml,
  grow_trees,
  boost,
  read_trees,
  svr_path,
  least_squares
};
const char* name(Op op);

/// One named list of distinct values. `seed` and `foldK` hold the fold seeds and the numbers of training sets
/// (RowSetName), the K folds' own first; the others hold parameters.
struct Axis {
  std::string name;
  std::vector<double> values;  ///< `width` numbers a point
  std::int32_t width = 1;      ///< more than one where a point is a list, one number a feature

  std::int64_t size() const { return static_cast<std::int64_t>(values.size()) / width; }
  std::span<const double> point(std::int64_t code) const {
    return std::span(values).subspan(static_cast<std::size_t>(code * width), static_cast<std::size_t>(width));
  }
};

/// A set of axes of one plan.
class AxisSet {
 public:
  static constexpr std::size_t capacity = 128;

  AxisSet() = default;
  AxisSet(std::initializer_list<AxisId> axes) {
    for (AxisId axis : axes) insert(axis);
  }

  void insert(AxisId axis);
  void erase(AxisId axis);
  bool contains(AxisId axis) const { return bits_[static_cast<std::size_t>(axis.value)]; }
  bool includes(const AxisSet& other) const { return (other.bits_ & ~bits_).none(); }
  bool intersects(const AxisSet& other) const { return (other.bits_ & bits_).any(); }
  bool empty() const { return bits_.none(); }
  std::vector<AxisId> list() const;  ///< ascending
  friend AxisSet operator|(AxisSet a, const AxisSet& b) {
    a.bits_ |= b.bits_;
    return a;
  }
  friend AxisSet operator-(AxisSet a, const AxisSet& b) {
    a.bits_ &= ~b.bits_;
    return a;
  }
  friend bool operator==(const AxisSet&, const AxisSet&) = default;

 private:
  std::bitset<capacity> bits_;
};

/// The points of one group, trial by trial, seed by seed, fold by fold: a product of factors, last factor fastest.
///
/// A factor is a short table of code rows: one column for an independent axis, several for axes that move together
/// (zip, random search). Points are never listed; a point's codes are arithmetic on its index.
class Grid {
 public:
  struct Column {
    AxisId axis;
    std::vector<std::int32_t> code;  ///< (rows) index into the axis's values
  };
  struct Factor {
    std::vector<Column> columns;

    std::int64_t rows() const { return static_cast<std::int64_t>(columns.front().code.size()); }
  };

  void add(Factor factor);

  std::span<const Factor> factors() const { return factors_; }
  /// The factor that holds an axis, and its column there. Both require that the grid has the axis.
  const Factor& factor_of(AxisId axis) const;
  const Column& column_of(AxisId axis) const;
  AxisSet axes() const;
  std::int64_t size() const;  ///< points; throws InputError beyond 2^62

  /// Number of distinct code tuples over some axes: the items of a node that reads them.
  std::int64_t count(const AxisSet& axes) const;

  /// Code of an axis at a point.
  std::int32_t code_at(AxisId axis, std::int64_t point) const;

 private:
  std::vector<Factor> factors_;
};

/// Where a parameter of an op comes from: an axis of the node's reads or lanes, or one fixed value.
struct Binding {
  std::string parameter;
  AxisId axis;  ///< invalid: fixed
  double fixed = 0;

  friend bool operator==(const Binding&, const Binding&) = default;
};

/// One batched operation. Its *items* are the distinct projections of the group's points onto `reads`; each item
/// answers every requested combination of `lanes` in one call.
struct Node {
  Op op;
  std::vector<Binding> bindings;
  std::vector<NodeId> inputs;  ///< earlier nodes of the same list; an input reads a subset of what this node reads
  AxisSet reads;
  AxisSet lanes;

  const Binding* binding(std::string_view parameter) const;
};

/// What becomes of the trials of a tuned entry: for every fold of every seed the best of them is kept, as one trial.
///
/// by = log_marginal_likelihood: of the fold's own training set; else a metric, pooled over inner folds of it. The
/// largest likelihood or r2, or the smallest mae or rmse wins; of equals the first in the entry's order.
struct Tuning {
  std::string by;
  std::int32_t inner_folds = 0;  ///< 0: by likelihood
  std::int64_t trial = 0;        ///< of the entry: what the group's trials are candidates for
  std::int64_t first = 0;        ///< number of the group's first trial among the candidates

  struct Choice {  ///< a parameter with several values among the candidates: kept of every fit
    AxisId axis;
    std::int32_t component = 0;
  };
  std::vector<Choice> choices;  ///< the last of Group::diagnostics, after the score
};

/// Trials of one model entry that share a shape: model, block of parameters, fold count, rows of the scaling. Nodes are
/// in topological order, the last one predicts.
struct Group {
  ModelId model;
  std::string label;  ///< for people: "DT, 5 folds"
  std::int32_t n_folds = 0;
  FitOn fit_on = FitOn::fold;
  std::int64_t n_samples = 0;
  std::int64_t n_distinct = 0;  ///< rows of the table that differ in some feature
  Grid grid;                    ///< trial factors, then seed, then fold
  std::int64_t n_trials = 0;
  AxisId seed;
  AxisId fold;
  std::vector<Node> nodes;
  bool has_sd = false;                   ///< the fits' standard deviations are kept
  std::vector<std::string> diagnostics;  ///< names of the numbers kept of a fit, in the order of its TrialTable
  std::optional<Tuning> tuning = {};     ///< then every seed has inner training sets too, after the folds' own

  /// Trials that the file keeps: of candidates one, counted with the group of the first.
  std::int64_t n_kept_trials() const { return !tuning ? n_trials : tuning->first == 0 ? 1 : 0; }
  /// Trials that are kept x seeds.
  std::int64_t n_cells() const { return grid.size() / n_row_sets() / n_trials * n_kept_trials(); }
  /// Training sets a seed: folds, and inner folds of them.
  std::int64_t n_row_sets() const { return grid.factor_of(fold).rows(); }
};

/// A study lowered and not yet shared: what the models emit.
struct Lowered {
  std::vector<Axis> axes;
  std::vector<Group> groups;
  Splitting splitting;
  std::int64_t n_samples = 0;
  std::int64_t n_features = 0;
};

/// How a rule's numbers compare with the plain fit's.
enum class Sameness { bitwise, rounding, certificate };
const char* name(Sameness sameness);

/// Why a rule leaves a group alone; empty where it is about other ops altogether.
struct Refusal {
  std::string reason;
};

/// A rewriting of one group's nodes into cheaper ones that give the same numbers. docs/rules.md proves each.
struct Rule {
  const char* name;
  Sameness sameness;
  const char* identity;  ///< the equation it rests on, for --explain
  std::variant<std::vector<Node>, Refusal> (*rewrite)(const Group& group, std::span<const Axis> axes);
};

/// Every rule, in the order they are tried.
std::span<const Rule> all_rules();

/// Whose cost table chooses the rules: that of one core, or that of a GPU. Either plan runs on any device.
enum class PricedFor { cpu, cuda };
const char* name(PricedFor machine);

/// What the user turned off, and the machine the study is planned for.
struct Switches {
  bool sharing = true;                           ///< false: every node reads every axis, no rule fires
  std::vector<std::string> disabled_rules = {};  ///< --no-rule NAME
  PricedFor priced_for = PricedFor::cpu;
};

/// A node of the finished plan, shared by every group that needs it.
struct PlanNode {
  Node node;  ///< inputs index Plan::nodes
  std::vector<GroupId> groups;
  std::int64_t items = 0;  ///< distinct over all its groups
  double seconds = 0;      ///< planned cost of all items on the machine of the cost table
};

/// What became of one group.
struct PlanGroup {
  Group group;                  ///< nodes as the model lowered them
  std::vector<NodeId> members;  ///< its nodes in Plan::nodes, topological, output last
  std::vector<std::string> fired;
  std::vector<std::pair<std::string, std::string>> refused;  ///< rule, reason
  double naive_seconds = 0;
  double seconds = 0;

  NodeId output() const { return members.back(); }
};

/// Groups that hang on one anchor node. A *unit* is one anchor item without its fold: all its folds, and all it feeds.
/// Units are the grain of scheduling, sharding and commit; cuts never fall inside lanes. Where a tuned entry chooses
/// among units, all that it chooses from for a seed is one batch, and the groups have their own anchors.
struct Family {
  NodeId anchor;
  std::vector<GroupId> groups;
  AxisSet unit_axes;                ///< anchor reads less the fold
  std::vector<std::int64_t> begin;  ///< first slot of each group; a unit owned by an earlier group is a void slot
  std::int64_t n_slots = 0;
  std::int64_t units_per_batch = 0;
  double unit_bytes = 0;  ///< of intermediate values, on average
  double seconds = 0;
  std::int64_t n_bundles = 0;  ///< > 0: batch b is all units of seed b, or of every seed where units do not read it
  AxisId bundle = {};          ///< then the seed, if units read it

  std::int64_t n_batches(std::int64_t units) const { return n_bundles > 0 ? n_bundles : (n_slots + units - 1) / units; }
};

struct Plan {
  std::vector<Axis> axes;
  std::vector<PlanNode> nodes;  ///< topological
  std::vector<PlanGroup> groups;
  std::vector<Family> families;
  Switches switches;
  Splitting splitting;
  std::int64_t n_samples = 0;
  std::int64_t n_features = 0;
  std::int64_t n_trials = 0;
  std::int64_t n_fits = 0;        ///< trials x seeds x folds: what the file tells of
  std::int64_t n_inner_fits = 0;  ///< further ones that tuned entries choose by, inside training sets
  double naive_seconds = 0;
  double seconds = 0;
};

/// Choose rules and share equal work.
///
/// For each group every subset of the enabled rules is priced by the cost table and the cheapest kept; then equal nodes
/// of different groups become one. A node is shared by at most 12 groups, which keeps its exact item count cheap.
///
/// Cost      under 1 s and 200 MB for 10^6 trials x 10 seeds
Plan make_plan(Lowered study, std::span<const Rule> rules, const Switches& switches);

/// Batches of a plan, as many as can be shared out: threads and shards take whole ones. (One of a fold seed's folds may
/// be shared out among threads where few are left.)
struct Batches {
  std::int64_t n = 0;
  double most_seconds = 0;  ///< planned, of the dearest one on one core
};
Batches batches_of(const Plan& plan);

/// Number of distinct projections onto `axes` over the points of several grids. Exact, by inclusion and exclusion.
std::int64_t count_union(std::span<const Grid* const> grids, const AxisSet& axes);

/// One fit of a unit.
struct UnitPoint {
  std::int64_t trial;         ///< index within the group
  std::int32_t seed;          ///< code: index into the study's seeds
  std::int32_t fold;          ///< fold number
  const std::int32_t* codes;  ///< (axes of the plan) code of every axis; -1 where the group has no such axis
};

/// Decodes slots of one family into units, and units into points. Memory: a few integers a factor row.
class UnitIndex {
 public:
  UnitIndex(const Plan& plan, const Family& family);
  ~UnitIndex();
  UnitIndex(const UnitIndex&) = delete;
  UnitIndex& operator=(const UnitIndex&) = delete;

  /// The groups whose points lie in the slot's unit; empty for a void slot.
  std::vector<GroupId> members(std::int64_t slot) const;
  /// Code of one of the family's unit axes.
  std::int32_t code(std::int64_t slot, AxisId axis) const;
  /// Number of the unit's points that belong to `group`: fits.
  std::int64_t n_points(std::int64_t slot, GroupId group) const;
  /// Visit the unit's points that belong to `group`: trials outermost in grid order, then seeds, then folds.
  void visit(std::int64_t slot, GroupId group, const std::function<void(const UnitPoint&)>& point) const;

 private:
  struct GroupIndex;
  const GroupIndex& index(GroupId group) const;
  /// Class of each factor of `group` in the slot's unit.
  std::vector<std::size_t> classes(std::int64_t slot, const GroupIndex& group) const;
  std::vector<std::int32_t> unit_codes(std::int64_t slot, std::size_t* owner) const;

  const Plan& plan_;
  const Family& family_;
  std::vector<GroupIndex> groups_;
};

/// The plan as text for people: axes, nodes with items before and after, the rules that fired and what each saved.
std::string explain(const Plan& plan, const Spec& spec);

/// Four lines of it: trials, fits, what is shared, time on one core.
std::string summary(const Plan& plan, const Spec& spec);

/// "465 fits, 75 more inside training sets": those that the file tells of, and those that tuned entries choose by.
std::string fits_text(std::int64_t fits, std::int64_t inner_fits);

/// The plan as canonical text, complete and stable: what golden tests compare and plan_hash hashes.
std::string plan_text(const Plan& plan);
std::string plan_hash(const Plan& plan);

/// The trials of one model entry in file order: groups in plan order, grid order within each. `library` as of
/// numerics_id.
TrialTable trial_table(const Plan& plan, const Spec& spec, const Dataset& data, const ModelSchema& schema,
                       ModelId model, std::string_view library = "");

/// Id of the arithmetic behind a group's cells: equal ids => equal bits. Bitwise rules are no part of it. `library` is
/// what the backend of flavour vendor says of its own; empty = canonical.
std::string numerics_id(const Plan& plan, ModelId model, std::string_view library = "");

/// What an item's cost depends on, beside its node.
struct Shape {
  std::int64_t n_train;
  std::int64_t n_held_out;
  std::int64_t n_features;
  std::int64_t n_samples;
  std::int64_t n_distinct_train;  ///< training rows left when equal ones are collapsed, expected over random folds
};
Shape shape_of(const Group& group, std::int64_t n_features);
inline constexpr int cost_table_version = 3;  ///< of src/plan/cost_tables.hpp

/// Bytes of one item's value, less what its lanes predict: what a tile must hold at a time.
double item_bytes(const Node& node, const Shape& shape);
/// Seconds one item takes on the reference core, or its share of a busy reference GPU.
double item_seconds(PricedFor machine, const Node& node, const Shape& shape, const Grid& grid,
                    std::span<const Axis> axes);

}  // namespace kilofold
