// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>

#include "study_fixture.hpp"

namespace kilofold::test {
namespace {

constexpr ModelId tree(0);
constexpr ModelId linear(1);

TEST(Commit, ReadsBackBitForBitBeforeAndAfterMerge) {
  const ScratchDirectory scratch;
  const StudyHeader study = make_study();
  Store store(scratch / "out.h5", study);

  commit_all(store, study);
  const CellBlock from_parts = StudyReader(scratch / "out.h5").trial(tree, 42);
  store.merge();
  const StudyReader merged(scratch / "out.h5");

  EXPECT_TRUE(same_bits(from_parts, make_cells(study, tree, {42}, {0, 1})));
  EXPECT_TRUE(same_bits(merged.trial(tree, 42), from_parts));
  EXPECT_EQ(count_right_cells(merged, study), 146);
  EXPECT_EQ(merged.n_committed(), merged.n_cells());
  EXPECT_FALSE(std::filesystem::exists(scratch / "out.h5.parts"));
}

TEST(Commit, IsVisibleToANewReaderAtOnce) {
  const ScratchDirectory scratch;
  const StudyHeader study = make_study();
  Store store(scratch / "out.h5", study);

  const CellBlock block = make_cells(study, tree, {3, 69}, {1});
  store.commit({&block, 1});
  const StudyReader reader(scratch / "out.h5");

  EXPECT_EQ(reader.n_committed(), 2);
  EXPECT_EQ(reader.n_cells(), 146);
  EXPECT_EQ(count_right_cells(reader, study), 2);
  EXPECT_TRUE(std::isnan(reader.trial(tree, 4).prediction.front()));
  EXPECT_EQ(reader.trial(tree, 4).status.front(), -1);
  EXPECT_TRUE(store.committed().contains(tree, 69, 1));
  EXPECT_FALSE(store.committed().contains(tree, 69, 0));
}

TEST(Commit, OfNothingWritesNothing) {
  const ScratchDirectory scratch;
  Store store(scratch / "out.h5", make_study());

  store.commit({});

  EXPECT_FALSE(std::filesystem::exists(scratch / "out.h5.parts"));
}

TEST(Reader, TakesEverythingFromTheFileAlone) {
  const ScratchDirectory scratch;
  const StudyHeader study = make_study({.seeds = {0, 3'000'000'000}, .folds = {3, 5}});
  Store store(scratch / "out.h5", study);
  commit_all(store, study);
  store.merge();

  const StudyReader reader(scratch / "out.h5");

  EXPECT_EQ(reader.spec_text(), study.spec.text);
  EXPECT_EQ(reader.canonical(), study.canonical);
  EXPECT_EQ(reader.y(), study.data.y);
  EXPECT_EQ(reader.seeds(), study.spec.cv.seeds);
  EXPECT_EQ(reader.target().column, "load");
  EXPECT_EQ(reader.target().label, "Mass loading");
  EXPECT_EQ(reader.target().units, "mg/cm\xC2\xB2");
  EXPECT_EQ(reader.attribute("format"), "kilofold-1");
  EXPECT_EQ(reader.attribute("format_version"), "1");
  EXPECT_EQ(reader.attribute("host"), "h\xC3\xB6st");
  EXPECT_EQ(reader.attribute("numerics"), "c0ffee0000000001");
  EXPECT_EQ(reader.attribute("not there"), "");
  ASSERT_EQ(reader.splits().size(), 4u);
  EXPECT_EQ(reader.splits()[3].n_folds, 5);
  EXPECT_EQ(reader.splits()[3].seed, 3'000'000'000);
  EXPECT_EQ(reader.splits()[3].fold, study.splits[3].fold);
}

TEST(Reader, GivesTrialTablesInOrderWithTheirColumns) {
  const ScratchDirectory scratch;
  const StudyHeader study = make_study({.folds = {3, 5}});
  Store store(scratch / "out.h5", study);
  commit_all(store, study);

  const StudyReader reader(scratch / "out.h5");

  ASSERT_EQ(reader.models().size(), 2u);
  const TrialTable& table = reader.models()[0];
  EXPECT_EQ(table.model_name, "DT");
  EXPECT_EQ(table.model, "tree");
  EXPECT_EQ(table.numerics, "c0ffee0000000001");
  EXPECT_TRUE(table.few_values);
  EXPECT_EQ(table.id, study.models[0].id);
  EXPECT_EQ(table.n_folds, study.models[0].n_folds);
  ASSERT_EQ(table.columns.size(), 3u);
  EXPECT_EQ(table.columns[0].name, "max_depth");
  EXPECT_EQ(table.columns[0].long_name, "a parameter");
  EXPECT_TRUE(table.columns[0].integral);
  EXPECT_TRUE(std::isnan(table.columns[0].number[0]));
  EXPECT_EQ(table.columns[0].number[9], 9);
  EXPECT_EQ(table.columns[1].text[1], "mat\xC3\xA9rn");
  EXPECT_EQ(table.columns[2].name, "cv.folds");
  EXPECT_FALSE(reader.models()[1].columns[0].integral);
  EXPECT_EQ(reader.models()[1].columns[0].number[1], 0.125);
}

TEST(Reader, NamesAndReturnsWhatAModelKeepsOfItsFits) {
  const ScratchDirectory scratch;
  const StudyHeader study = make_study({.folds = {3, 5}});
  Store store(scratch / "out.h5", study);
  commit_all(store, study);
  store.merge();

  const StudyReader reader(scratch / "out.h5");
  const TrialTable& table = reader.models()[1];
  const CellBlock read = reader.trial(linear, 1);
  const CellBlock written = make_cells(study, linear, {1}, {0, 1});

  EXPECT_FALSE(reader.models()[0].has_sd);
  EXPECT_TRUE(reader.trial(tree, 1).sd.empty());
  EXPECT_TRUE(table.has_sd);
  ASSERT_EQ(table.diagnostics.size(), 2u);
  EXPECT_EQ(table.diagnostics[0].name, "n_members");
  EXPECT_EQ(table.diagnostics[0].long_name, "members the prediction uses");
  EXPECT_TRUE(table.diagnostics[0].integral);
  EXPECT_EQ(table.diagnostics[1].name, "gap");
  EXPECT_FALSE(table.diagnostics[1].integral);
  EXPECT_EQ(read.sd, written.sd);
  ASSERT_EQ(read.diagnostic.size(), 2u * 2 * 5);
  EXPECT_TRUE(same_bits(read, written)) << "missing ones among them";
  EXPECT_TRUE(std::isnan(read.diagnostic[3])) << "beyond the three folds of trial 1";
}

TEST(Commit, TakesAnyNaNForAMissingDiagnostic) {
  const ScratchDirectory scratch;
  const StudyHeader study = make_study();
  Store store(scratch / "out.h5", study);
  CellBlock block = make_cells(study, linear, {1}, {0});
  block.diagnostic[0] = -std::nanf("7");

  store.commit({&block, 1});

  EXPECT_TRUE(std::isnan(StudyReader(scratch / "out.h5").trial(linear, 1).diagnostic[0]));
}

TEST(Reader, AddsCvFoldsWhenTheTableHasNoSuchColumn) {
  const ScratchDirectory scratch;
  StudyHeader study = make_study();
  for (TrialTable& table : study.models) table.columns.pop_back();
  Store store(scratch / "out.h5", study);
  commit_all(store, study);

  const StudyReader reader(scratch / "out.h5");

  EXPECT_EQ(reader.models()[0].columns.back().name, "cv.folds");
  EXPECT_EQ(reader.models()[0].n_folds, study.models[0].n_folds);
}

TEST(Reader, CollectsMetricsAndStatusesOfEveryCell) {
  const ScratchDirectory scratch;
  const StudyHeader study = make_study({.folds = {3, 5}});
  Store store(scratch / "out.h5", study);
  const CellBlock block = make_cells(study, linear, {0, 1, 4}, {0});
  store.commit({&block, 1});

  const StudyReader reader(scratch / "out.h5");
  const std::vector<double> metrics = reader.metrics(linear);
  const std::vector<std::int64_t> counts = reader.status_counts(linear);

  ASSERT_EQ(metrics.size(), 6u * 2 * 4);
  EXPECT_EQ(metrics[(4 * 2 + 0) * 4 + 1], block.metric[2 * 4 + 1]);
  EXPECT_TRUE(std::isnan(metrics[(4 * 2 + 1) * 4 + 1]));
  const auto ok = static_cast<std::size_t>(FitStatus::ok);
  const auto failure = static_cast<std::size_t>(FitStatus::not_positive_definite);
  EXPECT_EQ(counts[ok] + counts[failure], 3 + 3 + 5);
  EXPECT_EQ(counts.back(), 2 * (3 * 3 + 3 * 5) - 11);
}

TEST(Reader, SaysWhenThereIsNothing) {
  const ScratchDirectory scratch;

  try {
    const StudyReader reader(scratch / "out.h5");
    FAIL();
  } catch (const InputError& error) {
    EXPECT_EQ(error.problems().front().message, "no results at " + (scratch / "out.h5"));
  }
}

}  // namespace
}  // namespace kilofold::test
