// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "report/svg.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <vector>

#include "report/svg_parts.hpp"

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

TEST(NumberTicks, DifferHoweverFarFromZero) {
  for (const double middle : {0.0628, 3.7, 1e5, 1e9, -123456789.0}) {
    for (const double span : {1e-6, 3e-5, 1e-3, 1.0, 7.0}) {
      if (span < 1e-12 * std::abs(middle)) continue;
      const NumberTicks made = number_ticks({middle, middle + span}, 6);
      std::set<std::string> labels;
      for (const Tick& tick : made.ticks) labels.insert(tick.label);
      EXPECT_EQ(labels.size(), made.ticks.size()) << middle << " + " << span;
      EXPECT_LE(label_width(made.ticks), 11 * character_width) << middle << " + " << span << made.offset;
    }
  }
}

TEST(NumberTicks, SayWhatTheirLabelsLeaveOut) {
  const NumberTicks made = number_ticks({1e9 - 1.2, 1e9 + 2.1}, 6);

  EXPECT_EQ(made.named("y (mg)"), "y (mg), less 1000000000");
  EXPECT_EQ(made.ticks.front().label, "-1");
  EXPECT_EQ(made.ticks.back().label, "2");
  EXPECT_EQ(number_ticks({0, 5}, 6).named("y"), "y");
}

TEST(NumberTicks, OfCountsAreWhole) {
  const NumberTicks made = number_ticks({1, 3}, 5, 1);

  ASSERT_EQ(made.ticks.size(), 3U);
  EXPECT_EQ(made.ticks[1].label, "2");
}

TEST(LabelTicks, KeepTheLast) {
  std::vector<std::string> labels;
  for (int i = 0; i < 20; ++i) labels.push_back(std::to_string(i));

  EXPECT_EQ(label_ticks(labels, 8).back().label, "19");
  EXPECT_LE(label_ticks(labels, 8).size(), 8U);
  labels.resize(3);
  EXPECT_EQ(label_ticks(labels, 8).size(), 3U);
}

TEST(PlacedTicks, GiveEveryWordALabelAndLetNoneOverlap) {
  std::vector<Tick> ticks;
  for (int i = 0; i < 30; ++i) ticks.push_back({static_cast<double>(i), "0.0" + std::to_string(10 + i)});
  for (int i = 0; i < 2; ++i) ticks.push_back({30.0 + 3 * i, "matlab_medium", true});
  const PlacedTicks placed = place_x_ticks(ticks, {{0, 33}, 40, 240}, 248);

  std::int64_t words = 0;
  for (const PlacedTicks::Label& one : placed.labels) {
    words += one.text == "matlab_medium" ? 1 : 0;
    EXPECT_LE(one.x + character_width * static_cast<double>(one.text.size()) / 2, 248);
    for (const PlacedTicks::Label& other : placed.labels) {
      if (&one == &other || one.row != other.row) continue;
      EXPECT_GT(std::abs(one.x - other.x), 5 * character_width);
    }
  }
  EXPECT_EQ(words, 2);
  EXPECT_GT(placed.height, 0);
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
