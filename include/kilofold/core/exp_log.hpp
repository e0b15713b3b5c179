// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>

#include "kilofold/core/reduction.hpp"

/// Our own exp and log: libm's differ between C libraries and CPUs, and results must not.
namespace kilofold {

/// exp(-x) for x >= 0; 0 above 708, NaN for NaN.
///
/// x = n ln 2 - r with |r| <= ln 2 / 2, exp(r) by a Taylor polynomial of degree 13 in Horner form, the leading 1 + r
/// split so that its rounding error is kept. Accuracy  under 0.8 ulp (docs/numerics.md)
KILOFOLD_HD inline double exp_minus(double x) {
  constexpr double log2_e = 0x1.71547652b82fep+0;
  constexpr double ln2_high = 0x1.62e42fefa3800p-1;  // 42 bits, so that n times it is exact
  constexpr double ln2_low = 0x1.ef35793c76730p-45;
  constexpr double to_integer = 0x1.8p52;
  constexpr double coefficient[12] = {1 / 2.,       1 / 6.,        1 / 24.,        1 / 120.,
                                      1 / 720.,     1 / 5040.,     1 / 40320.,     1 / 362880.,
                                      1 / 3628800., 1 / 39916800., 1 / 479001600., 1 / 6227020800.};
  if (!(x <= 708.0)) return x > 708.0 ? 0.0 : x;
  const double shifted = std::fma(x, -log2_e, to_integer);
  const double n = shifted - to_integer;
  const double r = std::fma(n, -ln2_low, std::fma(n, -ln2_high, -x));
  double p = coefficient[11];
  for (int i = 10; i >= 0; --i) p = std::fma(p, r, coefficient[i]);
  const double head = 1.0 + r;
  const double tail = r - (head - 1.0);
  const double e = head + std::fma(r * r, p, tail);
  return std::bit_cast<double>(std::bit_cast<std::uint64_t>(e) + (std::bit_cast<std::uint64_t>(shifted) << 52));
}

/// ln x for normal x > 0.
///
/// x = 2^k m with m in [sqrt(1/2), sqrt 2); with s = (m - 1) / (m + 1), ln m = 2 s (1 + s^2/3 + s^4/5 + ...) to s^22.
/// Accuracy  under 2 ulp (docs/numerics.md)
KILOFOLD_HD inline double natural_log(double x) {
  constexpr double ln2_high = 0x1.62e42fefa3800p-1;
  constexpr double ln2_low = 0x1.ef35793c76730p-45;
  int k = 0;
  double m = std::frexp(x, &k);  // [1/2, 1)
  if (m < 0x1.6a09e667f3bcdp-1) {
    m *= 2;
    --k;
  }
  const double f = m - 1.0;
  const double s = f / (m + 1.0);
  const double z = s * s;
  double p = 1 / 23.;
  for (int odd = 21; odd >= 3; odd -= 2) p = std::fma(p, z, 1.0 / odd);
  const double n = k;
  const double small = std::fma(n, ln2_low, 2 * s * z * p);
  return std::fma(n, ln2_high, std::fma(2.0, s, small));
}

}  // namespace kilofold
