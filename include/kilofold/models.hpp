// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

#include "kilofold/plan.hpp"

/// Face of the models: each is a hyperparameter table and a page that lowers a grid of it to nodes.
namespace kilofold {

/// What a model's `lower` writes to: the group under construction.
///
/// Parameters are named as in the model's schema; each is an axis of the plan, shared by every model that names it
/// alike.
class GroupBuilder {
 public:
  GroupBuilder(Group& group, std::vector<Axis>& axes, const Spec& spec);

  AxisSet rows() const;                            ///< {seed, fold}: the training set
  AxisSet axis(std::string_view parameter) const;  ///< the parameter's axis
  double only(std::string_view parameter) const;   ///< the group's one value of a parameter listed in Model::shape
  bool always(std::string_view parameter, double value) const;  ///< every trial of the group has that value
  Binding bind(
      std::string_view parameter) const;  ///< the op parameter of the same name takes its values from that axis
  Binding noise_floor() const;            ///< the study's `numerics.jitter`
  NodeId standardize();                   ///< the study's scaling of this training set, nothing collapsed
  NodeId add(Op op, std::vector<Binding> bindings, std::vector<NodeId> inputs, AxisSet reads, AxisSet lanes = {});

 private:
  Group& group_;
  std::vector<Axis>& axes_;
  const Spec& spec_;
};

/// What a model's fits leave behind, beside predictions and status.
struct Results {
  bool few_values;                            ///< predictions repeat a few values a row: worth compressing
  bool has_sd;                                ///< predictions come with a standard deviation
  std::vector<DiagnosticColumn> diagnostics;  ///< under the names by which the predicting operation hands them over
  std::vector<DiagnosticColumn> found = {};   ///< parameters that ModelSchema::tuner finds, kept where an entry has it
};

struct Model {
  ModelSchema schema;
  void (*lower)(GroupBuilder& build);
  Results results;
  std::vector<std::string> shape = {};  ///< categories that decide the nodes: a group has one value of each
};

/// An op parameter with one value for the whole group: a number, or an enumerator of backend.hpp.
inline Binding fixed(std::string_view parameter, double value) { return {std::string(parameter), AxisId{}, value}; }
template <class Enum>
requires std::is_enum_v<Enum> Binding fixed(std::string_view parameter, Enum value) {
  return fixed(parameter, static_cast<double>(static_cast<std::int32_t>(value)));
}

/// Every model, in the order of the documentation.
std::span<const Model> all_models();
const Model& model_named(std::string_view name);
std::vector<ModelSchema> all_schemas();

/// The numbers kept of every fit of an entry: those of its model; of a tuned entry also the score that decided, and
/// what was chosen of every parameter that had a choice, one column a feature where points are lists.
std::vector<DiagnosticColumn> diagnostics_of(const Spec& spec, const ModelSpec& entry);

/// Lower a study to groups of nodes, nothing shared yet: see Group. Requires a spec completed by its table.
Lowered lower(const Spec& spec, const Dataset& data);

}  // namespace kilofold
