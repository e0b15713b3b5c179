// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "cpu/each_isa.hpp"
#include "cpu/gp_study.hpp"
#include "kilofold/core/cells.hpp"

namespace kilofold::test {
namespace {

using GpOnEachIsa = EachIsa;
KILOFOLD_ON_EACH_ISA(GpOnEachIsa);

/// The backend's promise, relative to sd(y).
double rounding(const ReferenceGpFit& fit) { return 50 * std::numeric_limits<double>::epsilon() * fit.condition; }

/// The variance is a difference of numbers of size v; the sd of at least the noise's share of it.
void expect_agrees(const GpAnswer& answer, const ReferenceGpFit& plain, double signal, const std::string& what) {
  SCOPED_TRACE(what);
  const double tolerance = rounding(plain) * plain.target_sd;
  ASSERT_EQ(answer.mean.size(), plain.mean.size());
  for (std::size_t i = 0; i < plain.mean.size(); ++i) {
    EXPECT_NEAR(answer.mean[i], plain.mean[i], tolerance);
    EXPECT_NEAR(answer.sd[i], plain.sd[i], tolerance * std::max(1.0, std::sqrt(signal)));
  }
  const double size = std::max(1.0, std::fabs(plain.log_marginal_likelihood));
  EXPECT_NEAR(answer.log_marginal_likelihood, plain.log_marginal_likelihood, rounding(plain) * size);
}

std::vector<GpModel> kernels_and_means() {
  std::vector<GpModel> models;
  for (const Kernel kernel : {Kernel::squared_exponential, Kernel::matern32, Kernel::matern52,
                              Kernel::rational_quadratic, Kernel::exponential}) {
    for (const std::vector<double>& length_scale : {std::vector<double>{1.3}, std::vector<double>{0.7, 1.5, 4}}) {
      for (const Mean mean : {Mean::zero, Mean::constant, Mean::linear}) {
        GpModel model;
        model.kernel = kernel;
        model.length_scale = length_scale;
        model.alpha = 0.7;
        model.mean = mean;
        model.noise = {1e-4, 1e-3, 1e-2, 0.1, 1, 1e-8, 1e-4, 2e-3, 0.3, 5e-2};
        model.signal = {1, 1, 1, 1, 1, 1, 2.5, 0.2, 10, 0.01};
        models.push_back(model);
      }
    }
  }
  return models;
}

std::string name_of(const GpModel& m, std::size_t lane) {
  return "kernel " + std::to_string(static_cast<int>(m.kernel)) + ", length scales " +
         std::to_string(m.length_scale.size()) + ", mean " + std::to_string(static_cast<int>(m.mean)) + ", noise " +
         std::to_string(m.noise[lane]) + ", signal " + std::to_string(m.signal[lane]);
}

void expect_equals_plain_refits(const Table& table, const std::vector<Rows>& items, const GpModel& model, Route route) {
  const GpAnswers answers = gp(table, items, model, route);
  for (std::size_t i = 0; i < items.size(); ++i) {
    for (std::size_t l = 0; l < model.noise.size(); ++l) {
      EXPECT_EQ(answers[i][l].status, static_cast<std::int32_t>(FitStatus::ok));
      expect_agrees(answers[i][l], reference_fit(table, items[i], model, l), model.signal[l], name_of(model, l));
    }
  }
}

TEST_P(GpOnEachIsa, CholeskyEqualsPlainRefits) {
  const Table table = random_table(43, {0, 0, 5}, 3);
  for (const GpModel& model : kernels_and_means()) {
    expect_equals_plain_refits(table, {every_kth(43, 5, 1)}, model, Route::cholesky);
  }
}

TEST_P(GpOnEachIsa, TridiagonalEqualsPlainRefits) {
  const Table table = random_table(43, {0, 0, 5}, 3);
  for (const GpModel& model : kernels_and_means()) {
    expect_equals_plain_refits(table, {every_kth(43, 5, 1)}, model, Route::tridiagonal);
  }
}

TEST_P(GpOnEachIsa, CollapsedReplicatesEqualPlainRefitsOfEveryRow) {
  const Table table = replicated_table(61, 3, 4);
  for (GpModel model : kernels_and_means()) {
    model.replicates = Replicates::collapse;
    for (const Route route : {Route::cholesky, Route::tridiagonal}) {
      expect_equals_plain_refits(table, {every_kth(61, 4, 2)}, model, route);
    }
  }
}

}  // namespace
}  // namespace kilofold::test
