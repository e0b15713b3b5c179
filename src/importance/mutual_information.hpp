// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "importance/bins.hpp"

namespace kilofold {

/// Mutual information of two binned columns from their counts (plug-in), in nats.
///
///     I = sum over cells (a, b) that occur of c_ab / n ln(n c_ab / (c_a c_b))
///
/// Never below 0, and exactly 0 where the counts are exactly independent; not corrected for chance, which adds about
/// (k_a - 1)(k_b - 1) / 2n. Summed over a ascending, then b ascending. O(n + cells log cells), whatever the numbers of
/// bins.
double mutual_information(const RowsByBin& a, const Bins& b);

}  // namespace kilofold
