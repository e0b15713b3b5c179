// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "report/published.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "example_study.hpp"
#include "report/html.hpp"
#include "report/text.hpp"

namespace kilofold::report {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

BestTrial trial_with(double mae_value, double rmse_value, double r2_value) {
  BestTrial trial;
  trial.metric = {mae_value, rmse_value, r2_value, 0};
  return trial;
}

/// Three models under one seed with their published RMSE and R².
StudySummary published_study() {
  StudySummary study = example_study();
  study.seeds = {0};
  study.metrics = {rmse, r2};
  study.reference_source = "Journal 1, table <2>";
  study.models.clear();
  const auto add = [&](const char* name, double ours, double published) {
    ModelSummary model{name, "tree", 1, 1, std::vector<std::int64_t>(10, 0), trial_with(ours / 2, ours, 0.75)};
    model.reference = {nan, published, 0.84, nan};
    study.models.push_back(std::move(model));
  };
  add("A", 1, 2);
  add("B", 2, 1.5);
  add("C", 3, 4);
  return study;
}

TEST(Published, StandsBesideOursWithTheDifference) {
  EXPECT_EQ(render_text(published_study()).substr(render_text(published_study()).find("\nbeside")),
            "\nbeside the published results (Journal 1, table <2>)\n"
            "Model  RMSE (mg/cm2)  published  difference      R²  published  difference  Implied sd(y) (mg/cm2)  "
            "published\n"
            "A              1.000          2        -1.0  0.7500       0.84      -0.090                    2.00       "
            "5.00\n"
            "B              2.000        1.5       +0.50  0.7500       0.84      -0.090                    4.00       "
            "3.75\n"
            "C              3.000          4        -1.0  0.7500       0.84      -0.090                    6.00       "
            "10.0\n"
            "Compared is the trial of the published setting, but of A (nothing chosen); B (nothing chosen); C (nothing "
            "chosen).\n"
            "By RMSE, 2 of 3 pairs of models are in the published order (Kendall's tau 0.33). Published, best first: "
            "B, A, C. Here: A, B, C.\n");
}

TEST(Published, IsComparedWithThePublishedSettingWhereThereIsOne) {
  StudySummary study = published_study();
  study.models[0].as_published = trial_with(2.5, 5, 0.5);
  study.models[2].n_trials = study.models[2].n_finished = 12;

  const ResultTable table = published_table(study);

  EXPECT_EQ(table.rows[0][1].text(), "5.000");
  EXPECT_EQ(table.rows[0][0].note, "as published");
  EXPECT_EQ(table.rows[2][0].note, "best of 12 trials, chosen on these folds: optimistic");
  EXPECT_EQ(compared_text(study),
            "Compared is the trial of the published setting, but of B (nothing chosen); C (best of "
            "12 trials, chosen on these folds: optimistic).");
}

TEST(Published, IsShownOnThePageAsTextOnly) {
  const std::string page = render_html(published_study());

  EXPECT_NE(page.find("<h2>Beside the published results</h2>"), std::string::npos);
  EXPECT_NE(page.find("Published: Journal 1, table &lt;2&gt;."), std::string::npos);
  EXPECT_NE(page.find("2 of 3 pairs of models"), std::string::npos);
}

TEST(Published, LeavesOutWhatTheStudyDoesNotHave) {
  StudySummary study = published_study();
  for (ModelSummary& model : study.models) model.reference = no_reference;
  EXPECT_EQ(render_text(study).find("published"), std::string::npos);
  EXPECT_EQ(render_html(study).find("published"), std::string::npos);

  study.models[1].reference[rmse] = 1;
  study.models[1].best.reset();
  EXPECT_EQ(published_table(study).rows.size(), 1U);
  EXPECT_EQ(published_table(study).rows[0][0].note, "not finished");
  EXPECT_EQ(rank_agreement(study), "");
}

}  // namespace
}  // namespace kilofold::report
