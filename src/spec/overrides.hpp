// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "yaml_tree.hpp"

namespace kilofold::spec {

/// Replace or add one value of a tree, as `--set key=value` asks. `source` holds `key=value`; lists are addressed by
/// index from 0: models.0.parameters.alpha=[0, 1].
///
/// Returns  the new tree, sharing all that did not change; the old one after adding a problem
YamlPtr apply_override(const YamlPtr& root, const SourceText& source, std::size_t key_length, Problems& problems);

}  // namespace kilofold::spec
