// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kilofold/backend.hpp"

namespace kilofold::cpu {

int standardize(const StandardizeArgs* args);
int least_squares(const LeastSquaresArgs* args);
int grow_trees(const GrowTreesArgs* args);
int boost(const BoostArgs* args);
int read_trees(const ReadTreesArgs* args);

}  // namespace kilofold::cpu
