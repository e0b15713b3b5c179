// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "kilofold/data.hpp"

namespace kilofold {
namespace {

const std::filesystem::path folder = KILOFOLD_SOURCE_DIR "/tests/data/invalid";

ColumnName column(std::string name) { return {std::move(name), "", "", {}}; }

/// The study that reads a table: y from x, unless the mistake lies in the study's choice of columns.
DataSource source_of(const std::string& table) {
  DataSource source{table + ".csv", {column("x")}, column("y"), std::nullopt};
  if (table == "feature_is_target") source.features.push_back({"y", "", "", {"study.yaml", 6, 18}});
  if (table == "feature_named_twice") source.features.push_back(column("x"));
  if (table == "empty_group" || table == "latin1_group" || table == "many_latin1_groups" || table == "several_at_once")
    source.groups = column("g");
  if (table == "missing_columns") {
    source.features = {{"lenght_mm", "", "", {"study.yaml", 6, 15}}, {"temperature", "", "", {"study.yaml", 6, 26}}};
    source.target = {"mass", "", "", {"study.yaml", 7, 11}};
    source.groups = column("batch");
  }
  return source;
}

std::vector<std::string> tables() {
  std::vector<std::string> stems;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".csv") stems.push_back(entry.path().stem().string());
  }
  std::sort(stems.begin(), stems.end());
  return stems;
}

std::string contents(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// One file a mistake; beside it, to the letter, what the user is told. Messages name files from within the folder.
class InvalidCsv : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override { std::filesystem::current_path(folder); }
};

TEST_P(InvalidCsv, IsRefusedWithTheExpectedMessage) {
  try {
    read_csv(source_of(GetParam()));
    FAIL() << "the table was accepted";
  } catch (const InputError& error) {
    EXPECT_EQ(error.what() + std::string("\n"), contents(folder / (GetParam() + ".expected")));
  }
}

INSTANTIATE_TEST_SUITE_P(Files, InvalidCsv, testing::ValuesIn(tables()), [](const auto& test) { return test.param; });

std::string message_of(const std::string& file) {
  try {
    read_csv({file, {column("x")}, column("y"), std::nullopt});
  } catch (const InputError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(CsvFile, ThatIsMissingIsNamedTogetherWithItsNeighbour) {
  std::filesystem::current_path(folder);

  EXPECT_EQ(message_of("one_rov.csv"),
            "one_rov.csv: cannot open the data file: No such file or directory\n"
            "   = help: did you mean 'one_row.csv' in the same folder?");
  EXPECT_EQ(message_of("nowhere/electrode.csv"),
            "nowhere/electrode.csv: cannot open the data file: No such file or directory\n"
            "   = help: a path in a spec counts from the spec's own folder");
}

TEST(CsvFile, ThatIsAFolderIsCalledSo) {
  std::filesystem::current_path(folder);

  EXPECT_EQ(message_of("../invalid"), "../invalid: this is a folder, not a CSV file\n   = help: name a file in it");
}

}  // namespace
}  // namespace kilofold
