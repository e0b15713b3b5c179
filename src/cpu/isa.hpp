// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace kilofold::cpu {

/// The instruction set that the next op will run: "avx512", "avx2", or "scalar" where the CPU lacks fused multiply-add.
const char* isa();

/// The instruction sets this CPU can run, slowest first.
std::vector<std::string> available_isas();

/// Run one instruction set from now on, in every thread; "" = the best one again. Call it before threads start.
///
/// Errors    InputError when the name is unknown or this CPU lacks it
void force_isa(const std::string& name);

/// Obey KILOFOLD_ISA = scalar | avx2 | avx512, where it is set.
void force_isa_from_environment();

}  // namespace kilofold::cpu
