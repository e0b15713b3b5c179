// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <vector>

#include "tables.hpp"

/// What is known of the stand-in table by construction: the gap rules, solids and active material follow, viscosity has
/// no influence of its own. Its 82 settings have 8 repeats each.
namespace kilofold {
namespace {

using namespace testing;

using Ranking = std::vector<std::int32_t>;

MrmrScores mrmr_of(const Dataset& data, MrmrScheme scheme, MrmrEstimator estimator, Binning binning = {}) {
  MrmrOptions options;
  options.scheme = scheme;
  options.estimator = estimator;
  options.binning = binning;
  return mrmr(all_rows(data), options);
}

RReliefFOptions neighbors(std::int32_t k, double sigma) {
  RReliefFOptions options;
  options.n_neighbors = k;
  options.sigma = sigma;
  return options;
}

TEST(Standin, FTestFindsTheOrderOfItsFormula) {
  const FeatureScores scores = f_test(all_rows(standin()));

  EXPECT_EQ(scores.ranking, (Ranking{CG, S_LR, AM_MC, viscosity}));
  EXPECT_NEAR(scores.score[CG], 583, 10);
  EXPECT_NEAR(scores.score[S_LR], 24, 1);
  EXPECT_NEAR(scores.score[AM_MC], 9, 1);
  EXPECT_LT(scores.score[viscosity], 4);
}

TEST(Standin, MrmrOfFAndCorrelationFindsTheOrderOfItsFormula) {
  const Dataset data = standin();
  for (const MrmrScheme scheme : {MrmrScheme::mid, MrmrScheme::miq}) {
    EXPECT_EQ(mrmr_of(data, scheme, MrmrEstimator::f).ranking, (Ranking{CG, S_LR, AM_MC, viscosity}));
  }
}

TEST(Standin, MrmrOfInformationAgreesOnTheFirstOnly) {
  const Dataset data = standin();
  const MrmrScores mid = mrmr_of(data, MrmrScheme::mid, MrmrEstimator::mi);
  const MrmrScores miq = mrmr_of(data, MrmrScheme::miq, MrmrEstimator::mi);

  EXPECT_EQ(mid.ranking, (Ranking{CG, viscosity, AM_MC, S_LR}));
  EXPECT_EQ(miq.ranking, (Ranking{CG, AM_MC, S_LR, viscosity}));
  EXPECT_NEAR(mid.score[CG], 0.95, 0.02);
}

TEST(Standin, PlugInInformationOf256BinsMistakesManyLevelsForRelevance) {
  const MrmrScores scores = mrmr_of(standin(), MrmrScheme::miq, MrmrEstimator::mi, {256, BinEdges::quantile});

  EXPECT_EQ(scores.ranking.front(), viscosity);
}

TEST(Standin, RReliefFPutsTheGapFarAheadOfTheRest) {
  const FeatureScores scores = rrelieff(all_rows(standin()), neighbors(50, 20));

  EXPECT_EQ(scores.ranking, (Ranking{CG, S_LR, viscosity, AM_MC}));
  EXPECT_NEAR(scores.score[CG], 0.120, 0.002);
  EXPECT_NEAR(scores.score[S_LR], 0.024, 0.002);
  EXPECT_NEAR(scores.score[AM_MC], -0.002, 0.002);
  EXPECT_NEAR(scores.score[viscosity], 0.006, 0.002);
}

TEST(Standin, RReliefFNeedsMoreNeighborsThanRepeats) {
  const Dataset data = standin();

  EXPECT_EQ(rrelieff(all_rows(data), neighbors(7, 50)).score, (std::vector<double>{0, 0, 0, 0}));
  EXPECT_EQ(rrelieff(all_rows(data)).ranking.front(), CG);
}

TEST(Standin, EveryTrainingFoldPutsTheGapFirst) {
  const Dataset data = standin();
  const Split split = kfold(data.n_samples(), 5, 0);
  for (std::int32_t fold = 0; fold < 5; ++fold) {
    const SampleSubset training = take_rows(data, row_set(split, fold).train);

    EXPECT_EQ(f_test(training.view()).ranking.front(), CG);
    EXPECT_EQ(mrmr(training.view()).ranking.front(), CG);
    EXPECT_EQ(rrelieff(training.view()).ranking.front(), CG);
  }
}

}  // namespace
}  // namespace kilofold
