// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

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

}  // namespace
}  // namespace kilofold::testing
