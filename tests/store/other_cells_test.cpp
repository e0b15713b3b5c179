// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "study_fixture.hpp"

namespace kilofold::test {
namespace {

constexpr ModelId tree(0);

std::string bytes_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// Cells of trials or seeds that a study does not have.
class OtherCellsTest : public testing::Test {
 protected:
  ScratchDirectory scratch;
  std::string path = scratch / "out.h5";
  StudyHeader study = make_study();
  StudyHeader smaller = make_study({.trees = 5, .linears = 1, .seeds = {7}});
  StudyHeader grown = make_study({.seeds = {0, 7, 9}});
};

TEST_F(OtherCellsTest, AreRefusedByCountEntryAndSeedAndStayAsTheyAre) {
  Store store(path, study);
  commit_all(store, study);
  for (const bool merged : {false, true}) {
    if (merged) store.merge();
    const std::string file = merged ? path : parts_of(path).at(0);
    const std::string before = bytes_of(file);

    const std::vector<Problem> problems = problems_on_open(path, smaller);

    ASSERT_EQ(problems.size(), 1u);
    EXPECT_EQ(problems[0].message, path +
                                       " holds 140 cells of trials or seeds that this spec does not have: 130 of DT, "
                                       "4 of OLS, 6 at seed 0");
    EXPECT_EQ(problems[0].hint,
              "use another -o, --drop to go on without these cells, or --fresh to discard all that is there");
    EXPECT_EQ(bytes_of(file), before);
    EXPECT_EQ(StudyReader(path).n_committed(), 146);
  }
}

TEST_F(OtherCellsTest, AreNamedByRunsOfSeeds) {
  const StudyHeader many = make_study({.trees = 1, .linears = 1, .seeds = {3, 4, 5, 7, 0, 1}});
  Store store(path, many);
  commit_all(store, many);

  const std::vector<Problem> problems = problems_on_open(path, make_study({.trees = 1, .linears = 1, .seeds = {0}}));

  ASSERT_EQ(problems.size(), 1u);
  EXPECT_NE(problems[0].message.find("10 at seeds 1, 3 to 5, 7"), std::string::npos) << problems[0].message;
}

TEST_F(OtherCellsTest, AreNoneOfATrialUnderAnotherEntrysName) {
  Store store(path, study);
  commit_all(store, study);
  study.models[0].model_name = "my trees";

  EXPECT_TRUE(problems_on_open(path, study).empty());
}

TEST_F(OtherCellsTest, AreDroppedAtTheMergeWhereThatIsAskedFor) {
  Store store(path, study);
  commit_all(store, study);

  Store dropping(path, smaller, OtherNumerics::refuse, 0, OtherCells::drop);
  EXPECT_EQ(dropping.to_drop(), "130 of DT, 4 of OLS, 6 at seed 0");
  EXPECT_EQ(dropping.committed().size(), 6);
  EXPECT_EQ(StudyReader(path).n_committed(), 146) << "not before";
  const Merged merged = dropping.merge();

  EXPECT_TRUE(merged.published);
  EXPECT_EQ(merged.parts_left, 0);
  EXPECT_EQ(count_right_cells(StudyReader(path), smaller), 6);
  EXPECT_FALSE(std::filesystem::exists(path + ".parts"));
}

TEST_F(OtherCellsTest, WrittenSinceAreNotAmongThoseToDrop) {
  Store store(path, study);
  commit_all(store, study);
  Store other(path, grown);
  Store dropping(path, smaller, OtherNumerics::refuse, 0, OtherCells::drop);
  const CellBlock block = make_cells(grown, tree, {3}, {2});
  other.commit({&block, 1});

  const Merged merged = dropping.merge();

  EXPECT_EQ(merged.parts_left, 1);
  EXPECT_EQ(parts_of(path).size(), 1u);
  EXPECT_EQ(Store(path, grown).committed().size(), 7);
}

TEST_F(OtherCellsTest, OfAGrownStudysRunStayBesideTheMergeOfTheOldOne) {
  Store old_run(path, study), new_run(path, grown);
  const CellBlock of_both = make_cells(grown, tree, {3, 4}, {0, 1, 2});
  new_run.commit({&of_both, 1});
  const CellBlock of_old = make_cells(grown, tree, {5}, {0, 1});
  new_run.commit({&of_old, 1});
  commit_all(old_run, study);

  const Merged merged = old_run.merge();

  EXPECT_TRUE(merged.published);
  EXPECT_EQ(merged.cells, 146);
  EXPECT_EQ(merged.parts_left, 1) << "the other one's cells are in the file now";
  EXPECT_EQ(merged.other_cells, 2);
  EXPECT_EQ(count_right_cells(StudyReader(path), study), 146);
  const Merged joined = merge_parts(path);
  EXPECT_EQ(joined.parts_left, 0);
  EXPECT_EQ(joined.cells, 148);
  EXPECT_EQ(count_right_cells(StudyReader(path), grown), 148);
  const CellBlock rest = make_all_cells(grown, tree);
  new_run.commit({&rest, 1});
  EXPECT_EQ(new_run.merge().cells, 3 * 70 + 2 * 3);
}

TEST_F(OtherCellsTest, OfAGrownStudysFileAreNeverReplacedByTheOldOnes) {
  Store old_run(path, study), new_run(path, grown);
  const CellBlock of_new = make_cells(grown, tree, {3, 4}, {0, 1, 2});
  new_run.commit({&of_new, 1});
  new_run.merge();
  commit_all(old_run, study);
  const std::string before = bytes_of(path);

  const Merged merged = old_run.merge();

  EXPECT_FALSE(merged.published);
  EXPECT_EQ(merged.cells, 146);
  EXPECT_EQ(merged.other_cells, 2);
  EXPECT_EQ(bytes_of(path), before);
  EXPECT_EQ(merge_parts(path).cells, 148);
  EXPECT_EQ(count_right_cells(StudyReader(path), grown), 148);
  EXPECT_TRUE(parts_of(path).empty());
}

TEST_F(OtherCellsTest, OfTwoStudiesThatShareSomeAreJoinedAsFarAsTheMergedFileGoes) {
  const StudyHeader shifted = make_study({.trees = 2, .linears = 3, .seeds = {9}});
  Store first(path, study), second(path, shifted);
  commit_all(first, study);
  first.merge();
  const CellBlock block = make_all_cells(shifted, tree);
  second.commit({&block, 1});

  const Merged merged = merge_parts(path);

  EXPECT_TRUE(merged.published);
  EXPECT_EQ(merged.cells, 146);
  EXPECT_EQ(merged.parts_left, 1);
  EXPECT_EQ(merged.other_cells, 2);
  EXPECT_EQ(count_right_cells(StudyReader(path), study), 146);
}

/// What a spec says without that a number depends on it.
class Statements : public testing::Test {
 protected:
  Statements() {
    study.provenance.emplace_back("title", "first");
    Store store(path, study);
    commit_all(store, study);
    store.merge();
  }

  ScratchDirectory scratch;
  std::string path = scratch / "out.h5";
  StudyHeader study = make_study();
};

TEST_F(Statements, OfAChangedSpecReachAFileThatHasEveryCell) {
  study.provenance = {{"version", "0.2.0"}, {"host", "another"}, {"title", "second"}, {"reference mae DT", "0.5"}};
  study.data.source.target.units = "g";
  study.data.source.features[0].label = "new label";
  study.models[1].model_name = "least squares";

  const Merged merged = Store(path, study).merge();

  EXPECT_EQ(merged.says_anew,
            (std::vector<std::string>{"data.features", "data.target", "models", "name", "reference"}));
  const StudyReader reader(path);
  EXPECT_EQ(reader.attribute("title"), "second");
  EXPECT_EQ(reader.attribute("reference mae DT"), "0.5");
  EXPECT_EQ(reader.attribute("host"), "h\xC3\xB6st") << "where the numbers were made";
  EXPECT_EQ(reader.target().units, "g");
  EXPECT_EQ(reader.data().source.features[0].label, "new label");
  EXPECT_EQ(reader.models()[1].model_name, "least squares");
  EXPECT_EQ(count_right_cells(reader, study), 146);
  EXPECT_EQ(payload_error(path), std::nullopt);
}

TEST_F(Statements, ThatAgreeLeaveTheFileAlone) {
  const std::string before = bytes_of(path);
  study.provenance = {{"title", "first"}, {"host", "another"}, {"set run.threads", "2"}};

  EXPECT_TRUE(Store(path, study).merge().says_anew.empty());

  EXPECT_EQ(bytes_of(path), before);
}

TEST_F(Statements, OfATextThatSaysTheSameOtherwiseAreThatTextAlone) {
  study.spec.text += "# a comment\n";

  EXPECT_EQ(Store(path, study).merge().says_anew, std::vector<std::string>{"spec"});
  EXPECT_EQ(StudyReader(path).spec_text(), study.spec.text);
}

TEST(FailedFits, AreCountedInPartsAndInTheMergedFile) {
  const ScratchDirectory scratch;
  const std::string path = scratch / "out.h5";
  const StudyHeader study = make_study();
  Store store(path, study);
  commit_all(store, study);
  std::int64_t expected = 0;
  for (const ModelId model : {ModelId(0), ModelId(1)})
    for (const std::int32_t status : make_all_cells(study, model).status)
      expected += status >= 0 && failed(static_cast<FitStatus>(status)) ? 1 : 0;
  ASSERT_GT(expected, 0);

  store.refresh();
  EXPECT_EQ(store.failed_fits(), expected);
  commit_all(store, study);
  store.merge();
  EXPECT_EQ(store.failed_fits(), expected) << "a cell that is there twice counts once";
  EXPECT_EQ(Store(path, study).failed_fits(), expected);
}

TEST(LinkedResults, AreWrittenWhereTheLinkLeads) {
  const ScratchDirectory scratch;
  const StudyHeader study = make_study();
  std::filesystem::create_directory(scratch / "far");
  const std::string link = scratch / "out.h5";
  std::filesystem::create_symlink("far/results.h5", link);

  Store store(link, study);
  commit_all(store, study);
  EXPECT_EQ(parts_directory(link), scratch / "far/results.h5.parts");
  EXPECT_TRUE(std::filesystem::exists(parts_directory(link)));
  EXPECT_EQ(count_right_cells(StudyReader(link), study), 146);
  store.merge();

  EXPECT_TRUE(std::filesystem::is_symlink(link));
  EXPECT_EQ(count_right_cells(StudyReader(scratch / "far/results.h5"), study), 146);
  Store::remove(link);
  EXPECT_TRUE(std::filesystem::is_symlink(link));
  EXPECT_FALSE(std::filesystem::exists(scratch / "far/results.h5"));
}

}  // namespace
}  // namespace kilofold::test
