// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <fstream>

#include "study_fixture.hpp"

namespace kilofold::test {
namespace {

constexpr ModelId tree(0);
const std::string hint = "use another -o, or --fresh to discard what is there";

void replace(std::string& text, const std::string& from, const std::string& to) {
  text.replace(text.find(from), from.size(), to);
}

class Refusal : public testing::Test {
 protected:
  Refusal() {
    Store store(path, study);
    commit_all(store, study);
    store.merge();
  }

  ScratchDirectory scratch;
  StudyHeader study = make_study();
  std::string path = scratch / "out.h5";
};

TEST_F(Refusal, NamesEveryDifferingKeyWithBothValues) {
  replace(study.canonical, std::string(64, 'a'), "bb");
  replace(study.canonical, R"("y":"zscore")", R"("y":"none")");
  replace(study.canonical, R"("target":"load")", R"("target":"load","groups":"batch")");

  const std::vector<Problem> problems = problems_on_open(path, study);

  ASSERT_EQ(problems.size(), 3u);
  const std::string start = path + " holds another study's results: ";
  EXPECT_EQ(problems[0].message, start + "data.sha256 is \"" + std::string(64, 'a') + "\" there, \"bb\" here");
  EXPECT_EQ(problems[0].reason, "the table's bytes have changed since, so no number may be kept");
  EXPECT_EQ(problems[1].message, start + "scaling.y is \"zscore\" there, \"none\" here");
  EXPECT_EQ(problems[2].message, start + "data.groups is nothing there, \"batch\" here");
  EXPECT_EQ(problems[2].hint, hint);
}

TEST_F(Refusal, NamesAKeyThatTheStudyNoLongerHas) {
  replace(study.canonical, R"("target":"load")", R"("other":"load")");

  const std::vector<Problem> problems = problems_on_open(path, study);

  ASSERT_EQ(problems.size(), 2u);
  const std::string start = path + " holds another study's results: ";
  EXPECT_EQ(problems[0].message, start + "data.target is \"load\" there, nothing here");
  EXPECT_EQ(problems[1].message, start + "data.other is nothing there, \"load\" here");
}

TEST_F(Refusal, NamesBothNumerics) {
  study.models[0].numerics = "c0ffee0000000002";

  const std::vector<Problem> problems = problems_on_open(path, study);

  ASSERT_EQ(problems.size(), 1u);
  EXPECT_EQ(problems[0].message, path +
                                     " holds results of model 'DT' with numerics c0ffee0000000001, this run computes "
                                     "with c0ffee0000000002");
  EXPECT_EQ(problems[0].hint, "use another -o, --fresh to discard what is there, or --mix-numerics to keep both");
}

TEST_F(Refusal, DoesNotConcernSeedsGridsAndText) {
  study.spec.text += "# a comment\n";
  replace(study.canonical, R"("seeds":2)", R"("seeds":[1,2,3])");
  replace(study.canonical, R"("models":70)", R"("models":{"DT":{"max_depth":[1]}})");

  EXPECT_TRUE(problems_on_open(path, study).empty());
}

TEST_F(Refusal, LooksIntoPartsToo) {
  const std::string other = scratch / "other.h5";
  Store store(other, study);
  const CellBlock block = make_cells(study, tree, {0}, {0});
  store.commit({&block, 1});
  replace(study.canonical, "kfold", "group_kfold");

  const std::vector<Problem> problems = problems_on_open(other, study);

  ASSERT_EQ(problems.size(), 1u);
  EXPECT_NE(problems[0].message.find("cv.splitter is \"kfold\" there, \"group_kfold\" here"), std::string::npos);
}

TEST(ForeignFile, IsRefusedAndNeverRemoved) {
  const ScratchDirectory scratch;
  const std::string path = scratch / "notes.txt";
  std::ofstream(path) << "not HDF5";

  const std::vector<Problem> problems = problems_on_open(path, make_study());

  ASSERT_EQ(problems.size(), 1u);
  EXPECT_EQ(problems[0].message, path + " is not an HDF5 file");
  EXPECT_THROW(Store::remove(path), InputError);
  EXPECT_THROW(StudyReader{path}, InputError);
}

TEST(ModelName, ThatCannotNameAGroupIsRefused) {
  StudyHeader study = make_study();
  study.models[0].model_name = "a/b";
  const ScratchDirectory scratch;

  const std::vector<Problem> problems = problems_on_open(scratch / "out.h5", study);

  ASSERT_EQ(problems.size(), 1u);
  EXPECT_EQ(problems[0].message, "model name 'a/b' cannot name a group in an HDF5 file");
}

}  // namespace
}  // namespace kilofold::test
