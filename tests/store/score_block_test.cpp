// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "store/score_block.hpp"

#include <gtest/gtest.h>

#include "study_fixture.hpp"

namespace kilofold::test {
namespace {

constexpr ModelId tree(0);
constexpr ModelId linear(1);

std::vector<std::int64_t> first_seeds(std::int64_t count) {
  std::vector<std::int64_t> seeds;
  for (std::int64_t seed = 0; seed < count; ++seed) seeds.push_back(3 * seed);
  return seeds;
}

TEST(ScoreRange, SpansTheSeedsOfAChunkOrOneOfManyTrials) {
  EXPECT_EQ(ScoreRange::around(64, 64, 0, 40), (ScoreRange{64, 64, 0, 16}));
  EXPECT_EQ(ScoreRange::around(64, 64, 31, 40), (ScoreRange{64, 64, 16, 16}));
  EXPECT_EQ(ScoreRange::around(0, 128, 35, 40), (ScoreRange{0, 128, 32, 8}));
  EXPECT_EQ(ScoreRange::around(0, 129, 35, 40), (ScoreRange{0, 129, 35, 1}));
}

TEST(ScoreBlock, GivesBackWhatItTookOfEverySeedAndNoCellElsewhere) {
  const CellShape shape{.samples = 1, .folds = 3, .diagnostics = 2, .has_sd = false};
  ScoreBlock block({5, 4, 16, 3}, shape);
  const auto scores = [&](int number) {
    CellChunk chunk(4, shape, Detail::scores);
    for (double& value : chunk.metric) value = ++number;
    for (double& value : chunk.fold_metric) value = ++number;
    for (float& value : chunk.diagnostic) value = static_cast<float>(++number);
    for (std::int32_t& value : chunk.status) value = ++number;
    for (std::int32_t& value : chunk.numerics) value = ++number;
    return chunk;
  };
  const auto given_back = [&](std::int64_t seed) {
    CellChunk chunk(4, shape, Detail::scores);
    block.put(seed, chunk);
    return chunk.hash();
  };

  block.take(18, scores(1000));
  block.take(16, scores(0));

  EXPECT_EQ(given_back(16), scores(0).hash());
  EXPECT_EQ(given_back(17), CellChunk(4, shape, Detail::scores).hash());
  EXPECT_EQ(given_back(18), scores(1000).hash());
}

TEST(Commit, OfMoreSeedsThanAScoreBlockHasReadsBackBitForBit) {
  const ScratchDirectory scratch;
  const StudyHeader study = make_study({.trees = 67, .seeds = first_seeds(35)});
  Store store(scratch / "out.h5", study);

  // Blocks of seeds whole, in part, and not at all; trials across a chunk's end
  std::vector<std::int32_t> some;
  for (std::int32_t seed = 3; seed < 20; ++seed) some.push_back(seed);
  const std::vector<CellBlock> blocks = {make_cells(study, tree, {0, 1, 63, 64, 66}, some),
                                         make_cells(study, linear, {2}, {34})};
  store.commit(blocks);
  EXPECT_EQ(count_right_cells(StudyReader(scratch / "out.h5"), study), 5 * 17 + 1);
  store.merge();
  EXPECT_EQ(count_right_cells(StudyReader(scratch / "out.h5"), study), 5 * 17 + 1);
  commit_all(store, study);
  store.merge();

  EXPECT_EQ(count_right_cells(StudyReader(scratch / "out.h5"), study), (67 + 3) * 35);
  EXPECT_EQ(payload_error(scratch / "out.h5"), std::nullopt);
}

TEST(Commit, OfMoreSamplesThanOneChunkSpansReadsBackBitForBit) {
  const ScratchDirectory scratch;
  const StudyHeader study = make_study({.trees = 2, .linears = 1, .seeds = {0}, .samples = (1 << 20) + 3});
  Store store(scratch / "out.h5", study);

  commit_all(store, study);
  EXPECT_EQ(count_right_cells(StudyReader(scratch / "out.h5"), study), 3);
  store.merge();

  EXPECT_EQ(count_right_cells(StudyReader(scratch / "out.h5"), study), 3);
  EXPECT_EQ(payload_error(scratch / "out.h5"), std::nullopt);
}

TEST(Commit, AtOnceOfMoreSeedsThanAScoreBlockHasReadsBackBitForBit) {
  const ScratchDirectory scratch;
  const StudyHeader study = make_study({.trees = 140, .seeds = first_seeds(33)});
  Store store(scratch / "out.h5", study);
  const std::vector<CellBlock> blocks = {make_all_cells(study, tree), make_all_cells(study, linear)};

  store.commit_last(blocks);

  EXPECT_EQ(count_right_cells(StudyReader(scratch / "out.h5"), study), (140 + 3) * 33);
}

}  // namespace
}  // namespace kilofold::test
