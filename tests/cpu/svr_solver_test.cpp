// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <random>

#include "cpu/svr_solver.hpp"
#include "cpu/svr_study.hpp"
#include "reference/reference_svr.hpp"

namespace kilofold::test {
namespace {

/// A table's rows as the solver takes them, unscaled.
class Problem {
 public:
  Problem(const Table& table, const SvrKernel& kernel) : X_(table.X()), y_(table.y()) {
    const std::int64_t n = X_.rows();
    std::int32_t n_sets = 0;
    for (std::int64_t i = 0; i < n; ++i) {
      std::int64_t first = 0;
      while (!equal(first, i)) ++first;
      set_.push_back(first < i ? set_[static_cast<std::size_t>(first)] : n_sets++);
    }
    cpu::SvrInputs inputs{};
    inputs.X_train = inputs.X_held_out = {X_.data(), n, X_.cols(), n};
    inputs.y = y_.data();
    inputs.set = set_.data();
    inputs.n_unique = n_sets;
    KernelFunction function;
    function.kernel = kernel.kernel;
    function.gamma = kernel.gamma;
    function.coef0 = kernel.coef0;
    function.degree = static_cast<std::int32_t>(kernel.degree);
    problem_.set(inputs, function);
  }

  cpu::SvrProblem& get() { return problem_; }

 private:
  bool equal(std::int64_t a, std::int64_t b) const {
    for (std::int64_t f = 0; f < X_.cols(); ++f)
      if (X_(a, f) != X_(b, f)) return false;
    return true;
  }

  Matrix<double> X_;
  std::vector<double> y_;
  std::vector<std::int32_t> set_;
  cpu::SvrProblem problem_;
};

ReferenceSvr parameters(const SvrKernel& kernel, double C, double epsilon) {
  ReferenceSvr out;
  out.kernel = kernel.kernel == Kernel::rbf      ? ReferenceSvrKernel::rbf
               : kernel.kernel == Kernel::linear ? ReferenceSvrKernel::linear
                                                 : ReferenceSvrKernel::polynomial;
  out.gamma = kernel.gamma;
  out.coef0 = kernel.coef0;
  out.degree = static_cast<std::int32_t>(kernel.degree);
  out.C = C;
  out.epsilon = epsilon;
  return out;
}

// A prediction is a sum of at most a few hundred products; its rounding grows like the root of their number, and free
// rows carry that of the two triangular solves besides.
constexpr long double roundings = 64;

/// Solve along ascending C and hold every answer against the conditions. Returns how many were not clear-cut.
std::int64_t certify_path(const Table& table, const SvrKernel& kernel, const std::vector<double>& Cs, double epsilon) {
  Problem problem(table, kernel);
  cpu::SvrSolver solver;
  problem.get().loss.set_epsilon(epsilon);
  solver.bind(problem.get());
  std::int64_t unclear = 0;
  bool first = true;
  for (const double C : Cs) {
    const cpu::SvrAnswer answer = first ? solver.solve_cold(C) : solver.solve_warm(C);
    first = false;
    unclear += answer.clear ? 0 : 1;
    EXPECT_TRUE(answer.optimal) << "C " << C << " epsilon " << epsilon;
    const std::vector<double> beta(solver.beta().begin(),
                                   solver.beta().begin() + static_cast<std::ptrdiff_t>(problem.get().n_rows()));
    const SvrCertificate found =
        certify_svr(table.X().view(), table.y(), beta, answer.b, parameters(kernel, C, epsilon));
    const long double slack = answer.certified ? roundings * found.rounding
                                               : roundings * found.rounding + static_cast<long double>(answer.gap);
    EXPECT_LE(found.prediction, slack) << "C " << C << " epsilon " << epsilon << " gap " << answer.gap;
    EXPECT_LE(found.box, found.rounding) << "C " << C;  // count times C is rounded once
    EXPECT_LE(found.sum * static_cast<long double>(problem.get().largest_kernel), roundings * found.rounding);
  }
  return unclear;
}

/// Rows of which thresholds coincide.
std::int64_t n_ties(const Table& table, double epsilon) {
  Problem problem(table, {});
  const cpu::SvrLoss& loss = problem.get().loss;
  problem.get().loss.set_epsilon(epsilon);
  std::int64_t ties = 0;
  for (std::int64_t row = 0; row < loss.n_rows(); ++row) ties += loss.pieces(row) < 2 * loss.kink(row, 0) ? 1 : 0;
  return ties;
}

Table unit_table(std::int32_t n, const std::vector<int>& levels, std::uint32_t seed, double step) {
  const Table base = random_table(n, levels, seed);
  Matrix<double> X = base.X();
  for (std::int64_t f = 0; f < X.cols(); ++f) {
    double largest = 0;
    for (std::int64_t i = 0; i < n; ++i) largest = std::fmax(largest, X(i, f));
    for (std::int64_t i = 0; i < n; ++i) X(i, f) = 3 * X(i, f) / largest - 1.5;
  }
  std::vector<double> y = base.y();
  double largest = 0;
  for (const double value : y) largest = std::fmax(largest, std::fabs(value));
  for (double& value : y) value = step > 0 ? std::round(4 * value / largest / step) * step : 4 * value / largest;
  return {X, y};
}

class SvrCertificates : public ::testing::TestWithParam<double> {};  // epsilon

TEST_P(SvrCertificates, HoldInLongDoubleOnContinuousData) {
  const Table table = unit_table(131, {0, 0, 0}, 1, 0);
  for (const double gamma : {0.05, 0.5, 5.0})
    EXPECT_LE(certify_path(table, {Kernel::rbf, gamma, 0, 1}, geometric(-3, 6, 10), GetParam()), 3);
}

TEST_P(SvrCertificates, HoldInLongDoubleOnEqualRows) {
  const Table table = unit_table(131, {3, 4, 3}, 2, 0);
  for (const double gamma : {0.05, 0.5, 5.0})
    EXPECT_LE(certify_path(table, {Kernel::rbf, gamma, 0, 1}, geometric(-3, 6, 10), GetParam()), 3);
}

TEST_P(SvrCertificates, HoldInLongDoubleWhereThresholdsTie) {
  for (const std::vector<int>& levels : {std::vector<int>{0, 0}, std::vector<int>{4, 4}}) {
    const Table table = unit_table(131, levels, 3, 0.0625);  // sixteenths: thresholds of equal rows coincide exactly
    const bool must_tie = levels.front() > 0 && GetParam() < 1;
    EXPECT_TRUE(!must_tie || n_ties(table, GetParam()) > 0);
    certify_path(table, {Kernel::rbf, 0.5, 0, 1}, geometric(-3, 6, 10), GetParam());
  }
}

TEST_P(SvrCertificates, HoldInLongDoubleForSingularKernels) {
  const Table table = unit_table(131, {0, 4, 0}, 4, 0);
  certify_path(table, {Kernel::linear, 1, 0, 1}, geometric(-3, 6, 10), GetParam());
  certify_path(table, {Kernel::polynomial, 0.5, 1, 2}, geometric(-3, 6, 10), GetParam());
}

TEST_P(SvrCertificates, HoldInLongDoubleForAConstantTarget) {
  for (const std::vector<int>& levels : {std::vector<int>{0, 0}, std::vector<int>{3, 3}}) {
    const Table table(unit_table(53, levels, 7, 0).X(), std::vector<double>(53, -1.75));
    for (const Kernel kernel : {Kernel::rbf, Kernel::linear, Kernel::polynomial})
      certify_path(table, {kernel, 0.5, 1, 2}, geometric(-3, 6, 10), GetParam());
  }
}

TEST_P(SvrCertificates, HoldInLongDoubleOnRandomProblems) {
  std::mt19937 random(8);
  const auto below = [&](std::uint32_t n) { return static_cast<int>(random() % n); };
  const Kernel kernels[] = {Kernel::rbf, Kernel::linear, Kernel::polynomial};
  for (int problem = 0; problem < 40; ++problem) {
    std::vector<int> levels;
    for (int f = below(3); f >= 0; --f) levels.push_back(below(2) == 0 ? 0 : 2 + below(4));
    const std::int32_t n = 2 + below(60);
    const double step = below(3) == 0 ? 0.25 : 0, gamma = std::pow(10.0, below(5) - 3);
    const Table table = unit_table(n, levels, static_cast<std::uint32_t>(problem), step);
    SCOPED_TRACE(problem);
    certify_path(table, {kernels[below(3)], gamma, 1, 2}, geometric(-3, 6, 10), GetParam());
  }
}

INSTANTIATE_TEST_SUITE_P(Epsilon, SvrCertificates, ::testing::Values(0, 0.0625, 0.125, 0.3, 20),
                         [](const auto& epsilon) { return "at" + std::to_string(epsilon.index); });

TEST(SvrCertificates, AWrongAnswerFails) {
  const Table table = unit_table(37, {0, 0}, 5, 0);
  const SvrKernel kernel{Kernel::rbf, 0.5, 0, 1};
  Problem problem(table, kernel);
  problem.get().loss.set_epsilon(0.1);
  cpu::SvrSolver solver;
  solver.bind(problem.get());
  const cpu::SvrAnswer answer = solver.solve_cold(1);
  std::vector<double> beta(solver.beta().begin(), solver.beta().begin() + 37);

  EXPECT_GT(certify_svr(table.X().view(), table.y(), beta, answer.b + 1e-6, parameters(kernel, 1, 0.1)).prediction,
            9e-7);
  EXPECT_GT(certify_svr(table.X().view(), table.y(), beta, answer.b, parameters(kernel, 0.5, 0.1)).box, 0.1);
  beta[0] += 0.01;
  EXPECT_GT(certify_svr(table.X().view(), table.y(), beta, answer.b, parameters(kernel, 1, 0.1)).sum, 0.009);
}

TEST(SvrSolver, GoesOnFromASolveThatRanOutOfTimeToTheSameBits) {
  const Table table = unit_table(131, {0, 3}, 6, 0);
  Problem problem(table, {Kernel::rbf, 0.5, 0, 1});
  problem.get().loss.set_epsilon(0.05);
  cpu::SvrSolver cold, interrupted;
  cold.bind(problem.get());
  interrupted.bind(problem.get());
  const cpu::SvrLimits over{cpu::SvrLimits{}.steps, 0};

  EXPECT_TRUE(interrupted.solve_cold(1, over).timed_out);
  EXPECT_TRUE(interrupted.solve_warm(10, over).timed_out);
  const cpu::SvrAnswer answer = interrupted.solve_warm(100);
  const cpu::SvrAnswer expected = cold.solve_cold(100);

  ASSERT_TRUE(expected.clear);
  EXPECT_TRUE(answer.clear);
  EXPECT_EQ(answer.b, expected.b);
  EXPECT_EQ(interrupted.beta(), cold.beta());
}

TEST(SvrLoss, MergesEqualThresholdsIntoOneOfTheirWeight) {
  Matrix<double> X(4, 1);
  X(3, 0) = 1;
  const std::vector<double> y{1, 2, 2, 5};
  const std::vector<std::int32_t> set{0, 0, 0, 1};
  cpu::SvrInputs inputs{};
  inputs.X_train = inputs.X_held_out = {X.data(), 4, 1, 4};
  inputs.y = y.data();
  inputs.set = set.data();
  inputs.n_unique = 2;
  cpu::SvrLoss loss;
  loss.set_targets(inputs);

  loss.set_epsilon(0.5);  // 0.5, 1.5 three times, 2.5 twice

  ASSERT_EQ(loss.pieces(0), 3);
  EXPECT_EQ(loss.threshold(0, 1), 1.5);
  const std::vector<std::int32_t> kinks{loss.kink(0, 0), loss.kink(0, 1), loss.kink(0, 2), loss.kink(0, 3)};
  EXPECT_EQ(kinks, (std::vector<std::int32_t>{3, 2, -1, -3}));
  EXPECT_EQ(loss.pieces(1), 2);
  EXPECT_EQ(loss.kink(1, 1), 0);
}

}  // namespace
}  // namespace kilofold::test
