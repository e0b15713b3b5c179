// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "report/pictures.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "example_study.hpp"
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

TEST(Profiles, AreTheBestAtEveryValueOverTheOthers) {
  const std::vector<Profile> all = profiles(grid(), std::vector<double>{3, 2, 9, 8, nan, nan});

  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].parameter, "max_depth");
  EXPECT_EQ(all[0].values, (std::vector<std::string>{"1", "2", "none"}));
  EXPECT_EQ(all[0].rmse[0], 8);
  EXPECT_TRUE(std::isnan(all[0].rmse[1]));
  EXPECT_EQ(all[0].rmse[2], 2);
  EXPECT_EQ(all[1].rmse, (std::vector<double>{3, 2}));
}

TEST(Surface, CrossesTheTwoParametersWithTheMostValues) {
  const auto made = surface(grid(), std::vector<double>{3, 2, 9, 8, 5, 6});

  ASSERT_TRUE(made.has_value());
  EXPECT_EQ(made->x.parameter, "max_depth");
  EXPECT_EQ(made->y.parameter, "min_samples_leaf");
  EXPECT_EQ(made->rmse, (std::vector<double>{9, 5, 3, 8, 6, 2}));
  EXPECT_FALSE(surface(std::vector<TrialColumn>{grid()[0]}, std::vector<double>(6, 1.0)).has_value());
}

StudySummary pictured_study() {
  StudySummary study = example_study();
  const std::vector<double> rmse_of = {3, 2, 9, 8, 5, 6};
  study.models[1].profiles = profiles(grid(), rmse_of);
  study.models[1].surface = surface(grid(), rmse_of);
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
  EXPECT_EQ(pictures(study), "") << "one model has no rank, and there are no scores";

  study.plots = {"true_vs_predicted", "residuals", "traces", "heatmap", "validation_curve", "seed_distribution"};
  study.models[0].best.reset();
  EXPECT_EQ(pictures(study), "");
}

TEST(RankDistribution, SharesTheSeedsAmongTheRanks) {
  StudySummary study = pictured_study();  // the tree is better under every seed
  const std::string picture = rank_distribution(study);

  EXPECT_NE(picture.find("<title>DT, 1: 100.0 % of the fold seeds</title>"), std::string::npos) << picture;
  EXPECT_NE(picture.find("<title>LR, 1: 0 % of the fold seeds</title>"), std::string::npos);
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
