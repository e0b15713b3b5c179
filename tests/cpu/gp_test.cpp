// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "cpu/gp_study.hpp"
#include "kilofold/core/cells.hpp"
#include "support/sanitizer.hpp"

namespace kilofold::test {
namespace {

constexpr double eps = std::numeric_limits<double>::epsilon();
constexpr std::int32_t ok = static_cast<std::int32_t>(FitStatus::ok);

/// The backend's promise, relative to sd(y).
double rounding(const ReferenceGpFit& fit) { return 50 * eps * fit.condition; }

/// The sd is of the size of sd(y) sqrt(v); the likelihood is a sum over n rows, whose terms may cancel.
void expect_agrees(const GpAnswer& answer, const ReferenceGpFit& plain, std::size_t n, double signal) {
  const double tolerance = rounding(plain) * plain.target_sd;
  ASSERT_EQ(answer.mean.size(), plain.mean.size());
  for (std::size_t i = 0; i < plain.mean.size(); ++i) {
    EXPECT_NEAR(answer.mean[i], plain.mean[i], tolerance);
    EXPECT_NEAR(answer.sd[i], plain.sd[i], tolerance * std::max(1.0, std::sqrt(signal)));
  }
  const double size = std::max(static_cast<double>(n), std::fabs(plain.log_marginal_likelihood));
  EXPECT_NEAR(answer.log_marginal_likelihood, plain.log_marginal_likelihood, rounding(plain) * size);
}

double sd_of(const std::vector<double>& y) {
  const auto n = static_cast<double>(y.size());
  const double mean = std::accumulate(y.begin(), y.end(), 0.0) / n;
  double square = 0;
  for (const double value : y) square += (value - mean) * (value - mean);
  return std::sqrt(square / n);
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

void expect_equals_plain_refits(const Table& table, const std::vector<Rows>& items, const GpModel& model,
                                const std::vector<Route>& routes) {
  std::vector<GpAnswers> answers;
  for (const Route route : routes) answers.push_back(gp(table, items, model, route));
  for (std::size_t i = 0; i < items.size(); ++i) {
    for (std::size_t l = 0; l < model.noise.size(); ++l) {
      const ReferenceGpFit plain = reference_fit(table, items[i], model, l);
      for (std::size_t r = 0; r < routes.size(); ++r) {
        SCOPED_TRACE(::testing::Message()
                     << "route " << static_cast<int>(routes[r]) << ", kernel " << static_cast<int>(model.kernel)
                     << ", length scales " << model.length_scale.size() << ", mean " << static_cast<int>(model.mean)
                     << ", noise " << model.noise[l] << ", signal " << model.signal[l]);
        EXPECT_EQ(answers[r][i][l].status, ok);
        expect_agrees(answers[r][i][l], plain, items[i].train.size(), model.signal[l]);
      }
    }
  }
}

constexpr Route all_routes[] = {Route::cholesky, Route::tridiagonal, Route::band, Route::fold_inverse};

TEST(GaussianProcess, FactorAndBothReducedFormsEqualPlainRefits) {
  const Table table = random_table(43, {0, 0, 5}, 3);
  for (const GpModel& model : kernels_and_means()) {
    expect_equals_plain_refits(table, {every_kth(43, 5, 1)}, model, {Route::cholesky, Route::tridiagonal, Route::band});
  }
}

/// The first n rows to train on, the others held out.
Rows first_rows(std::int32_t n, std::int32_t n_all) {
  Rows rows;
  for (std::int32_t i = 0; i < n_all; ++i) (i < n ? rows.train : rows.held_out).push_back(i);
  return rows;
}

GpModel three_lanes() {
  GpModel model;
  model.kernel = Kernel::matern52;
  model.length_scale = {0.7, 1.5, 4};
  model.mean = Mean::linear;
  model.noise = {1e-3, 0.05, 2};
  model.signal = {1, 0.4, 3};
  return model;
}

TEST(GaussianProcess, ReducedFormsOfEachSizeEqualPlainRefits) {
  // less than a panel of 32 reflections, whole panels, whole panels and a rest
  for (const std::int32_t n : {1, 2, 31, 32, 33, 34, 64, 65, 131, 300}) {
    const Table table = random_table(n + 11, {0, 0, 5}, static_cast<std::uint32_t>(n));
    GpModel model = three_lanes();
    if (n == 300) model.noise = model.signal = {0.05};  // a refit in long double takes as long as all before
    expect_equals_plain_refits(table, {first_rows(n, n + 11)}, model, {Route::tridiagonal, Route::band});
  }
}

TEST(GaussianProcess, BandOfManyRowsEqualsTheTridiagonalForm) {
  const std::int32_t n = testing::slowdown > 1 ? 350 : 700;
  const Table table = random_table(n + 100, {0, 0, 5}, 12);
  GpModel model = three_lanes();
  model.signal = {1, 1, 1};
  const std::vector<Rows> items{first_rows(n, n + 100)};
  const std::vector<GpAnswer> band = gp(table, items, model, Route::band)[0];
  const std::vector<GpAnswer> tridiagonal = gp(table, items, model, Route::tridiagonal)[0];
  const std::vector<double> train(table.y().begin(), table.y().begin() + n);
  for (std::size_t l = 0; l < model.noise.size(); ++l) {
    ReferenceGpFit other;
    other.mean = tridiagonal[l].mean;
    other.sd = tridiagonal[l].sd;
    other.log_marginal_likelihood = tridiagonal[l].log_marginal_likelihood;
    other.target_sd = sd_of(train);
    other.condition = (n + model.noise[l]) / model.noise[l];  // at most: K is positive and its trace is n
    expect_agrees(band[l], other, static_cast<std::size_t>(n), 1);
  }
}

TEST(GaussianProcess, CollapsedReplicatesEqualPlainRefitsOfEveryRow) {
  const Table table = replicated_table(41, 3, 4);
  for (GpModel model : kernels_and_means()) {
    model.replicates = Replicates::collapse;
    expect_equals_plain_refits(table, {every_kth(41, 4, 2)}, model, {Route::cholesky, Route::tridiagonal, Route::band});
  }
}

TEST(GaussianProcess, FoldsFromOneInverseEqualPlainRefits) {
  const Table table = random_table(37, {0, 0, 5}, 3);
  std::vector<Rows> folds;
  for (std::int32_t f = 0; f < 3; ++f) folds.push_back(every_kth(37, 3, f));
  for (GpModel model : kernels_and_means()) {
    model.fit_on = FitOn::all;
    expect_equals_plain_refits(table, folds, model, {Route::fold_inverse});
  }
}

TEST(GaussianProcess, FoldsFromOneInverseKnowEveryScalingOfTheTarget) {
  const Table table = random_table(31, {0, 0, 0}, 8);
  for (const Scaling target : {Scaling::none, Scaling::center, Scaling::zscore}) {
    for (const Mean mean : {Mean::zero, Mean::constant, Mean::linear}) {
      GpModel model;
      model.mean = mean;
      model.target = target;
      model.fit_on = FitOn::all;
      expect_equals_plain_refits(table, {every_kth(31, 4, 0), every_kth(31, 4, 3)}, model, {Route::fold_inverse});
    }
  }
}

TEST(GaussianProcess, LeavesOutBasisColumnsThatTrainingRowsCannotTellApart) {
  Matrix<double> X(14, 3);
  std::vector<double> y;
  for (std::int32_t i = 0; i < 14; ++i) {
    X(i, 0) = 0.3 * i + (i % 3);
    X(i, 1) = -2 * X(i, 0);     // a multiple of the first
    X(i, 2) = i % 2 ? 5.0 : 1;  // constant in the training rows
    y.push_back(X(i, 0) + 0.1 * (i % 4));
  }
  GpModel model;
  model.mean = Mean::linear;
  model.fit_on = FitOn::all;

  const Table table(X, y);
  expect_equals_plain_refits(table, {every_kth(14, 2, 1)}, model,
                             {Route::cholesky, Route::tridiagonal, Route::band, Route::fold_inverse});
  expect_equals_plain_refits(table, {{{3, 4}, {0, 9}}, {{5}, {6}}}, model,
                             {Route::cholesky, Route::tridiagonal, Route::band});
}

TEST(GaussianProcess, OneRowHasItsTextbookAnswer) {
  Matrix<double> X(2, 1);
  X(1, 0) = 1;
  GpModel model;
  model.features = model.target = Scaling::none;
  model.noise = {0.25};

  const double k = std::exp(-0.5);
  const double tolerance = 50 * eps * (1.25 + k) / (1.25 - k);  // of both rows' matrix, which the folds share
  for (const Route route : all_routes) {
    const GpAnswer answer = gp({X, {2, 7}}, {{{0}, {1}}}, model, route)[0][0];

    EXPECT_NEAR(answer.mean[0], k * 2 / 1.25, tolerance);
    EXPECT_NEAR(answer.sd[0], std::sqrt(1 - k * k / 1.25 + 0.25), tolerance);
    EXPECT_NEAR(answer.log_marginal_likelihood, -2 / 1.25 - std::log(1.25 * 2 * M_PI) / 2, tolerance);
  }
}

TEST(GaussianProcess, NoiseBelowTheFloorIsRaisedAndSaid) {
  const Table table = random_table(29, {0, 0}, 5);
  const std::vector<Rows> items{every_kth(29, 4, 0)};
  const double floor = 16 * 29 * eps * 3;
  GpModel none;
  none.kernel = Kernel::exponential;
  none.signal = {3};
  none.noise = {0};
  GpModel raised = none;
  raised.noise = {floor};

  for (const Route route : all_routes) {
    GpAnswer answer = gp(table, items, none, route)[0][0];

    EXPECT_EQ(answer.status, static_cast<std::int32_t>(FitStatus::jittered));
    EXPECT_EQ(answer.jitter, floor);
    answer.jitter = 0;
    answer.status = ok;
    EXPECT_EQ(answer, gp(table, items, raised, route)[0][0]);
  }
}

TEST(GaussianProcess, InputsOutOfRangeAreNotFinite) {
  Matrix<double> X(5, 1);
  for (std::int32_t i = 0; i < 5; ++i) X(i, 0) = i * 1e200;

  for (const Route route : all_routes) {
    const GpAnswer answer = gp({X, {1, 2, 3, 4, 5}}, {every_kth(5, 5, 2)}, {}, route)[0][0];

    EXPECT_EQ(answer.status, static_cast<std::int32_t>(FitStatus::not_finite));
    EXPECT_TRUE(std::isnan(answer.mean[0]) && std::isnan(answer.sd[0]) && std::isnan(answer.log_marginal_likelihood));
  }
}

TEST(GaussianProcess, ConstantTargetIsPredictedAsItself) {
  const Table varied = random_table(17, {0, 0}, 6);
  const Table table(varied.X(), std::vector<double>(17, 0.1));
  for (const Route route : all_routes) {
    for (const Mean mean : {Mean::zero, Mean::linear}) {
      GpModel model;
      model.mean = mean;

      const GpAnswer answer = gp(table, {every_kth(17, 4, 1)}, model, route)[0][0];

      EXPECT_EQ(answer.status, ok);
      for (const double prediction : answer.mean) EXPECT_NEAR(prediction, 0.1, 4 * eps);
    }
  }
}

}  // namespace
}  // namespace kilofold::test
