// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "report/svg.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace kilofold::report {
namespace {

std::int64_t count_of(const std::string& text, const std::string& part) {
  std::int64_t n = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++n;
  return n;
}

std::string labels(const Ticks& ticks) {
  std::string text;
  for (const double value : ticks.values) text += (text.empty() ? "" : " ") + tick_label(value, ticks.step);
  return text;
}

TEST(NiceTicks, AreRoundNumbersWithinTheRange) {
  EXPECT_EQ(labels(nice_ticks({0.7, 62.1}, 6)), "20 40 60");
  EXPECT_EQ(labels(nice_ticks({-0.3, 0.31}, 6)), "-0.2 0.0 0.2");
  EXPECT_EQ(labels(nice_ticks({1.02, 1.13}, 8)), "1.02 1.04 1.06 1.08 1.10 1.12");
  EXPECT_EQ(labels(nice_ticks({0, 5e8}, 6)), "0 1e+08 2e+08 3e+08 4e+08 5e+08");
}

TEST(NiceTicks, AreFewForEverySpan) {
  for (double span = 1e-12; span < 1e12; span *= 1.37) {
    const std::size_t n = nice_ticks({0.3 * span, 1.3 * span}, 6).values.size();
    EXPECT_GE(n, 2u) << span;
    EXPECT_LE(n, 6u) << span;
  }
}

TEST(Padded, GivesASpanToAConstant) {
  EXPECT_GT(padded({5, 5}, 0.04).span(), 1);
  EXPECT_GT(padded({0, 0}, 0.04).span(), 0);
  EXPECT_FALSE(nice_ticks(padded({0, 0}, 0.04), 6).values.empty());
}

TEST(RangeOf, SkipsWhatIsNotFinite) {
  const Range range = range_of(std::vector<double>{NAN, 3, -INFINITY, 1});

  EXPECT_EQ(range.low, 1);
  EXPECT_EQ(range.high, 3);
}

TEST(ScatterPlot, DrawsEveryPointOfASmallTableInOnePath) {
  const std::vector<double> truth = {1, 2, 3, 4, 5};
  const ScatterSvg plot = scatter_svg({"t", "y (mm)", truth, truth, {0, 6}});

  EXPECT_EQ(plot.n_drawn, 5);
  EXPECT_EQ(plot.n_beyond, 0);
  EXPECT_EQ(count_of(plot.svg, "h0"), 5);
  EXPECT_EQ(count_of(plot.svg, "class=\"dots\""), 1);
  EXPECT_EQ(count_of(plot.svg, "true y (mm)"), 1);
  EXPECT_EQ(count_of(plot.svg, "predicted y (mm)"), 1);
}

TEST(ScatterPlot, DrawsNoMoreThanItsLimit) {
  const std::vector<double> truth(12'345, 0.5);
  const ScatterSvg plot = scatter_svg({"t", "y", truth, truth, {0, 1}});

  EXPECT_EQ(plot.n_drawn, most_points);
  EXPECT_EQ(count_of(plot.svg, "h0"), most_points);
  EXPECT_LT(plot.svg.size(), 100'000u);
}

TEST(ScatterPlot, KeepsPointsBeyondTheAxesOnTheBorder) {
  const std::vector<double> truth = {1, 2, 3};
  const std::vector<double> prediction = {1, 900, NAN};
  const ScatterSvg plot = scatter_svg({"t", "y", truth, prediction, {0, 4}});

  EXPECT_EQ(plot.n_drawn, 2);
  EXPECT_EQ(plot.n_beyond, 1);
}

TEST(StripPlot, HasADotASeedAndABarAModel) {
  const std::string svg = strip_svg({"t", "RMSE", {{"DT", {1, 2, NAN}, 1.5, "hover"}, {"LR", {4}, 4, ""}}});

  EXPECT_EQ(count_of(svg, "h0"), 3);
  EXPECT_EQ(count_of(svg, "class=\"mean\""), 1) << "a single dot needs no bar";
}

TEST(Plots, EscapeEveryLabel) {
  const std::vector<double> y = {1, 2};
  const std::string evil = "</svg><script>\"'&";
  const std::string svg = scatter_svg({evil, evil, y, y, {0, 3}}).svg + strip_svg({evil, evil, {{evil, {1}, 1, evil}}});

  EXPECT_EQ(count_of(svg, "<script"), 0);
  EXPECT_EQ(count_of(svg, "</svg>"), 2);
}

TEST(Shortened, CountsCharactersNotBytes) {
  EXPECT_EQ(shortened("µµµ", 3), "µµµ");
  EXPECT_EQ(shortened("µµµµ", 3), "µµ…");
}

}  // namespace
}  // namespace kilofold::report
