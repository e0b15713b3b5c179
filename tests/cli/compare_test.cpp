// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "support/program.hpp"

namespace kilofold::testing {
namespace {

std::string spec(const std::string& cv) {
  return R"(spec: 1
name: small
data: {file: small.csv, features: [a, b, c], target: {column: y, units: mm}}
cv: )" + cv +
         R"(
models:
  - {name: ridge, model: linear, parameters: {alpha: [0, 0.5]}}
  - {name: DT, model: tree, as_published: {max_depth: 2}, parameters: {max_depth: [3, none], min_samples_leaf: [1, 3]}}
  - {name: stump, model: tree, as_published: {max_depth: 1}}
output: {file: small.h5}
)";
}

/// A finished run of three models, two of which have a published setting.
class Compare : public ::testing::Test {
 protected:
  void run(const std::string& cv = "{folds: 4, seeds: {from: 0, to: 2}}") {
    folder.write("small.csv", small_table(40));
    folder.write("small.yaml", spec(cv));
    const Outcome outcome = run_program(folder, {"run", "small.yaml", "-q"});
    ASSERT_EQ(outcome.code, 0) << outcome.err;
  }

  Folder folder;
};

TEST_F(Compare, RanksModelsOfLeaveOneOutWithoutTestingPairs) {
  run("{splitter: leave_one_out}");

  const Outcome compared = run_program(folder, {"compare", "small.h5"});

  EXPECT_EQ(compared.code, 0) << compared.err;
  EXPECT_NE(compared.out.find("not tested: folds have no rmse of their own"), std::string::npos) << compared.out;
  EXPECT_NE(compared.out.find("1 in 1"), std::string::npos) << compared.out;
}

TEST_F(Compare, LetsPublishedSettingsCompete) {
  run();

  const Outcome compared = run_program(folder, {"compare", "small.h5", "--as-published"});
  const auto json = nlohmann::json::parse(run_program(folder, {"compare", "small.h5", "--as-published", "--json"}).out);

  EXPECT_EQ(compared.code, 0) << compared.err;
  EXPECT_NE(compared.out.find("ridge: left out, has no published setting\n"), std::string::npos) << compared.out;
  EXPECT_NE(compared.out.find("Nothing was chosen"), std::string::npos);
  EXPECT_EQ(compared.out.find("corrected:"), std::string::npos) << compared.out;
  ASSERT_EQ(json["models"].size(), 2u);
  EXPECT_EQ(json["models"][0]["name"], "DT");
  EXPECT_EQ(json["models"][0]["corrected"], nullptr);
  const auto shown =
      nlohmann::json::parse(run_program(folder, {"show", "small.h5", "DT", "--as-published", "--json"}).out);
  EXPECT_EQ(json["models"][0]["trial"], shown["trial"]);
  for (std::size_t s = 0; s < 3; ++s) EXPECT_EQ(json["models"][0]["rmse_by_seed"][s], shown["seeds"][s]["rmse"]);
}

TEST_F(Compare, PrintsAsJsonWhatItsTablesHold) {
  run();

  const auto json = nlohmann::json::parse(run_program(folder, {"compare", "small.h5", "--json"}).out);
  const auto two = nlohmann::json::parse(run_program(folder, {"compare", "small.h5", "small.h5", "--json"}).out);

  EXPECT_EQ(json["seeds"], (std::vector<int>{0, 1, 2}));
  EXPECT_EQ(json["units"], "mm");
  EXPECT_EQ(json["draws_of"], "rows");
  ASSERT_EQ(json["models"].size(), 3u);
  EXPECT_EQ(json["pairs"].size(), 3u);
  EXPECT_GT(json["pairs"][0]["test"]["p"], 0);
  EXPECT_EQ(json["pairs"][0]["not_tested"], nullptr);
  EXPECT_EQ(two["models"].size(), 3u);
  EXPECT_EQ(two["files"], (std::vector<std::string>{"small.h5", "small.h5"}));
  EXPECT_EQ(two["models"][0]["rmse"]["gap"], 0);
}

TEST_F(Compare, CountsAsEqualWhatRopeSays) {
  run();
  const auto equal_within = [&](const std::string& rope) {
    const Outcome compared = run_program(folder, {"compare", "small.h5", "--json", "--rope", rope});
    return nlohmann::json::parse(compared.out)["pairs"][0]["test"]["equal"].get<double>();
  };

  EXPECT_NEAR(equal_within("0"), 0, 1e-15);  // what is left of 1 by two probabilities
  EXPECT_EQ(equal_within("1e9"), 1);
  EXPECT_LT(equal_within("0.1"), equal_within("1"));
  EXPECT_NE(run_program(folder, {"compare", "small.h5", "--rope", "0.5"}).out.find("equal: within 0.5000 mm."),
            std::string::npos);
  EXPECT_NE(
      run_program(folder, {"compare", "small.h5", "--rope", "-1"}).err.find("--rope: expected a number from 0 on"),
      std::string::npos);
  EXPECT_EQ(run_program(folder, {"compare", "small.h5", "small.h5", "--rope", "1"}).code, 2);
}

TEST_F(Compare, ExportsPublishedSettings) {
  run();

  const Outcome all = run_program(folder, {"export", "small.h5", "--as-published"});
  const Outcome one = run_program(folder, {"export", "small.h5", "--trial", "DT", "--as-published"});

  EXPECT_EQ(std::ranges::count(all.out, '\n'), 1 + 2 * 3) << all.out;
  EXPECT_EQ(std::ranges::count(one.out, '\n'), 1 + 3) << one.out;
  EXPECT_NE(run_program(folder, {"show", "small.h5", "ridge", "--as-published"}).err.find("ridge has no published"),
            std::string::npos);
}

}  // namespace
}  // namespace kilofold::testing
