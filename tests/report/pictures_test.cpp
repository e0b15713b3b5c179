// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "report/pictures.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "example_study.hpp"
#include "report/level_axis.hpp"
#include "report/lines.hpp"
#include "report/profiles.hpp"

namespace kilofold::report {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

std::size_t count(const std::string& text, const std::string& wanted) {
  std::size_t n = 0;
  for (std::size_t at = text.find(wanted); at != std::string::npos; at = text.find(wanted, at + 1)) ++n;
  return n;
}

/// Depth 1, 2, none x leaf 1, 4, depth slowest; the published mark is no parameter.
std::vector<TrialColumn> grid() {
  const double none = std::numeric_limits<double>::infinity();
  return {{"max_depth", "", true, {none, none, 1, 1, 2, 2}, {}},
          {"criterion", "", false, {}, std::vector<std::string>(6, "squared_error")},
          {"min_samples_leaf", "", true, {1, 4, 1, 4, 1, 4}, {}},
          {"as_published", "", true, {0, 0, 0, 1, 0, 0}, {}}};
}

/// The marked trial is a point of the grid.
GridTrials all_trials() { return grid_trials(grid(), 6, true); }

TEST(Profiles, AreTheBestAtEveryValueOverTheOthers) {
  const std::vector<Profile> all = profiles(grid(), std::vector<double>{3, 2, 9, 8, nan, nan}, all_trials());

  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].parameter, "max_depth");
  EXPECT_EQ(all[0].labels(), (std::vector<std::string>{"1", "2", "none"}));
  EXPECT_EQ(all[0].rmse[0], 8);
  EXPECT_TRUE(std::isnan(all[0].rmse[1]));
  EXPECT_EQ(all[0].rmse[2], 2);
  EXPECT_EQ(all[1].rmse, (std::vector<double>{3, 2}));
}

TEST(Surface, CrossesTheTwoParametersWithTheMostValues) {
  const auto made = surface(grid(), std::vector<double>{3, 2, 9, 8, 5, 6}, all_trials());

  ASSERT_TRUE(made.has_value());
  EXPECT_EQ(made->x.parameter, "max_depth");
  EXPECT_EQ(made->y.parameter, "min_samples_leaf");
  EXPECT_EQ(made->rmse, (std::vector<double>{9, 5, 3, 8, 6, 2}));
  EXPECT_FALSE(surface(std::vector<TrialColumn>{grid()[0]}, std::vector<double>(6, 1.0), all_trials()).has_value());
}

/// Depths 1, 2, 3 and, beside them, the published setting: no limit, a larger leaf.
std::vector<TrialColumn> grid_and_published() {
  return {{"max_depth", "", true, {1, 2, 3, nan}, {}},
          {"min_samples_leaf", "", true, {1, 1, 1, 12}, {}},
          {"as_published", "", true, {0, 0, 0, 1}, {}}};
}

TEST(Profiles, LeaveOutAPublishedTrialBesideTheGridAndMarkIt) {
  const std::vector<double> mean = {4, 2, 3, 9};

  const std::vector<Profile> all = profiles(grid_and_published(), mean, grid_trials(grid_and_published(), 4, false));

  ASSERT_EQ(all.size(), 1U) << "the grid has one leaf size";
  EXPECT_EQ(all[0].labels(), (std::vector<std::string>{"1", "2", "3"}));
  EXPECT_EQ(all[0].rmse, (std::vector<double>{4, 2, 3}));
  ASSERT_TRUE(all[0].published.has_value());
  EXPECT_EQ(all[0].published->at.label, "none");
  EXPECT_EQ(all[0].published->rmse, 9);
}

TEST(Profiles, RoundTheirLabelsToFourDigitsUnlessTheseAreEqual) {
  const auto labels_of = [](std::vector<double> values) {
    const std::vector<double> mean(values.size(), 1.0);
    const std::vector<TrialColumn> columns = {{"C", "", false, std::move(values), {}}};
    return profiles(columns, mean, grid_trials(columns, mean.size(), true)).front().labels();
  };

  EXPECT_EQ(labels_of({3.1622776601683795, 0.1, 31.622776601683793, 12345}),
            (std::vector<std::string>{"0.1", "3.162", "31.62", "12345"}));
  EXPECT_EQ(labels_of({0.12345, 0.12346}), (std::vector<std::string>{"0.12345", "0.12346"}));
}

Profile profile_over(std::vector<Level> levels) {
  Profile profile{"p", std::move(levels), {}};
  profile.rmse.assign(profile.levels.size(), 1.0);
  return profile;
}

TEST(LevelAxis, SpacesNumbersByValueAndSaysWhenItDoesNot) {
  const LevelAxis linear = level_axis(profile_over({{"30", 30}, {"50", 50}, {"100", 100}}));
  EXPECT_EQ(linear.at, (std::vector<double>{30, 50, 100}));
  EXPECT_EQ(linear.named("n"), "n");

  const LevelAxis logarithmic = level_axis(profile_over({{"0.1", 0.1}, {"1", 1}, {"10", 10}}));
  EXPECT_EQ(logarithmic.at, (std::vector<double>{-1, 0, 1}));
  EXPECT_EQ(logarithmic.named("C"), "C, log scale");

  const LevelAxis even = level_axis(profile_over({{"0", 0}, {"1e-14", 1e-14}, {"0.1", 0.1}}));
  EXPECT_EQ(even.at, (std::vector<double>{0, 1, 2}));
  EXPECT_EQ(even.named("alpha"), "alpha, evenly spaced");
}

TEST(LevelAxis, PutsWordsBehindTheNumbersAndThePublishedOneLast) {
  Profile profile = profile_over({{"1", 1}, {"3", 3}, {"iqr", nan}});
  profile.published = {{"matlab_medium", nan}, 1.0};

  const LevelAxis axis = level_axis(profile);

  EXPECT_EQ(axis.n_numbers, 2U);
  EXPECT_GT(axis.at[2], 3);
  EXPECT_GT(axis.published_at, axis.at[2]);
  ASSERT_EQ(axis.ticks.size(), 4U);
  EXPECT_TRUE(axis.ticks[2].word && axis.ticks[3].word);
}

StudySummary pictured_study() {
  StudySummary study = example_study();
  const std::vector<double> rmse_of = {3, 2, 9, 8, 5, 6};
  study.models[1].profiles = profiles(grid(), rmse_of, all_trials());
  study.models[1].surface = surface(grid(), rmse_of, all_trials());
  return study;
}

TEST(Pictures, AreThoseAskedForInTheirOrder) {
  StudySummary study = pictured_study();
  study.plots = {"heatmap", "traces", "rank_distribution", "validation_curve", "residuals", "rank_stability"};

  const std::string page = pictures(study);

  std::size_t at = 0;
  for (const char* heading :
       {"Heatmaps", "Traces", "Rank distribution", "Validation curves", "Residuals", "Rank stability"}) {
    const std::size_t next = page.find(std::string("<h2>") + heading + "</h2>");
    ASSERT_NE(next, std::string::npos) << heading;
    EXPECT_GE(next, at) << heading;
    at = next;
  }
  EXPECT_EQ(page.find("Predicted against true"), std::string::npos);
  EXPECT_EQ(count(page, "<figure"), 1U + 2 + 1 + 2 + 2 + 1);
}

TEST(Pictures, LeaveOutWhatAFileDoesNotHave) {
  StudySummary study = pictured_study();
  study.plots = {"rank_stability", "rank_distribution", "importance"};
  study.models.pop_back();
  const std::string ranks = pictures(study);
  EXPECT_EQ(count(ranks, "<figure"), 0U) << "one model has no rank, and there are no scores";
  for (const char* needs :
       {"rank_stability (needs two models", "rank_distribution (needs", "importance (needs feature"})
    EXPECT_EQ(count(ranks, needs), 1U) << needs;

  study.plots = {"true_vs_predicted", "residuals", "traces", "heatmap", "validation_curve", "seed_distribution"};
  study.models[0].best.reset();
  EXPECT_EQ(count(pictures(study), "<figure"), 0U);
  EXPECT_EQ(count(pictures(study), "(needs "), 6U);

  study.plots.clear();
  EXPECT_EQ(pictures(study), "") << "the page's own choice is no wish";
}

TEST(RankDistribution, SharesTheSeedsAmongTheRanks) {
  StudySummary study = pictured_study();  // the tree is better under every seed
  const std::string picture = rank_distribution(study);

  EXPECT_NE(picture.find("<title>DT, 1: 100.0 % of the fold seeds</title>"), std::string::npos) << picture;
  EXPECT_NE(picture.find("<title>LR, 1: 0 % of the fold seeds</title>"), std::string::npos);
}

/// The example, every model with the first one's results.
StudySummary tied_study() {
  StudySummary study = pictured_study();
  study.models[1].best->metric = study.models[0].best->metric;
  return study;
}

TEST(RankDistribution, GivesTiesAColumnOfTheirOwn) {
  const std::string picture = rank_distribution(tied_study());

  EXPECT_NE(picture.find("<title>DT, 1.5: 100.0 % of the fold seeds</title>"), std::string::npos) << picture;
  EXPECT_NE(picture.find("<title>LR, 1: 0 % of the fold seeds</title>"), std::string::npos);
}

/// What stands before a text that ends an element: its attributes.
std::string attributes_of(const std::string& page, const std::string& text) {
  const std::size_t end = page.find(">" + text + "</text>");
  return end == std::string::npos ? "" : page.substr(page.rfind('<', end), end - page.rfind('<', end));
}

TEST(RankStability, NamesTiedModelsApartAndCountsSeedsInWholeNumbers) {
  const std::string picture = rank_stability(tied_study());

  EXPECT_NE(attributes_of(picture, "LR"), attributes_of(picture, "DT"));
  EXPECT_NE(attributes_of(picture, "LR"), "");
  EXPECT_EQ(picture.find(">1.5</text>"), std::string::npos);
  EXPECT_NE(picture.find(">fold seeds used</text>"), std::string::npos);
}

TEST(ValidationCurve, MarksThePublishedSettingAndKeepsItOutOfTheRange) {
  StudySummary study = pictured_study();
  const std::vector<double> mean = {4, 2, 3, 90};
  const GridTrials trials = grid_trials(grid_and_published(), 4, false);
  study.models[1].profiles = profiles(grid_and_published(), mean, trials);

  const std::string picture = validation_curve(study);

  EXPECT_EQ(count(picture, "<path class=\"cross\""), 1U);
  EXPECT_NE(picture.find("as published: none, 90.00 mg/cm2, beyond the axis"), std::string::npos) << picture;
  EXPECT_NE(picture.find(">none</text>"), std::string::npos) << "a tick of its own";
  EXPECT_EQ(picture.find(">80</text>"), std::string::npos) << "no tick far beyond the grid";
}

TEST(Traces, SpeakOfFirstRowsOnlyWhereThereAreMore) {
  StudySummary study = pictured_study();
  EXPECT_NE(traces(study).find("in the order of the table: its first 120 rows."), std::string::npos);

  study.y.resize(60);
  EXPECT_NE(traces(study).find("in the order of the table."), std::string::npos);
}

TEST(Importance, SaysWhyBarsOfMrmrNeedNotFall) {
  StudySummary study = example_study();
  study.features = {{"a", "", "", {}}, {"b", "", "", {}}};
  study.importance = {{"mrmr_miq_mi", "MRMR MIQ, mutual information", "1", 0, {1, 2}, {1, 2}}};
  EXPECT_EQ(count(importance(study), "in the order of picking"), 1U);

  study.importance.front().name = "ftest";
  EXPECT_EQ(count(importance(study), "in the order of picking"), 0U);
}

TEST(LinePlot, BreaksWhereAValueIsMissingAndEscapesItsLabels) {
  const std::string svg =
      lines_svg({"<t>", "<x>", "<y>", {{0, "<tick>"}}, {}, false, {{"<end>", {0, 1, 2, 3}, {1, 2, nan, 3}}}});

  const std::size_t path = svg.find("class=\"line\"");
  ASSERT_NE(path, std::string::npos);
  EXPECT_EQ(count(svg.substr(path, svg.find("/path", path) - path), "M"), 2U);
  for (const char* text : {"<t>", "<x>", "<y>", "<tick>", "<end>"})
    EXPECT_EQ(svg.find(text), std::string::npos) << text;
}

}  // namespace
}  // namespace kilofold::report
