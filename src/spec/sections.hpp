// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "axes.hpp"
#include "kilofold/spec.hpp"
#include "yaml_tree.hpp"

namespace kilofold::spec {

/// One reader a top key. Each fills its part of the spec and adds what is wrong; a refused part keeps its default.
void read_data(const YamlNode& node, Spec& spec, Problems& problems);
void read_cv(const YamlNode& node, Spec& spec, ValueBudget& budget, Problems& problems);  ///< after read_data
void read_scaling(const YamlNode& node, Spec& spec, Problems& problems);
void read_metrics(const YamlNode& node, Spec& spec, Problems& problems);
void read_model_seed(const YamlNode& node, Spec& spec, ValueBudget& budget, Problems& problems);
void read_numerics(const YamlNode& node, Spec& spec, Problems& problems);
void read_models(const YamlNode& node, std::span<const ModelSchema> schemas, Spec& spec, ValueBudget& budget,
                 Problems& problems);  ///< after read_data
void read_importance(const YamlNode& node, Spec& spec, ValueBudget& budget, Problems& problems);
void read_output(const YamlNode& node, Spec& spec, Problems& problems);
void read_report(const YamlNode& node, Spec& spec, Problems& problems);
void read_reference(const YamlNode& node, Spec& spec, Problems& problems);  ///< after read_models
void read_run(const YamlNode& node, Spec& spec, Problems& problems);

}  // namespace kilofold::spec
