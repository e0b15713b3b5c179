// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "problems.hpp"

namespace kilofold::spec {

/// Add what is wrong with text that is not YAML. yaml-cpp's messages name the states of its scanner; ours, what the
/// person did.
///
/// `at` is where yaml-cpp gave up, `bracket` the innermost bracket that was open then.
void add_syntax_problem(const std::string& yaml_message, const Stretch& at, std::optional<Stretch> bracket,
                        Problems& problems);

}  // namespace kilofold::spec
