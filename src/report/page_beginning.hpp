// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace kilofold {

/// What every page begins with, by which an earlier one is known before it is replaced.
inline constexpr std::string_view page_beginning =
    "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
    "<meta name=\"generator\" content=\"kilofold\">\n";

}  // namespace kilofold
