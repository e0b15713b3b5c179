// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "cpu/gram.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/gram.cpp"
#include "hwy/foreach_target.h"
// after foreach_target.h
#include "cpu/kernel_functions-inl.h"
#include "cpu/vector-inl.h"

HWY_BEFORE_NAMESPACE();
namespace kilofold::cpu::HWY_NAMESPACE {

// kernel arguments that are summed side by side
inline constexpr int columns_at_once = part_lanes == 8 ? 8 : 4;

/// The weights of a panel's rows and of all columns; null where there are none.
struct Weights {
  const double* row;
  const double* column;
};

template <class Function>
HWY_INLINE void fill_tile(const Function& function, bool distance, const FeatureRows& rows, std::int64_t first_row,
                          const FeatureRows& columns, std::int64_t k, Weights weights, double* out) {
  Block argument[columns_at_once];
#pragma GCC unroll 8
  for (Block& a : argument) a = set(0.0);
  for (std::int64_t f = 0; f < rows.d; ++f) {
    const Block x = load(rows.data + f * rows.ld + first_row);
    const double* const y = columns.data + f * columns.ld + k;
#pragma GCC unroll 8
    for (int j = 0; j < columns_at_once; ++j) {
      const Block other = set(y[j]);
      const Block difference = sub(x, other);
      argument[j] = distance ? fma(difference, difference, argument[j]) : fma(x, other, argument[j]);
    }
  }
  for (int j = 0; j < columns_at_once; ++j) {
    Block value = function(argument[j]);
    if (weights.row != nullptr) value = mul(value, load(weights.row));
    if (weights.column != nullptr) value = mul(value, set(weights.column[k + j]));
    store(value, out + 8 * (k + j));
  }
}

/// Eight rows against the first n_columns columns, a multiple of eight.
void fill_panel(const KernelFunction& f, const FeatureRows& rows, std::int64_t first_row, const FeatureRows& columns,
                std::int64_t n_columns, Weights weights, double* out) {
  const bool distance = reads_distance(f.kernel);
  visit(f, [&](const auto& function) HWY_ATTR {
    for (std::int64_t k = 0; k < n_columns; k += columns_at_once) {
      fill_tile(function, distance, rows, first_row, columns, k, weights, out);
    }
  });
}

void fill_triangle(const KernelFunction& f, const FeatureRows& X, const double* weight, const Panels& A) {
  for (std::int64_t p = 0; p < A.n_triangle_panels(); ++p) {
    const Weights weights{weight == nullptr ? nullptr : weight + 8 * p, weight};
    fill_panel(f, X, 8 * p, X, 8 * (p + 1), weights, A.panel(p));
  }
}

void fill_extra(const KernelFunction& f, const FeatureRows& Z, const FeatureRows& X, const double* weight,
                const Panels& A) {
  for (std::int64_t p = 0; 8 * p < Z.n; ++p) {
    fill_panel(f, Z, 8 * p, X, A.columns(), {nullptr, weight}, A.extra_panel(p));
  }
}

}  // namespace kilofold::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kilofold::cpu {
namespace {
HWY_EXPORT(fill_triangle);
HWY_EXPORT(fill_extra);
}  // namespace

void fill_triangle(const KernelFunction& f, const FeatureRows& X, const double* weight, const Panels& A) {
  HWY_DYNAMIC_DISPATCH(fill_triangle)(f, X, weight, A);
}

void fill_extra(const KernelFunction& f, const FeatureRows& Z, const FeatureRows& X, const double* weight,
                const Panels& A) {
  HWY_DYNAMIC_DISPATCH(fill_extra)(f, Z, X, weight, A);
}

}  // namespace kilofold::cpu
#endif  // HWY_ONCE
