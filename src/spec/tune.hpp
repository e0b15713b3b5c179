// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "kilofold/spec.hpp"
#include "yaml_tree.hpp"

namespace kilofold::spec {

/// Read a `tune:` mapping. Nothing after adding a problem; models whose schema says so cannot be tuned.
std::optional<TuneSpec> read_tune(const YamlNode& node, const ModelSchema& model, Problems& problems);

}  // namespace kilofold::spec
