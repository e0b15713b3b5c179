// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>

#include "spec/schemas.hpp"

namespace kilofold {
namespace {

constexpr double none = std::numeric_limits<double>::infinity();

/// The values of one parameter as the parser reads them.
std::vector<double> axis(const std::string& model, const std::string& parameter, const std::string& yaml) {
  const std::string text =
      "spec: 1\nname: s\ndata: {file: d.csv, features: [a], target: y}\nmodels:\n- model: " + model +
      "\n  parameters: {" + parameter + ": " + yaml + "}\n";
  const Spec spec = parse_spec(text, "s.yaml", test::schemas());
  return spec.models[0].blocks[0].axis(parameter).values;
}

std::vector<double> alpha(const std::string& yaml) { return axis("linear", "alpha", yaml); }

/// NumPy takes log10 and pow from its own SIMD library, 1 ulp each: up to 3 ulp after the exponents' rounding is
/// magnified.
void expect_numpy(const std::vector<double>& values, const std::vector<double>& numpy) {
  constexpr double tolerance = 4 * std::numeric_limits<double>::epsilon();
  ASSERT_EQ(values.size(), numpy.size());
  for (std::size_t i = 0; i < values.size(); ++i) EXPECT_NEAR(values[i], numpy[i], tolerance * numpy[i]) << i;
}

TEST(Axis, OfOneValueIsThatValue) {
  EXPECT_EQ(alpha("0.5"), std::vector{0.5});
  EXPECT_EQ(alpha("{value: 0.5}"), std::vector{0.5});
}

TEST(Axis, OfAListKeepsItsOrderAndMergesRepeats) {
  EXPECT_EQ(alpha("[3, 1, 2, 1.0, 3]"), (std::vector<double>{3, 1, 2}));
  EXPECT_EQ(alpha("{values: [3, 1, 3]}"), (std::vector<double>{3, 1}));
  EXPECT_EQ(alpha("[0, -0.0]"), std::vector{0.0});
}

TEST(Axis, MayHoldGeneratorsInAList) {
  EXPECT_EQ(alpha("[0, {geomspace: [1, 100, 3]}, {from: 1, to: 3}]"), (std::vector<double>{0, 1, 10, 100, 2, 3}));
  EXPECT_EQ(alpha("{values: [0, {linspace: [1, 2, 2]}]}"), (std::vector<double>{0, 1, 2}));
}

TEST(Axis, ReadsNumbersAsDecimalsOnly) {
  EXPECT_EQ(alpha("[1e-3, 1.0E+2, +5, .5, 7.]"), (std::vector<double>{1e-3, 100, 5, 0.5, 7}));
}

TEST(Axis, OfIntegersTakesWholeDoubles) {
  EXPECT_EQ(axis("tree", "max_depth", "[2.0, 1e1]"), (std::vector<double>{2, 10}));
}

TEST(Axis, HoldsNoneWhereAllowed) {
  EXPECT_EQ(axis("tree", "max_depth", "[{from: 1, to: 3}, none]"), (std::vector<double>{1, 2, 3, none}));
}

TEST(Axis, OfCategoriesHoldsTheirIndices) {
  EXPECT_EQ(axis("wide", "kernel", "[poly, rbf]"), (std::vector<double>{2, 0}));
}

TEST(Linspace, EqualsNumpyBitForBit) {
  EXPECT_EQ(alpha("{linspace: [0, 1, 11]}"),
            (std::vector<double>{0.0, 0.1, 0.2, 0.30000000000000004, 0.4, 0.5, 0.6000000000000001, 0.7000000000000001,
                                 0.8, 0.9, 1.0}));
  EXPECT_EQ(alpha("{linspace: [0.01, 0.5, 50]}")[20], 0.21000000000000002);
}

TEST(Linspace, MayRunDownwardsAndHoldOnePoint) {
  EXPECT_EQ(alpha("{linspace: [3, 1, 3]}"), (std::vector<double>{3, 2, 1}));
  EXPECT_EQ(alpha("{linspace: [3, 5, 1]}"), std::vector{3.0});
}

TEST(Geomspace, ReturnsItsEndsThemselves) {
  for (const int n : {2, 3, 7, 16, 100}) {
    const auto values = alpha("{geomspace: [0.3, 10.7, " + std::to_string(n) + "]}");
    EXPECT_EQ(values.front(), 0.3);
    EXPECT_EQ(values.back(), 10.7);
  }
}

TEST(Geomspace, HitsThePowersOfTen) {
  EXPECT_EQ(alpha("{geomspace: [1.0e-3, 1000, 7]}"), (std::vector<double>{1e-3, 1e-2, 1e-1, 1, 10, 100, 1000}));
}

TEST(Geomspace, AgreesWithNumpy) {
  expect_numpy(alpha("{geomspace: [0.3, 10, 16]}"),
               {0.3, 0.3790063657608718, 0.4788194176242126, 0.6049186910982999, 0.7642267823133003, 0.9654893846056296,
                1.2197554094669347, 1.540983549530757, 1.9468085826831354, 2.4595094858493627, 3.107232505953858,
                3.925536332185395, 4.959344196412832, 6.265410068132329, 7.915434333081369, 10.0});
}

TEST(Logspace, TakesExponentsLikeNumpy) {
  expect_numpy(alpha("{logspace: [-1, 3, 9]}"), {0.1, 0.31622776601683794, 1.0, 3.162277660168379, 10.0,
                                                 31.622776601683796, 100.0, 316.2277660168379, 1000.0});
}

TEST(FromTo, IncludesBothEnds) {
  EXPECT_EQ(alpha("{from: 1, to: 4}"), (std::vector<double>{1, 2, 3, 4}));
  EXPECT_EQ(alpha("{from: 10, to: 30, step: 10}"), (std::vector<double>{10, 20, 30}));
  EXPECT_EQ(alpha("{from: 5, to: 5}"), std::vector{5.0});
}

TEST(FromTo, GivesTheDecimalsAPersonWouldWrite) {
  EXPECT_EQ(alpha("{from: 0, to: 1, step: 0.1}"),
            (std::vector<double>{0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1}));
  EXPECT_EQ(axis("wide", "signed", "{from: -0.3, to: 0.3, step: 0.1}"),
            (std::vector<double>{-0.3, -0.2, -0.1, 0, 0.1, 0.2, 0.3}));
  EXPECT_EQ(alpha("{from: 1.0e-5, to: 3.0e-5, step: 1.0e-5}"), (std::vector<double>{1e-5, 2e-5, 3e-5}));
  EXPECT_EQ(alpha("{from: 1.0e-20, to: 3.0e-20, step: 1.0e-20}").back(), 3e-20);
}

}  // namespace
}  // namespace kilofold
