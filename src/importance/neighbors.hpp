// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "kilofold/core/matrix.hpp"

namespace kilofold {

/// Tell `visit(query, neighbors)` the k nearest other rows of every query row, nearest first, queries in the given
/// order.
///
/// Distance = sum over columns, in ascending order, of |difference|. Equally near rows come in ascending index. Exact:
/// every row is looked at, most of them in one byte a feature, which bounds the distance from below.
///
/// Shapes    Z (n, d) in [0, 1] · queries: rows of Z · neighbors (k), 1 <= k <= n - 1
void visit_nearest(const Matrix<double>& Z, std::span<const std::int32_t> queries, std::int32_t k,
                   const std::function<void(std::int32_t, std::span<const std::int32_t>)>& visit);

}  // namespace kilofold
