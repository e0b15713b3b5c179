// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string_view>

namespace kilofold {

/// The ops that the CUDA module offers, by name, for plans that are made where it cannot be opened. cuda/ops.hpp fills
/// in these and no others, which a test of the emulated module holds.
inline constexpr std::array<std::string_view, 7> cuda_ops = {"standardize", "factor",         "invert",      "reduce",
                                                             "posterior",   "fold_posterior", "maximize_lml"};

}  // namespace kilofold
