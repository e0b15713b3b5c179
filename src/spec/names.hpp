// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "yaml_tree.hpp"

namespace kilofold::spec {

/// "a, b, c".
std::string joined(std::span<const std::string> names);

/// "did you mean 'x'?", or the legal names when none is near.
std::string suggestion(std::string_view typed, std::span<const std::string> legal);

/// Refuse every key that is not legal. `where` names the mapping in messages; empty at the top.
void check_keys(const YamlNode& mapping, std::string_view where, std::span<const std::string> legal,
                Problems& problems);

/// The value of a key that must be there, or null after adding a problem. Comes after check_keys.
const YamlNode* require(const YamlNode& mapping, std::string_view where, std::string_view key, std::string_view hint,
                        Problems& problems);

/// True when two names differ by letter case at most.
bool same_but_case(std::string_view a, std::string_view b);

/// True for names that are safe as file and HDF5 link names: [A-Za-z0-9_.-]+ with something besides dots.
bool is_name(std::string_view text);

}  // namespace kilofold::spec
