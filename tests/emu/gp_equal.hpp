// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#include "cpu/gp_study.hpp"
#include "emu/backend.hpp"
#include "emu/each_order.hpp"

/// Gaussian processes on the emulated device against the CPU.
namespace kilofold::test {

inline bool same(double a, double b) { return std::memcmp(&a, &b, sizeof a) == 0 || (std::isnan(a) && std::isnan(b)); }

inline bool same(const std::vector<double>& a, const std::vector<double>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](double x, double y) { return same(x, y); });
}

inline bool same(const GpAnswer& a, const GpAnswer& b) {
  return same(a.mean, b.mean) && same(a.sd, b.sd) && same(a.log_marginal_likelihood, b.log_marginal_likelihood) &&
         same(a.jitter, b.jitter) && a.status == b.status;
}

/// Items and lanes of two backends that differ.
inline int differing(const GpAnswers& a, const GpAnswers& b) {
  int count = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    for (std::size_t l = 0; l < a[i].size(); ++l) count += same(a[i][l], b[i][l]) ? 0 : 1;
  return count;
}

/// The emulated device gives the CPU's bits in each order of its threads.
inline void expect_equal(const Table& table, const std::vector<Rows>& items, GpModel model, Route route) {
  const GpAnswers expected = gp(table, items, model, route);
  model.backend = &emu::backend();
  in_each_order([&] { EXPECT_EQ(differing(expected, gp(table, items, model, route)), 0); });
}

inline constexpr Kernel kernels[] = {Kernel::squared_exponential, Kernel::matern32, Kernel::matern52,
                                     Kernel::rational_quadratic, Kernel::exponential};

/// Those of kernel ridge regression.
inline constexpr Kernel ridge_kernels[] = {Kernel::rbf, Kernel::linear, Kernel::polynomial};

inline GpModel ridge_model_of(Kernel kernel, double gamma) {
  GpModel model;
  model.kernel = kernel;
  model.gamma = gamma;
  model.coef0 = 0.7;
  model.degree = 3;
  model.noise = {0.01, 1};
  model.signal = {1, 1};
  return model;
}

inline GpModel model_of(Kernel kernel, Mean mean) {
  GpModel model;
  model.kernel = kernel;
  model.alpha = 0.7;
  model.length_scale = {0.8, 1.7};
  model.mean = mean;
  model.noise = {0.01, 1e-5};
  model.signal = {1, 2.5};
  return model;
}

}  // namespace kilofold::test
