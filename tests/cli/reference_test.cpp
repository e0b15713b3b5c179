// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <regex>

#include "support/program.hpp"

namespace kilofold {
namespace {

using testing::Folder;
using testing::Outcome;
using testing::read_text;
using testing::run_program;

std::string study(const std::string& source, const std::string& plots) {
  return R"(spec: 1
name: small
data: {file: table.csv, features: [a, b, c], target: {column: y, units: MPa}}
cv: {folds: 5, seeds: {from: 0, to: 3}}
models:
  - {name: Ridge, model: linear, parameters: {alpha: [0, 1, 10]}}
  - {name: DT, model: tree, as_published: {max_depth: 1}, parameters: {max_depth: [2, 3, none], min_samples_leaf: [1, 4]}}
reference: {source: ")" +
         source + R"(", results: {Ridge: {rmse: 9.25, r2: 0.5}, DT: {rmse: 8}}}
output: {file: small.h5}
report: {plots: )" +
         plots + "}\n";
}

TEST(Reference, IsPrintedBesideOursByEveryVerbThatShowsResults) {
  const Folder folder;
  folder.write("table.csv", testing::small_table(60));
  folder.write("study.yaml", study("an old paper", "[validation_curve, residuals]"));
  ASSERT_EQ(run_program(folder, {"run", "study.yaml"}).code, 0) << read_text(folder / "err");

  const Outcome shown = run_program(folder, {"show", "small.h5", "Ridge"});
  const Outcome json = run_program(folder, {"show", "small.h5", "DT", "--json"});
  const Outcome reported = run_program(folder, {"report", "small.h5"});
  const std::string page = read_text(folder / "small.html");

  EXPECT_NE(shown.out.find(" published             -          9.25    0.500000           -  an old paper\n"),
            std::string::npos)
      << shown.out;
  EXPECT_NE(shown.out.find("  best of the grid - published: optimistic\n"), std::string::npos) << shown.out;
  EXPECT_EQ(nlohmann::json::parse(json.out)["published"], nlohmann::json({{"rmse", 8.0}}));
  EXPECT_NE(reported.err.find("beside the published results (an old paper)"), std::string::npos) << reported.err;
  EXPECT_NE(reported.err.find("published setting, but of Ridge (best of 3 trials"), std::string::npos) << reported.err;
  EXPECT_NE(reported.err.find("of 1 pairs of models"), std::string::npos) << reported.err;
  EXPECT_LT(page.find("<h2>Validation curves"), page.find("<h2>Residuals"));
  EXPECT_EQ(page.find("as_published ="), std::string::npos) << "the mark is no parameter";
}

/// The number in the rmse column of the row with that name.
double rmse_of(const std::string& shown, const std::string& row) {
  std::smatch numbers;
  const std::regex metrics("(^|\n) *" + row + " +[-0-9.e+]+ +([-0-9.e+]+) ");
  return std::regex_search(shown, numbers, metrics) ? std::stod(numbers[2]) : std::nan("");
}

TEST(Reference, IsComparedWithThePublishedSettingWhicheverTrialIsShown) {
  const Folder folder;
  folder.write("table.csv", testing::small_table(60));
  folder.write("study.yaml", study("an old paper", "[residuals]"));
  ASSERT_EQ(run_program(folder, {"run", "study.yaml"}).code, 0) << read_text(folder / "err");

  const auto json = nlohmann::json::parse(run_program(folder, {"show", "small.h5", "DT", "--json"}).out);
  const std::string best = run_program(folder, {"show", "small.h5", "DT"}).out;
  const std::string published = run_program(folder, {"show", "small.h5", "DT", "--as-published"}).out;

  const double ours = json["as_published"]["rmse"];
  const double printed = 1e-5 * ours;  // six digits
  EXPECT_NE(best.find(", best of 7 by mean rmse"), std::string::npos) << best;
  EXPECT_NE(best.find("trial " + json["as_published"]["trial"].get<std::string>()), std::string::npos) << best;
  EXPECT_NE(json["trial"], json["as_published"]["trial"]);
  EXPECT_NEAR(rmse_of(best, "as_published"), ours, printed);
  EXPECT_NEAR(rmse_of(best, "difference"), ours - 8, printed);
  EXPECT_NEAR(rmse_of(published, "mean"), ours, printed);
  EXPECT_NEAR(rmse_of(published, "difference"), ours - 8, printed);
  EXPECT_NE(published.find("(tree), as published\n"), std::string::npos) << published;
  EXPECT_EQ(run_program(folder, {"show", "small.h5", json["trial"], "--as-published"}).code, 2);
}

TEST(Reference, FollowsTheSpecWithoutComputingAnything) {
  const Folder folder;
  folder.write("table.csv", testing::small_table(60));
  folder.write("study.yaml", study("an old paper", "[residuals]"));
  ASSERT_EQ(run_program(folder, {"run", "study.yaml"}).code, 0);
  folder.write("study.yaml", study("its erratum", "[traces]"));

  const Outcome again = run_program(folder, {"run", "study.yaml"});

  EXPECT_NE(again.err.find("nothing to compute"), std::string::npos) << again.err;
  EXPECT_NE(run_program(folder, {"report", "small.h5"}).err.find("(its erratum)"), std::string::npos);
  EXPECT_NE(read_text(folder / "small.html").find("<h2>Traces"), std::string::npos);
}

}  // namespace
}  // namespace kilofold
