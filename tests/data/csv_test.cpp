// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "kilofold/data.hpp"

namespace kilofold {
namespace {

const std::filesystem::path source_dir = KILOFOLD_SOURCE_DIR;

ColumnName column(std::string name) { return {std::move(name), "", "", {}}; }

std::vector<ColumnName> columns(const std::vector<std::string>& names) {
  std::vector<ColumnName> result;
  for (const std::string& name : names) result.push_back(column(name));
  return result;
}

/// A CSV file that lives as long as its test.
class CsvText : public testing::Test {
 protected:
  Dataset read(const std::string& text, DataSource source = {"", columns({"x"}), column("y"), std::nullopt}) {
    std::ofstream(path_, std::ios::binary) << text;
    source.file = path_;
    return read_csv(source);
  }
  void TearDown() override { std::filesystem::remove(path_); }

 private:
  const std::string path_ = testing::TempDir() + testing::UnitTest::GetInstance()->current_test_info()->name() + ".csv";
};

TEST_F(CsvText, BecomesColumnsInTheOrderOfTheStudy) {
  const Dataset data =
      read("y,note,a,b\n1,one,10,100\n2,two,20,200\n3,,30,300\n", {"", columns({"b", "a"}), column("y"), std::nullopt});

  ASSERT_EQ(data.n_samples(), 3);
  ASSERT_EQ(data.n_features(), 2);
  EXPECT_EQ(data.X(0, 0), 100);
  EXPECT_EQ(data.X(2, 0), 300);
  EXPECT_EQ(data.X(1, 1), 20);
  EXPECT_EQ(data.y, (std::vector<double>{1, 2, 3}));
  EXPECT_TRUE(data.group.empty());
  EXPECT_TRUE(data.group_name.empty());
}

TEST_F(CsvText, CodesFoldIdsBesideGroups) {
  const Dataset data =
      read("x,y,g,part\n1,2,a,10\n3,4,a,9\n5,6,b,10\n", {"", columns({"x"}), column("y"), column("g"), column("part")});

  EXPECT_EQ(data.group, (std::vector<std::int32_t>{0, 0, 1}));
  EXPECT_EQ(data.fold, (std::vector<std::int32_t>{0, 1, 0}));
  EXPECT_EQ(data.fold_name, (std::vector<std::string>{"10", "9"}));
}

TEST_F(CsvText, RefusesOneFoldIdForEveryRow) {
  try {
    read("x,y,part\n1,2,a\n3,4,a\n", {"", columns({"x"}), column("y"), std::nullopt, column("part")});
    FAIL() << "accepted";
  } catch (const InputError& error) {
    EXPECT_EQ(error.problems()[0].message, "the fold ids 'part' are the same in every row");
  }
}

TEST_F(CsvText, CodesGroupsInOrderOfFirstAppearance) {
  const Dataset data =
      read("x,y,g\n1,2,west\n3,4,7\n5,6,\"a, b\"\n7,8, west \n", {"", columns({"x"}), column("y"), column("g")});

  EXPECT_EQ(data.group, (std::vector<std::int32_t>{0, 1, 2, 0}));
  EXPECT_EQ(data.group_name, (std::vector<std::string>{"west", "7", "a, b"}));
}

TEST_F(CsvText, HasTheSha256OfItsBytes) {
  // printf 'x,y\n1,2\n3,4\n' | sha256sum
  EXPECT_EQ(read("x,y\n1,2\n3,4\n").sha256, "2a2b86e74ffd5e6a9b75e52a105cf9d02920837179f8e8961aa15411d380f7a3");
}

TEST_F(CsvText, MayHaveAByteOrderMarkCrlfBlanksAndNoLastLineEnd) {
  const Dataset data = read("\xEF\xBB\xBFx, y \r\n 1 ,+2\r\n\"3\",\t4");

  EXPECT_EQ(data.X(0, 0), 1);
  EXPECT_EQ(data.X(1, 0), 3);
  EXPECT_EQ(data.y, (std::vector<double>{2, 4}));
}

TEST_F(CsvText, MayHaveCommasQuotesAndLineEndsInQuotedFields) {
  const Dataset data = read("\"x\",\"say \"\"y\"\", please\",note\n1,2,\"two\nlines, one field\"\n3,4,\"\"\n",
                            {"", columns({"x"}), column("say \"y\", please"), column("x")});

  EXPECT_EQ(data.y, (std::vector<double>{2, 4}));
}

TEST_F(CsvText, MayEndInBlankLines) { EXPECT_EQ(read("x,y\n1,2\n3,4\n\n  \n\r\n").n_samples(), 2); }

TEST_F(CsvText, MayHaveAnythingInColumnsTheStudyDoesNotName) {
  EXPECT_EQ(read("z,x,y,z,\nabc,1,2,nan,\n,3,4,1e999,\n").n_samples(), 2);
}

TEST_F(CsvText, KeepsEveryBitOfANumber) {
  const Dataset data = read("x,y\n0.1,1\n-0.0,2\n1.7976931348623157e308,3\n5e-324,4\n");

  EXPECT_EQ(data.X(0, 0), 0.1);
  EXPECT_TRUE(std::signbit(data.X(1, 0)));
  EXPECT_EQ(data.X(2, 0), 1.7976931348623157e308);
  EXPECT_EQ(data.X(3, 0), 5e-324);
}

TEST(ElectrodeStandin, Has82SettingsWith8RepeatsEach) {
  const Dataset data =
      read_csv({source_dir / "experiments/data/electrode_standin.csv", columns({"CG", "S_LR", "AM_MC", "viscosity"}),
                column("mass_loading"), column("slurry")});
  const RankCodes codes = rank_codes(data.X);

  EXPECT_EQ(data.n_samples(), 656);
  EXPECT_EQ(data.group_name.size(), 24u);
  EXPECT_EQ(codes.level_begin, (std::vector<std::int64_t>{0, 6, 17, 21, 45}));
  double mean = 0, variance = 0;
  for (const double y : data.y) mean += y / 656;
  for (const double y : data.y) variance += (y - mean) * (y - mean) / 656;
  EXPECT_NEAR(std::sqrt(variance), 13.01, 0.005);
}

/// Real tables that are not ours to ship; they lie beside the repository where the project is developed.
Dataset read_shared(const std::string& name, const std::vector<std::string>& features, const std::string& target) {
  return read_csv({source_dir / "../shared/data" / name, columns(features), column(target), std::nullopt});
}

class SharedTables : public testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(source_dir / "../shared/data"))
      GTEST_SKIP() << "no ../shared/data beside the repository";
  }
};

TEST_F(SharedTables, ConcreteStrengthIsReadWhole) {
  const Dataset data = read_shared("concrete_strength.csv", {"cement_kg_m3", "age_days"}, "strength_MPa");

  ASSERT_EQ(data.n_samples(), 1030);
  EXPECT_EQ(data.X(0, 0), 540.0);
  EXPECT_EQ(data.X(2, 1), 270);
  EXPECT_EQ(data.y[0], 79.99);
}

TEST_F(SharedTables, PulseVoltagesAreReadWhole) {
  const Dataset data = read_shared("pulsebat_lmo10_soh.csv", {"soc_pct", "U1_V", "U21_V"}, "soh");

  ASSERT_EQ(data.n_samples(), 950);
  EXPECT_EQ(data.X(0, 2), 3.0017);
  EXPECT_EQ(data.y[0], 0.56791);
}

}  // namespace
}  // namespace kilofold
