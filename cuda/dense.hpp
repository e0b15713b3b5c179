// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "kernels/dense.cuh"
#include "session.hpp"

/// The cubic work of ops in the vendor flavour, in batches of equal shape.
namespace kilofold::cuda {

/// Each item's L in the lower half of its factor, and what L'^-1 makes of the rows below.
Infos factorise_dense(const std::vector<DenseItem>& items, Session& s);

/// Inverses of the matrices of `items`, from what became of the identity below them; to (u, u) each.
void invert_dense(const std::vector<DenseItem>& items, const std::vector<double*>& inverses, Session& s);

}  // namespace kilofold::cuda
