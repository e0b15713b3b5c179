// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "report/html.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <regex>

#include "example_study.hpp"
#include "report/calibration.hpp"
#include "report/fold_text.hpp"
#include "report/markup.hpp"
#include "report/numbers.hpp"
#include "report/text.hpp"

namespace kilofold::report {
namespace {

bool contains(const std::string& page, const std::string& text) { return page.find(text) != std::string::npos; }

/// Every tag and attribute name of a page in order, without what stands between and within quotes.
std::string structure(const std::string& page) {
  const std::string body = page.substr(page.find("</style>"), page.rfind("<script>") - page.find("</style>"));
  std::string tags;
  bool inside = false, quoted = false;
  for (const char c : body) {
    if (c == '<') inside = true;
    if (inside && c == '"') quoted = !quoted;
    if (inside && !quoted) tags += c;
    if (c == '>' && !quoted) inside = false;
  }
  return tags;
}

TEST(Escape, LeavesNoMarkup) {
  EXPECT_EQ(escape("<b a=\"1\" c='2'>&amp;"), "&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp;amp;");
  EXPECT_EQ(escape("µm\n\ttab"), "µm\n\ttab");
}

TEST(Escape, ReplacesControlsAndBytesThatAreNoUtf8) {
  EXPECT_EQ(escape(std::string("a\0b\x1b", 4)), "a\uFFFDb\uFFFD");
  EXPECT_EQ(escape("a\xC3("), "a\uFFFD(");
}

TEST(Page, SaysWhatWasComputed) {
  const std::string page = render_html(example_study());

  EXPECT_TRUE(contains(page, "<h1>electrode</h1>"));
  EXPECT_TRUE(contains(page, "Synthetic stand-in of an electrode table."));
  EXPECT_TRUE(contains(page, "49 trials in 735 fits: 3 fold seeds, 5 folds, 131 samples."));
  EXPECT_TRUE(contains(page, "Target: Mass loading (mg/cm2)."));
  EXPECT_TRUE(contains(page, ">electrode.csv<"));
  EXPECT_TRUE(contains(page, "sha256 aaaaaaaaaaaa<"));
  EXPECT_TRUE(contains(page, "<dt>device</dt><dd>cpu, 16 threads</dd>"));
}

TEST(Page, SaysWhichFoldsItIsAbout) {
  StudySummary study = example_study();
  EXPECT_TRUE(contains(render_html(study),
                       "Folds: kfold, 5 folds, shuffled by 3 seeds (0 to 2); features zscore, fitted on "
                       "the training rows; target zscore."));

  const Preparation grouped{{Splitter::group_kfold, false}, "cell", Scaling::none, Scaling::center, {FitOn::all}};
  EXPECT_EQ(fold_text(grouped, {3, 5}, {7}),
            "group_kfold by cell, 3, 5 folds, not shuffled; features none; target center");
}

TEST(Page, WarnsWhereFoldsPartGroups) {
  StudySummary study = example_study();
  EXPECT_FALSE(contains(render_html(study), "which flatters"));
  EXPECT_FALSE(contains(render_text(study), "which flatters"));

  study.shared_groups = 0.25;

  EXPECT_TRUE(contains(render_html(study), "25.0 % of held-out rows have a row of their group in training"));
  EXPECT_TRUE(contains(render_text(study), shared_groups_text(0.25)));
}

TEST(Page, SaysWhoseStandardDeviationsAreRight) {
  StudySummary study = example_study();
  EXPECT_FALSE(contains(render_html(study), "sd of z"));

  study.models[1].best->calibration = {0.61, 2.42};
  study.models[1].as_published = study.models[1].best;
  study.models[1].as_published->calibration = {0.943, 1.02};

  EXPECT_TRUE(
      contains(render_html(study), "DT: best trial 61.0 % (sd of z 2.42), as published 94.3 % (sd of z 1.02)."));
}

TEST(Calibration, CountsWhatLiesWithinTheNominalInterval) {
  CellBlock cells;
  cells.prediction = {0, 0, 0, 0};
  cells.sd = {1, 1, 2, NAN};

  const auto made = calibration({1.9, -2.1}, cells);  // z = 1.9, -2.1, 0.95

  ASSERT_TRUE(made.has_value());
  EXPECT_DOUBLE_EQ(made->coverage, 2.0 / 3);
  EXPECT_DOUBLE_EQ(made->sd_of_z, std::sqrt((1.9 * 1.9 + 2.1 * 2.1 + 0.95 * 0.95) / 3));
  EXPECT_FALSE(calibration({1, 2}, CellBlock{}).has_value());
}

TEST(Page, MarksTheBestOfAGridAsOptimisticAndAFixedTrialNot) {
  StudySummary study = example_study();
  const std::string chosen = "best of 48 trials, chosen on these folds: optimistic";
  EXPECT_TRUE(contains(render_html(study), chosen));

  study.models.pop_back();

  EXPECT_FALSE(contains(render_html(study), "chosen on these folds: optimistic"));
  EXPECT_TRUE(contains(render_html(study), "nothing chosen"));
}

TEST(Page, NamesTheModelWithTheSmallestError) {
  EXPECT_TRUE(contains(render_html(example_study()), "Smallest mean RMSE: <b>DT</b>, 1.7"));
}

TEST(Page, ImpliesTheStandardDeviationOfTheTarget) {
  const StudySummary study = example_study();
  const double n = static_cast<double>(study.y.size());
  double mean = 0, squares = 0;
  for (const double y : study.y) mean += y / n;
  for (const double y : study.y) squares += (y - mean) * (y - mean);

  const std::string cell = ">" + significant(std::sqrt(squares / n), 3) + "</td>";

  const std::string page = render_html(study);
  EXPECT_NE(page.find(cell), page.rfind(cell)) << "both models imply it: " << cell;
}

TEST(Page, IsTheSameForTheSameStudy) { EXPECT_EQ(render_html(example_study()), render_html(example_study())); }

TEST(Page, FetchesNothing) {
  const std::string page = render_html(example_study());

  for (const char* reference : {"http://", "https://", " src=", "href=", "url(", "@import", "fetch("}) {
    EXPECT_FALSE(contains(page, reference)) << reference;
  }
}

TEST(Page, TakesNamesAndLabelsAsTextOnly) {
  const std::string evil = "\"><script>alert(1)</script><img onerror='x'>&";
  StudySummary study = example_study();
  const std::string plain = structure(render_html(study));

  study.name = study.description = study.data_file = study.data_sha256 = evil;
  study.target = {evil, evil, evil, {}};
  for (ModelSummary& model : study.models) {
    model.name = model.model = model.best->id = evil;
    for (ParameterValue& parameter : model.best->varied) parameter = {evil, evil, evil};
    for (ParameterValue& parameter : model.best->fixed) parameter = {evil, evil, evil};
  }
  for (auto& [label, value] : study.provenance) label = value = evil;
  study.models[0].model = "linear";
  study.models[1].model = "tree";
  const std::string page = render_html(study);

  EXPECT_FALSE(contains(page, "<script>alert"));
  EXPECT_FALSE(contains(page, "<img"));
  // Margins of the plots follow the labels' widths, which stand within quotes: all tags stay as they were.
  EXPECT_EQ(structure(page), plain);
}

TEST(Page, AnnouncesAnUnfinishedStudy) {
  StudySummary study = example_study();
  EXPECT_FALSE(contains(render_html(study), "Unfinished"));

  study.n_committed = 100;
  study.models[1].n_finished = 17;

  const std::string page = render_html(study);
  EXPECT_TRUE(contains(page, "Unfinished: 100 of 147 cells."));
  EXPECT_TRUE(contains(page, "best of 17 finished trials (48 in all)"));
}

TEST(Page, StandsWithoutAnyFinishedTrial) {
  StudySummary study = example_study();
  study.n_committed = 0;
  for (ModelSummary& model : study.models) {
    model.best.reset();
    model.n_finished = 0;
  }

  const std::string page = render_html(study);

  EXPECT_TRUE(contains(page, "No trial is finished for every fold seed yet."));
  EXPECT_TRUE(contains(page, "none of 48 trials finished"));
  EXPECT_FALSE(contains(page, "<svg"));
}

TEST(Page, CountsFailedFitsAndNamesTheirStatus) {
  StudySummary study = example_study();
  study.models[1].status_counts[3] = 14;

  const std::string page = render_html(study);

  EXPECT_TRUE(std::regex_search(page, std::regex("title=\"[^\"]*14 not_positive_definite\"[^>]*><span[^>]*>14<|"
                                                 "title=\"[^\"]*14 not_positive_definite\"[^>]*>14<")));
}

TEST(Page, SaysWhenPointsAreLeftOutOrBeyondTheAxes) {
  StudySummary study = example_study();
  study.models[0].best->prediction[3] = 1e6;
  EXPECT_TRUE(contains(render_html(study), "1 point beyond the axes, drawn on the border."));

  study.y.assign(6000, 1.0);
  study.y[0] = 2.0;
  study.models.resize(1);
  study.models[0].best->prediction = study.y;

  EXPECT_TRUE(contains(render_html(study), "5,000 of 6,000 points drawn."));
}

TEST(Page, ShowsEquation13OnlyWhereAskedFor) {
  StudySummary study = example_study();
  EXPECT_FALSE(contains(render_html(study), "Eq. 13"));

  study.metrics.push_back(r2_eq13);

  EXPECT_TRUE(contains(render_html(study), "R² (Eq. 13)"));
}

}  // namespace
}  // namespace kilofold::report
