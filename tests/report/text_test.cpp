// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "report/text.hpp"

#include <gtest/gtest.h>

#include "example_study.hpp"

namespace kilofold::report {
namespace {

/// One model with given MAE, RMSE and R² for two seeds.
ModelSummary model_with(const std::string& name, double error, double r2_value, std::int64_t n_trials) {
  ModelSummary model{name, "tree", n_trials, n_trials, {100, 0, 0, 4, 0, 0, 0, 0, 0, 0}, BestTrial{}};
  if (n_trials > 1) model.best->varied = {{"max_depth", "", "none"}, {"min_samples_leaf", "", "12"}};
  for (const double sign : {-1.0, 1.0}) {
    const double value = error + sign * 0.03;
    model.best->metric.insert(model.best->metric.end(), {value / 2, value, r2_value + sign * 0.002, 0});
  }
  return model;
}

StudySummary two_models() {
  StudySummary study = example_study();
  study.seeds = {0, 1};
  study.models = {model_with("LR", 3.2, 0.84, 1), model_with("DT", 1.6, 0.96, 48)};
  return study;
}

TEST(TextTable, IsAligned) {
  EXPECT_EQ(render_text(two_models()),
            "Model   MAE (mg/cm2)  RMSE (mg/cm2)               R²  Failed fits  Implied sd(y) (mg/cm2)  Best trial\n"
            "LR     1.600 ± 0.021  3.200 ± 0.042  0.8400 ± 0.0028            4                    8.00  one trial\n"
            "DT     0.800 ± 0.021  1.600 ± 0.042  0.9600 ± 0.0028            4                    8.00  "
            "max_depth = none, min_samples_leaf = 12 (best of 48)\n"
            "mean ± sd over 2 seeds; best trial of each grid, chosen on these folds: optimistic\n"
            "folds: kfold, 5 folds, shuffled by 3 seeds (0 to 2); features zscore, fitted on the training rows; target "
            "zscore\n");
}

TEST(TextTable, SaysWhatIsMissing) {
  StudySummary study = two_models();
  study.n_committed = 60;
  study.models[1].best.reset();

  const std::string text = render_text(study);

  EXPECT_EQ(text.find("unfinished: 60 of 147 cells\n"), 0u);
  EXPECT_NE(text.find("\nDT                 –              –"), std::string::npos) << text;
  EXPECT_EQ(text.find("optimistic"), std::string::npos) << "nothing was chosen";
}

TEST(TextTable, HasTheColumnsAskedForInTheirOrder) {
  StudySummary study = two_models();
  study.metrics = {rmse, r2_eq13};

  const std::string text = render_text(study);

  EXPECT_EQ(text.find("Model  RMSE (mg/cm2)"), 0u);
  EXPECT_NE(text.find("R² (Eq. 13)"), std::string::npos);
  EXPECT_EQ(text.find("MAE"), std::string::npos);
}

}  // namespace
}  // namespace kilofold::report
