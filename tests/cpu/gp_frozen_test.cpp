// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <fstream>
#include <limits>
#include <sstream>
#include <string>

#include "cpu/gp_study.hpp"

namespace kilofold::test {
namespace {

/// One line of gp_frozen.csv, which make_gp_frozen.py writes with scikit-learn.
struct Frozen {
  GpModel model;
  double log_marginal_likelihood = 0;
  std::vector<double> mean, sd;
};

std::vector<Frozen> frozen() {
  std::ifstream file("tests/cpu/gp_frozen.csv");
  std::string line;
  std::getline(file, line);
  std::vector<Frozen> cases;
  while (std::getline(file, line)) {
    std::vector<double> field;
    std::istringstream stream(line);
    for (std::string text; std::getline(stream, text, ',');) field.push_back(std::stod(text));
    Frozen f;
    f.model.kernel = static_cast<Kernel>(static_cast<int>(field.at(0)));
    f.model.length_scale = {field.at(1), field.at(2)};
    f.model.alpha = 0.7;
    f.model.noise = {field.at(3)};
    f.model.signal = {field.at(4)};
    f.log_marginal_likelihood = field.at(5);
    for (std::size_t i = 6; i < field.size(); i += 2) {
      f.mean.push_back(field[i]);
      f.sd.push_back(field.at(i + 1));
    }
    cases.push_back(f);
  }
  return cases;
}

/// The table of make_gp_frozen.py.
Table made_table() {
  constexpr int n = 29;
  Matrix<double> X(n, 2);
  std::vector<double> y;
  for (int i = 0; i < n; ++i) {
    X(i, 0) = (7 * i % n) / 4.0;
    X(i, 1) = (i * i % 6) / 3.0;
    y.push_back(X(i, 0) + 2 * X(i, 1) * X(i, 1) + (5 * i % 17) / 5.0);
  }
  return {std::move(X), std::move(y)};
}

TEST(GaussianProcess, EqualsScikitLearnWithTheSameHyperparameters) {
  const Table table = made_table();
  const Rows rows = every_kth(29, 4, 1);
  const std::vector<Frozen> cases = frozen();
  ASSERT_EQ(cases.size(), 27);
  for (const Frozen& f : cases) {
    const ReferenceGpFit plain = reference_fit(table, rows, f.model, 0);
    // both round by as much as 50 eps cond
    const double relative = 100 * std::numeric_limits<double>::epsilon() * plain.condition;
    for (const Route route : {Route::cholesky, Route::tridiagonal, Route::band}) {
      const GpAnswer answer = gp(table, {rows}, f.model, route)[0][0];

      EXPECT_NEAR(answer.log_marginal_likelihood, f.log_marginal_likelihood,
                  relative * static_cast<double>(rows.train.size()));
      ASSERT_EQ(answer.mean.size(), f.mean.size());
      for (std::size_t i = 0; i < f.mean.size(); ++i) {
        EXPECT_NEAR(answer.mean[i], f.mean[i], relative * plain.target_sd);
        EXPECT_NEAR(answer.sd[i], f.sd[i], relative * plain.target_sd);
      }
    }
  }
}

}  // namespace
}  // namespace kilofold::test
