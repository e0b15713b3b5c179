// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace kilofold::report {

/// A user's text as it may stand in HTML or SVG, in content and in double-quoted attributes: the five markup characters
/// as entities, control characters and bytes that are no UTF-8 as the replacement character.
std::string escape(std::string_view text);

}  // namespace kilofold::report
