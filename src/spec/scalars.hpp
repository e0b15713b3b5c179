// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "yaml_tree.hpp"

namespace kilofold::spec {

/// Read a decimal number, as YAML 1.2 writes it: no hex, octal, underscores, leading zeros, infinity or NaN.
///
/// Locale-free and correctly rounded. Empty when the text is anything else or beyond the range of a double.
std::optional<double> parse_number(std::string_view text);

/// The number an unquoted scalar stands for; empty for every other node.
std::optional<double> number(const YamlNode& node);

/// How a message quotes what the user wrote: `2.5`, `'ten'`, `a list`.
std::string quoted(const YamlNode& node);

/// Why a node that should hold a number does not, and what to write; both may be empty.
struct NumberAdvice {
  std::string reason;
  std::string hint;
};
NumberAdvice number_advice(const YamlNode& node);

/// Read text from any scalar, numbers included: a column may be called 1. Adds `<what>: expected text, got ...`.
std::optional<std::string> read_text(const YamlNode& node, std::string_view what, Problems& problems);

}  // namespace kilofold::spec
