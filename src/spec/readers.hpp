// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "axes.hpp"
#include "grammar.hpp"
#include "yaml_tree.hpp"

/// Readers of the values that keys take. Each returns nothing after adding a problem.
namespace kilofold::spec {

/// False after adding a problem when a node is no mapping.
bool is_mapping(const YamlNode& node, std::string_view what, Problems& problems);

/// Refuse keys that the grammar has not in this mapping. Returns is_mapping.
bool has_keys_of(const YamlNode& node, std::string_view section, Problems& problems);

/// One word; its index in `words`. `what` names the key in messages.
std::optional<std::size_t> read_word(const YamlNode& node, std::string_view what, const std::vector<std::string>& words,
                                     Problems& problems);
std::optional<std::size_t> read_word(const YamlNode& node, const Key& key, Problems& problems);

/// One word or a list of them: the distinct indices in the order written; empty after a problem.
std::vector<std::size_t> read_words(const YamlNode& node, const Key& key, Problems& problems);

std::optional<bool> read_boolean(const YamlNode& node, const Key& key, Problems& problems);

/// A number in the key's range, whole where the key takes an integer.
std::optional<double> read_number(const YamlNode& node, const Key& key, Problems& problems);

/// An axis of integers in the key's range; empty after a problem.
std::vector<double> read_integers(const YamlNode& node, const Key& key, ValueBudget& budget, Problems& problems);

/// A column, written as its header or as {column, label, units}.
ColumnName read_column(const YamlNode& node, const std::string& what, Problems& problems);

}  // namespace kilofold::spec
