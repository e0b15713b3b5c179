// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstddef>
#include <vector>

#include "reference/reference_svr.hpp"

namespace kilofold {

/// The kernel of two scaled rows.
inline long double reference_kernel(const ReferenceSvr& p, const std::vector<long double>& x,
                                    const std::vector<long double>& z) {
  long double product = 0, distance = 0;
  for (std::size_t f = 0; f < x.size(); ++f) {
    product += x[f] * z[f];
    distance += (x[f] - z[f]) * (x[f] - z[f]);
  }
  if (p.kernel == ReferenceSvrKernel::rbf) return std::exp(-static_cast<long double>(p.gamma) * distance);
  if (p.kernel == ReferenceSvrKernel::linear) return product;
  return std::pow(static_cast<long double>(p.gamma) * product + static_cast<long double>(p.coef0), p.degree);
}

}  // namespace kilofold
