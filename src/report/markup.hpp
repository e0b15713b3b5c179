// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace kilofold::report {

/// A user's text as it may stand in HTML or SVG, in content and in double-quoted attributes: the five markup characters
/// as entities, control characters and bytes that are no UTF-8 as the replacement character.
std::string escape(std::string_view text);

/// "Mass loading (mg/cm2)"; the name alone without a unit.
std::string with_unit(const std::string& name, const std::string& unit);

/// Parts of which each stays on one line, as markup.
std::string parts_markup(const std::vector<std::string>& parts);

}  // namespace kilofold::report
