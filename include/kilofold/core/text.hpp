// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kilofold {

/// The UTF-8 characters of a text, in order; a byte that is no UTF-8 stands alone. Columns in messages count these.
std::vector<std::string_view> split_characters(std::string_view text);

/// A character as a terminal may show it: a tab as one blank, control and broken bytes as U+FFFD. Always one column, so
/// that a caret stands under the character a message names, whatever the tab stops.
std::string_view printable(std::string_view character);

/// True where every byte belongs to a well-formed UTF-8 character.
bool is_utf8(std::string_view text);

/// A count as people read it: "1,234,567".
std::string grouped(std::int64_t count);

/// The candidate closest to a mistyped name, or nothing when none is near.
///
/// Near = at most a third of the typed characters (at least one) inserted, dropped, replaced or swapped with a
/// neighbour; upper and lower case count as equal. Ties go to the earlier candidate.
std::optional<std::string> closest_name(std::string_view typed, std::span<const std::string> candidates);

}  // namespace kilofold
