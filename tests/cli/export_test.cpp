// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "cli/text_file.hpp"
#include "report/page_beginning.hpp"
#include "support/program.hpp"

namespace kilofold {
namespace {

using testing::Folder;
using testing::Outcome;
using testing::run_program;

constexpr std::size_t n_rows = 40;
constexpr std::size_t n_seeds = 3;

constexpr const char* study = R"(spec: 1
name: small
data: {file: table.csv, features: [a, b, c], target: y}
cv: {folds: [2, 5], seeds: [3, 0, 7]}
models:
  - {name: Ridge, model: linear, parameters: {alpha: [0, 0.1]}}
  - {name: DT, model: tree, parameters: {max_depth: [2, none]}}
output: {file: small.h5}
)";

/// A table cut at its commas; none of the fields read here holds one in quotes.
std::vector<std::vector<std::string>> fields_of(const std::string& csv) {
  std::vector<std::vector<std::string>> rows;
  std::istringstream lines(csv);
  for (std::string line; std::getline(lines, line);) {
    std::vector<std::string>& row = rows.emplace_back(1);
    for (const char c : line)
      if (c == ',')
        row.emplace_back();
      else
        row.back() += c;
  }
  return rows;
}

double number(const std::string& text) { return std::strtod(text.c_str(), nullptr); }

class Export : public ::testing::Test {
 protected:
  Export() {
    folder.write("table.csv", testing::small_table(n_rows));
    folder.write("study.yaml", study);
    EXPECT_EQ(run({"run", "study.yaml", "-q"}).code, 0);
  }
  Outcome run(const std::vector<std::string>& arguments) const { return run_program(folder, arguments); }
  std::string exported(std::vector<std::string> options) const {
    options.insert(options.begin(), {"export", "small.h5"});
    const Outcome ran = run(options);
    EXPECT_EQ(ran.code, 0) << ran.err;
    EXPECT_EQ(ran.err, "");
    return ran.out;
  }

  const Folder folder;
};

TEST(CsvField, IsQuotedWhereRfc4180WantsIt) {
  EXPECT_EQ(cli::csv_field("DT"), "DT");
  EXPECT_EQ(cli::csv_field("1, 2"), "\"1, 2\"");
  EXPECT_EQ(cli::csv_field("3\" pipe"), "\"3\"\" pipe\"");
}

TEST_F(Export, HasEveryMetricOfEveryTrialAndSeedBitForBit) {
  const auto rows = fields_of(exported({"--trial", "DT"}));
  const auto all = fields_of(exported({}));
  const StudyReader reader((folder / "small.h5").string());
  ASSERT_EQ(all.size(), 1 + 8 * n_seeds) << "4 trials of each model, 2 depths or penalties x 2 fold counts";
  ASSERT_EQ(rows.size(), 1 + n_seeds);
  const std::vector<double> metrics = reader.metrics(ModelId(1));
  for (std::size_t t = 0; t < 4; ++t)
    for (std::size_t s = 0; s < n_seeds; ++s) {
      const auto& row = all[1 + (4 + t) * n_seeds + s];
      EXPECT_EQ(row[0], "DT");
      EXPECT_EQ(row[1], reader.models()[1].id[t]);
      EXPECT_EQ(number(row[row.size() - 5]), static_cast<double>(reader.seeds()[s]));
      for (std::size_t m = 0; m < 4; ++m)
        EXPECT_EQ(number(row[row.size() - 4 + m]), metrics[(t * n_seeds + s) * 4 + m]);
    }
}

TEST_F(Export, ParametersStandInColumnsOfTheirNameAndAreEmptyOnlyWhereTheModelHasNone) {
  const std::string csv = exported({});
  const std::string header = csv.substr(0, csv.find('\n'));
  EXPECT_EQ(header.find("model,trial,"), 0U) << header;
  for (const char* name : {",alpha,", ",max_depth,", ",cv.folds,", ",seed,mae,rmse,r2,r2_eq13"})
    EXPECT_NE(header.find(name), std::string::npos) << header;
  const auto rows = fields_of(csv);
  const auto column = [&](const char* name) {
    return static_cast<std::size_t>(std::ranges::find(rows[0], name) - rows[0].begin());
  };
  const auto& last = rows.back();  // DT, no limit of depth, 5 folds
  EXPECT_EQ(last[column("alpha")], "");
  EXPECT_EQ(last[column("max_depth")], "none");
  EXPECT_EQ(last[column("cv.folds")], "5");
  EXPECT_EQ(rows[rows.size() - 1 - n_seeds][column("max_depth")], "2");
}

TEST_F(Export, PredictionsHaveTheFoldThatHeldThemOut) {
  const auto rows = fields_of(exported({"--predictions", "-t", "DT"}));
  ASSERT_EQ(rows.size(), 1 + n_seeds * n_rows);
  EXPECT_EQ(rows[0], (std::vector<std::string>{"model", "trial", "seed", "fold", "sample", "y", "prediction"}));
  const StudyReader reader((folder / "small.h5").string());
  const auto& ids = reader.models()[1].id;
  const auto trial = static_cast<std::size_t>(std::ranges::find(ids, rows[1][1]) - ids.begin());
  ASSERT_LT(trial, ids.size());
  const CellBlock cells = reader.trial(ModelId(1), static_cast<std::int64_t>(trial));
  const std::int32_t n_folds = reader.models()[1].n_folds[trial];
  for (std::size_t s = 0; s < n_seeds; ++s) {
    const Split split = kfold(n_rows, n_folds, reader.seeds()[s]);
    for (std::size_t i = 0; i < n_rows; ++i) {
      const auto& row = rows[1 + s * n_rows + i];
      EXPECT_EQ(row[2], std::to_string(reader.seeds()[s]));
      EXPECT_EQ(row[3], std::to_string(split.fold[i]));
      EXPECT_EQ(row[4], std::to_string(i));
      EXPECT_EQ(number(row[5]), reader.y()[i]);
      EXPECT_EQ(number(row[6]), cells.prediction[s * n_rows + i]);
    }
  }
}

TEST_F(Export, AndReportReplaceNothingButWhatTheyWrote) {
  for (const char* name : {"small.h5", "table.csv", "study.yaml"}) {
    const std::string before = testing::read_text(folder / name);
    for (const char* verb : {"export", "report"}) {
      const Outcome refused = run({verb, "small.h5", "-o", name});
      EXPECT_EQ(refused.code, 2) << verb << " " << name;
      EXPECT_NE(refused.err.find(std::string(name) + " stays as it is: "), std::string::npos) << refused.err;
      EXPECT_EQ(testing::read_text(folder / name), before) << verb << " " << name;
    }
  }
  std::filesystem::create_symlink("small.h5", folder / "link.csv");
  EXPECT_EQ(run({"export", "small.h5", "-o", "link.csv"}).code, 2);
  EXPECT_EQ(run({"report", "small.h5", "-o", "page.html"}).code, 0);
  EXPECT_EQ(run({"export", "small.h5", "-o", "page.html"}).code, 2);
  EXPECT_EQ(run({"report", "small.h5", "-o", "page.html"}).code, 0) << "its own page";
  folder.write("old.csv", "model,trial,seed,mae\n");
  std::filesystem::create_symlink("old.csv", folder / "to_old.csv");
  EXPECT_EQ(run({"export", "small.h5", "-o", "to_old.csv"}).code, 0) << "an earlier table";
  EXPECT_TRUE(std::filesystem::is_symlink(folder / "to_old.csv"));
  EXPECT_EQ(testing::read_text(folder / "old.csv"), exported({}));
}

TEST_F(Export, TheTableOfTheStudyStaysEvenWhereItIsAnExport) {
  folder.write("metrics.csv", exported({"--trial", "DT"}));
  folder.write("again.yaml",
               "spec: 1\nname: again\ndata: {file: metrics.csv, features: [mae, r2], target: rmse}\n"
               "cv: {folds: 2}\nmodels: [{model: linear}]\noutput: {file: metrics.h5}\n");
  ASSERT_EQ(run({"run", "again.yaml", "-q"}).code, 0);
  const std::string before = testing::read_text(folder / "metrics.csv");
  EXPECT_EQ(run({"export", "metrics.h5", "-o", "metrics.csv"}).code, 2);
  EXPECT_EQ(testing::read_text(folder / "metrics.csv"), before);
}

TEST_F(Export, DashIsStdoutForTablesAndPages) {
  EXPECT_EQ(run({"export", "small.h5", "-o", "-"}).out, exported({}));
  EXPECT_EQ(run({"report", "small.h5", "-o", "-"}).out.substr(0, page_beginning.size()), page_beginning);
  EXPECT_FALSE(std::filesystem::exists(folder / "-"));
}

TEST_F(Export, WritesTheFileItNames) {
  const Outcome ran = run({"export", "small.h5", "-o", "small.csv"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(ran.out, (folder / "small.csv").string() + "\n");
  EXPECT_EQ(ran.err, "24 rows\n");
  EXPECT_EQ(testing::read_text(folder / "small.csv"), exported({}));
  EXPECT_EQ(run({"export", "small.h5", "-o", "no/such/folder.csv"}).code, 0) << "folders are made, as by run";
  EXPECT_EQ(run({"export", "small.h5", "-o", "/dev/full"}).code, 4);
}

TEST_F(Export, LeavesWhatIsMissingEmpty) {
  ASSERT_EQ(run({"run", "study.yaml", "-o", "part.h5", "--limit", "1", "--batch", "1", "-j", "1"}).code, 75);
  const Outcome ran = run({"export", "part.h5"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(fields_of(ran.out).size(), 1 + 8 * n_seeds);
  EXPECT_NE(ran.out.find(",,,,\n"), std::string::npos) << ran.out;
  EXPECT_EQ(ran.out.find("nan"), std::string::npos);
}

}  // namespace
}  // namespace kilofold
