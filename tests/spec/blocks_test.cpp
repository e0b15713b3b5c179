// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "spec/schemas.hpp"

namespace kilofold {
namespace {

constexpr double none = std::numeric_limits<double>::infinity();

/// The one entry of a study on features a and b.
ModelSpec entry(const std::string& yaml) {
  const std::string text =
      "spec: 1\nname: s\ndata: {file: d.csv, features: [a, b], target: y}\nmodels: [" + yaml + "]\n";
  return parse_spec(text, "s.yaml", test::schemas_with_kernel_methods()).models[0];
}

std::vector<double> values(const ModelSpec& model, const std::string& parameter) {
  return model.blocks[0].axis(parameter).values;
}

TEST(Union, OfMappingsIsABlockEach) {
  const ModelSpec model = entry("{model: tree, parameters: [{max_depth: [1, 2]}, {min_samples_leaf: [4, 8, 9]}, {}]}");

  ASSERT_EQ(model.blocks.size(), 3u);
  EXPECT_EQ(model.blocks[0].axis("max_depth").values, (std::vector<double>{1, 2}));
  EXPECT_EQ(model.blocks[0].axis("min_samples_leaf").values, std::vector{1.0});
  EXPECT_EQ(model.blocks[1].axis("max_depth").values, std::vector{none});
  EXPECT_EQ(model.blocks[1].axis("min_samples_leaf").values, (std::vector<double>{4, 8, 9}));
  EXPECT_EQ(model.blocks[2].factors.size(), 3u);
}

TEST(Zip, MovesAxesTogetherAndKeepsRepeatedValues) {
  const ModelSpec model =
      entry("{model: svr, parameters: {zip: {C: [1, 10, 10], gamma: [2, 2, 3]}, epsilon: [0.1, 0.2]}}");

  const std::vector<ParameterFactor>& factors = model.blocks[0].factors;
  ASSERT_EQ(factors.size(), 4u);
  ASSERT_EQ(factors[1].axes.size(), 2u);
  EXPECT_EQ(factors[1].axes[0].values, (std::vector<double>{1, 10, 10}));
  EXPECT_EQ(factors[1].axes[1].values, (std::vector<double>{2, 2, 3}));
  EXPECT_EQ(factors[2].axes[0].name, "epsilon");
}

TEST(Zip, MergesRowsThatComeTwice) {
  const ModelSpec model = entry("{model: svr, zip: {C: [1, 10, 1], gamma: [scale, 3, scale]}}");

  EXPECT_EQ(values(model, "C"), (std::vector<double>{1, 10}));
  EXPECT_EQ(model.blocks[0].axis("gamma").text, (std::vector<std::string>{"scale", "3"}));
}

TEST(Zip, OfTheEntryBelongsToEveryBlock) {
  const ModelSpec model =
      entry("{model: svr, zip: {C: [1, 2], gamma: [3, 4]}, parameters: [{epsilon: 0}, {epsilon: 1}]}");

  ASSERT_EQ(model.blocks.size(), 2u);
  for (const ParameterBlock& block : model.blocks) EXPECT_EQ(block.axis("gamma").values, (std::vector<double>{3, 4}));
}

TEST(Vectors, MakeNumbersOfTheSameAxisOneANumberAFeature) {
  const ModelSpec model = entry("{model: gpr, parameters: {length_scale: [3, [1, 2], [3, 3]]}}");

  const ParameterAxis& axis = model.blocks[0].axis("length_scale");
  EXPECT_EQ(axis.width, 2);
  EXPECT_EQ(axis.values, (std::vector<double>{3, 3, 1, 2})) << "[3, 3] is 3";
  EXPECT_EQ(entry("{model: gpr, parameters: {length_scale: [1, 2]}}").blocks[0].axis("length_scale").width, 1);
}

TEST(Ard, IsEveryCombinationLastFeatureFastest) {
  EXPECT_EQ(values(entry("{model: gpr, parameters: {length_scale: {ard: [1, 2]}}}"), "length_scale"),
            (std::vector<double>{1, 1, 1, 2, 2, 1, 2, 2}));
  EXPECT_EQ(
      values(entry("{model: gpr, parameters: {length_scale: {ard: {b: {from: 4, to: 5}, a: 3}}}}"), "length_scale"),
      (std::vector<double>{3, 4, 3, 5}));
}

TEST(Words, StandForNegativeNumbers) {
  const ModelSpec model = entry("{model: svr, parameters: {gamma: [auto, 0.5, scale]}}");

  EXPECT_EQ(values(model, "gamma"), (std::vector<double>{-2, 0.5, -1}));
  EXPECT_EQ(model.blocks[0].axis("gamma").text, (std::vector<std::string>{"auto", "0.5", "scale"}));
  EXPECT_EQ(values(model, "C"), std::vector{1.0});
}

TEST(Preset, GivesWayToWhatIsWritten) {
  EXPECT_EQ(values(entry("{model: tree, parameters: {preset: medium}}"), "min_samples_leaf"), std::vector{12.0});
  EXPECT_EQ(values(entry("{model: tree, parameters: {preset: medium, min_samples_leaf: 3}}"), "min_samples_leaf"),
            std::vector{3.0});
}

TEST(AsPublished, IsOneTrialBesideTheGrid) {
  const ModelSpec model = entry("{model: tree, as_published: {preset: medium}, parameters: {max_depth: [1, 2]}}");

  ASSERT_TRUE(model.as_published);
  EXPECT_EQ(model.as_published->block.axis("min_samples_leaf").values, std::vector{12.0});
  EXPECT_EQ(model.as_published->block.axis("max_depth").values, std::vector{none});
  EXPECT_EQ(model.blocks.size(), 1u);
}

TEST(AsPublished, StandsAloneWithoutParameters) {
  EXPECT_TRUE(entry("{model: tree, as_published: {}}").blocks.empty());
  EXPECT_EQ(entry("{model: tree, as_published: {}, parameters: {}}").blocks.size(), 1u);
}

TEST(Tune, ByGradientIsPartOfTheEntry) {
  const ModelSpec model = entry(
      "{model: gpr, as_published: {tune: {by: log_marginal_likelihood, search: lbfgs, starts: 4, bounds: "
      "{length_scale: [0.1, 9]}}}}");

  ASSERT_TRUE(model.as_published->tune);
  EXPECT_EQ(model.as_published->tune->search, "lbfgs");
  EXPECT_EQ(model.as_published->tune->starts, 4);
  ASSERT_EQ(model.as_published->tune->bounds.size(), 1u);
  EXPECT_EQ(model.as_published->tune->bounds[0].upper, 9);
}

ModelSpec drawn(int trials, const std::string& parameters) {
  return entry("{model: svr, method: random, trials: " + std::to_string(trials) + ", parameters: {" + parameters +
               "}}");
}

const std::string space =
    "C: {min: 0.01, max: 100, distribution: log_uniform_values}, kernel: [rbf, linear], epsilon: 0.5";

TEST(RandomSearch, KeepsItsFirstTrialsWhenItGrows) {
  const ModelSpec few = drawn(20, space), many = drawn(200, space);

  EXPECT_EQ(few.blocks[0].axis("C").size(), 20);
  EXPECT_EQ(many.blocks[0].axis("C").size(), 200);
  for (const char* name : {"C", "kernel"}) {
    std::vector<double> first = values(many, name);
    first.resize(20);
    EXPECT_EQ(values(few, name), first) << name;
  }
  EXPECT_EQ(values(many, "epsilon"), std::vector{0.5});
}

TEST(RandomSearch, DrawsEachParameterOnItsOwn) {
  EXPECT_EQ(values(drawn(20, space), "C"),
            values(drawn(20, space + ", degree: {min: 1, max: 9, distribution: int_uniform}"), "C"));
}

TEST(RandomSearch, CoversItsSpaceEvenly) {
  const std::vector<double> C = values(drawn(1000, space), "C");
  const std::vector<double> degree =
      values(drawn(1000, space + ", degree: {min: 1, max: 4, distribution: int_uniform}"), "degree");

  // Counts of 1000 draws with probability 1/4 have standard deviation 14; five of them are seen once in 10^6 runs.
  constexpr double tolerance = 5 * 14;
  for (int quarter = 0; quarter < 4; ++quarter) {
    const double low = std::pow(10.0, quarter - 2);
    const auto in_decade = [&](double value) { return value >= low && value < 10 * low; };
    EXPECT_NEAR(static_cast<double>(std::ranges::count_if(C, in_decade)), 250, tolerance) << low;
    EXPECT_NEAR(static_cast<double>(std::ranges::count(degree, quarter + 1.0)), 250, tolerance) << quarter + 1;
  }
}

TEST(RandomSearch, DrawsVectorsFeatureByFeature) {
  const ModelSpec model = entry(
      "{model: gpr, method: random, trials: 50, parameters: {length_scale: {ard: {min: 1, max: 2, distribution: "
      "uniform}}, noise_variance: [0.1, 0.2]}}");

  const ParameterAxis& scale = model.blocks[0].axis("length_scale");
  EXPECT_EQ(scale.width, 2);
  ASSERT_EQ(scale.values.size(), 100u);
  EXPECT_NE(scale.values[0], scale.values[1]);
  for (const double value : scale.values) EXPECT_TRUE(value >= 1 && value < 2);
}

TEST(RandomSearch, NeverDrawsATrialTwice) {
  const ModelSpec model = drawn(6, "kernel: [rbf, linear], degree: [1, 2, 3]");
  std::vector<std::pair<double, double>> rows;
  for (std::size_t i = 0; i < 6; ++i) rows.emplace_back(values(model, "kernel")[i], values(model, "degree")[i]);
  std::ranges::sort(rows);
  EXPECT_EQ(std::ranges::adjacent_find(rows), rows.end());
}

}  // namespace
}  // namespace kilofold
