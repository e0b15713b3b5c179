// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace kilofold::testing {

/// How many times longer than in a plain build a program may take: the sanitizers cost two to six times the
/// instructions.
#ifdef __SANITIZE_ADDRESS__
inline constexpr int slowdown = 8;
#else
inline constexpr int slowdown = 1;
#endif

}  // namespace kilofold::testing
