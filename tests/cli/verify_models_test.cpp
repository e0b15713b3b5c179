// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <regex>
#include <sstream>
#include <string>

#include "support/program.hpp"
#include "support/stored_number.hpp"

namespace kilofold::testing {
namespace {

struct Entry {
  const char* model;
  const char* parameters;
  int n_cells;  ///< of 2 seeds
};

// Every model that has a plain refit, its limits and choices among them.
const Entry entries[] = {
    {"linear", "{alpha: [0, 0.5]}", 4},
    {"tree", "{max_leaf_nodes: [5, none], min_impurity_decrease: [0, 0.3], ccp_alpha: [0, 0.2]}", 16},
    {"forest", "{n_estimators: [1, 4], max_features: [1, 2, none], max_leaf_nodes: [6, none]}", 24},
    {"adaboost",
     "{n_estimators: [1, 9], loss: [linear, square, exponential], max_depth: [2, none], learning_rate: [0.5, 1]}", 48},
    {"gradient_boosting",
     "{n_estimators: [1, 12], learning_rate: [0.1, 1], init: [mean, zero], max_depth: [2, none], ccp_alpha: [0, 0.1]}",
     64},
    {"svr",
     "{kernel: [rbf, linear, poly], C: [iqr, 0.3], epsilon: [iqr, 0.1], gamma: [matlab_medium, 0.1], degree: 2, coef0: "
     "1}",
     48},
    {"gpr", "{kernel: [matern32, rational_quadratic], mean: [zero, linear], noise_variance: [0.01, 0.1]}", 16}};

struct Found {
  const char* name;  ///< of the entry whose hyperparameters are found in every training set
  const char* entry;
};
const Found found[] = {
    {"G", "model: gpr, parameters: {kernel: [matern52, rational_quadratic], optimizer: [lbfgs, lbfgs_ard]}"},
    {"G.tuned",
     "model: gpr, parameters: {length_scale: [[1, 1, 1], [1, 2, 3]], mean: [zero, linear], noise_variance: [0.01, "
     "0.1]}, "
     "tune: {by: log_marginal_likelihood}"},
    {"G.tuned",
     "model: tree, parameters: {max_depth: [2, none], min_samples_leaf: [1, 4]}, tune: {by: rmse, inner_folds: 3}"},
    {"G.tuned",
     "model: svr, parameters: {C: [iqr, 1], gamma: [scale, 0.2], kernel: [rbf, poly]}, tune: {by: mae, inner_folds: "
     "3}"}};

/// A study of one entry that was run.
class VerifyStudy : public ::testing::Test {
 protected:
  explicit VerifyStudy(const std::string& rest, const std::string& table = small_table(40)) {
    folder.write("table.csv", table);
    folder.write("study.yaml", R"(spec: 1
name: study
data: {file: table.csv, features: [a, b, c], target: y}
cv: {folds: 4, seeds: {from: 0, to: 1}}
)" + rest);
    EXPECT_EQ(run_program(folder, {"run", "study.yaml", "-q", "-o", "study.h5"}).code, 0);
  }

  Outcome verify() const { return run_program(folder, {"verify", "study.h5", "--sample", "1000"}); }

  Folder folder;
};

class VerifyRefits : public VerifyStudy, public ::testing::WithParamInterface<Entry> {
 protected:
  VerifyRefits()
      : VerifyStudy(std::string("models: [{name: M, model: ") + GetParam().model +
                    ", parameters: " + GetParam().parameters + "}]\n") {}
};

TEST_P(VerifyRefits, EveryFitWithinItsBound) {
  const Outcome verified = verify();

  EXPECT_EQ(verified.code, 0) << verified.out << verified.err;
  const std::string count = std::to_string(GetParam().n_cells) + " cells, " + std::to_string(4 * GetParam().n_cells);
  EXPECT_NE(verified.out.find(count + " fits refitted"), std::string::npos) << verified.out;
}

TEST_P(VerifyRefits, AndNoticesOneWrongPrediction) {
  change_number(folder / "study.h5", "/models/M/prediction", {1, 1, 17}, [](double p) { return p + 1e-6; });

  const Outcome verified = verify();

  EXPECT_EQ(verified.code, 5);
  EXPECT_NE(verified.out.find("seed 1, sample 17: stored"), std::string::npos) << verified.out;
}

INSTANTIATE_TEST_SUITE_P(Models, VerifyRefits, ::testing::ValuesIn(entries),
                         [](const auto& entry) { return std::string(entry.param.model); });

/// The small table with an exponent behind every feature's value.
std::string small_table_in(const std::string& exponent) {
  std::istringstream lines(small_table(40));
  std::string table, line;
  std::getline(lines, table);
  while (std::getline(lines, line)) {
    std::istringstream fields(line);
    table += '\n';
    for (std::string feature; std::getline(fields, feature, ',') && !fields.eof();) table += feature + exponent + ',';
    table += line.substr(line.rfind(',') + 1);
  }
  return table + '\n';
}

class VerifyMagnitudes : public VerifyStudy, public ::testing::WithParamInterface<const char*> {
 protected:
  VerifyMagnitudes()
      : VerifyStudy(
            "scaling: {features: none}\nmodels: [{name: L, model: linear, parameters: {alpha: [0, 1e-3, 1e+200]}}]\n",
            small_table_in(GetParam())) {}
};

TEST_P(VerifyMagnitudes, OfUnscaledFeaturesAreRefittedWithinTheBound) {
  const Outcome verified = verify();

  EXPECT_EQ(verified.code, 0) << verified.out << verified.err;
  EXPECT_NE(verified.out.find("6 cells, 24 fits refitted"), std::string::npos) << verified.out;
}

INSTANTIATE_TEST_SUITE_P(Exponents, VerifyMagnitudes, ::testing::Values("e-290", "e-158", "e158", "e290"));

class VerifyFound : public VerifyStudy, public ::testing::WithParamInterface<Found> {
 protected:
  VerifyFound()
      : VerifyStudy(std::string("scaling: {fit_on: [fold, all]}\nmodels: [{name: G, ") + GetParam().entry + "}]\n") {}

  std::string group() const { return std::string("/models/") + GetParam().name; }
};

TEST_P(VerifyFound, FitsAreRefittedWithWhatTheFileSaysWasFound) {
  const Outcome verified = verify();

  EXPECT_EQ(verified.code, 0) << verified.out << verified.err;
  EXPECT_EQ(verified.out.find("not refitted"), std::string::npos) << verified.out;
}

TEST_P(VerifyFound, AndOneWrongPredictionIsNoticed) {
  change_number(folder / "study.h5", group() + "/prediction", {1, 1, 17}, [](double p) { return p + 1e-4; });

  const Outcome verified = verify();

  EXPECT_EQ(verified.code, 5);
  EXPECT_NE(verified.out.find("seed 1, sample 17: stored"), std::string::npos) << verified.out;
}

INSTANTIATE_TEST_SUITE_P(Entries, VerifyFound, ::testing::ValuesIn(found));

TEST(Verify, NoticesAChoiceThatTheGridHasNot) {
  const Folder folder;
  folder.write("table.csv", small_table(40));
  folder.write("study.yaml", R"(spec: 1
name: study
data: {file: table.csv, features: [a, b, c], target: y}
cv: {folds: 4}
models: [{model: tree, parameters: {max_depth: [2, 3]}, tune: {by: rmse, inner_folds: 3}}]
)");
  EXPECT_EQ(run_program(folder, {"run", "study.yaml", "-q", "-o", "study.h5"}).code, 0);
  change_number(folder / "study.h5", "/models/tree.tuned/diagnostic/tuned_max_depth", {0, 0, 1},
                [](double) { return 4.0; });

  const Outcome verified = run_program(folder, {"verify", "study.h5"});

  EXPECT_EQ(verified.code, 5);
  EXPECT_NE(verified.out.find("fold 1: no trial of tree has what was chosen"), std::string::npos) << verified.out;
}

class VerifyScaled : public ::testing::TestWithParam<const char*> {};

TEST_P(VerifyScaled, FitsAreRefittedWhateverScalesThem) {
  const Folder folder;
  folder.write("table.csv", small_table(40));
  folder.write("study.yaml", std::string(R"(spec: 1
name: study
data: {file: table.csv, features: [a, b, c], target: y}
cv: {folds: 4}
models:
  - {model: linear}
  - {model: svr}
  - {model: gpr}
scaling: )") + GetParam() + "\n");
  EXPECT_EQ(run_program(folder, {"run", "study.yaml", "-q", "-o", "study.h5"}).code, 0);

  const Outcome verified = run_program(folder, {"verify", "study.h5"});

  EXPECT_EQ(verified.code, 0) << verified.out << verified.err;
  EXPECT_EQ(verified.out.find("not refitted"), std::string::npos) << verified.out;
}

INSTANTIATE_TEST_SUITE_P(Scalings, VerifyScaled,
                         ::testing::Values("{features: minmax}", "{features: zscore, fit_on: all}",
                                           "{features: none, target: center}"));

/// The target offset + signal times that of small_table, whose sd is some 13.
struct Offset {
  const char* name;
  double offset, signal;
};
const Offset offsets[] = {{"Thousand", 1e3, 1}, {"Pascals", 101325, 100},    {"TenThousand", 1e4, 1},
                          {"Million", 1e6, 1},  {"ThousandMillion", 1e9, 1}, {"Volts", 3.7, 1e-4},
                          {"Below", -1e7, 1}};

class VerifyOffset : public ::testing::TestWithParam<Offset> {
 protected:
  VerifyOffset() {
    std::istringstream lines(small_table(40));
    std::string text, line;
    std::getline(lines, text);
    text += '\n';
    while (std::getline(lines, line)) {
      const std::size_t target = line.rfind(',') + 1;
      const double y = GetParam().offset + GetParam().signal * std::stod(line.substr(target));
      text += line.substr(0, target) + fmt::format("{}\n", y);
    }
    folder.write("table.csv", text);
    folder.write("study.yaml", R"(spec: 1
name: study
data: {file: table.csv, features: [a, b, c], target: y}
cv: {folds: 4, seeds: {from: 0, to: 1}}
scaling: {fit_on: [fold, all]}
models:
  - {name: LR, model: linear, parameters: {alpha: [0, 1]}}
  - {name: GB, model: gradient_boosting, parameters: {n_estimators: [5, 50], init: [mean, zero]}}
  - {name: SVR, model: svr, parameters: {C: [1, 100], epsilon: [0.1, 0.01]}}
  - {name: IQR, model: svr, parameters: {C: iqr, epsilon: iqr}}
  - {name: KR, model: kernel_ridge, parameters: {kernel: [rbf, linear], alpha: [0.1, 1]}}
  - {name: GPR, model: gpr, parameters: {length_scale: [0.1, 1, 3], mean: [zero, linear], noise_variance: [0.01, 0.1]}}
)");
    EXPECT_EQ(run_program(folder, {"run", "study.yaml", "-q", "-o", "study.h5"}).code, 0);
  }

  Outcome verify() const { return run_program(folder, {"verify", "study.h5", "--sample", "1000"}); }

  Folder folder;
};

TEST_P(VerifyOffset, OfTheTargetIsNoDisagreement) {
  const Outcome verified = verify();

  EXPECT_EQ(verified.code, 0) << verified.out << verified.err;
  EXPECT_EQ(verified.out.find("not refitted"), std::string::npos) << verified.out;
}

TEST_P(VerifyOffset, HidesNoErrorOfSomeRoundingsOfIt) {
  // above 54 roundings of 50 members and range, and 50 eps cond(A) of processes with a noise of 0.01
  constexpr double eps = std::numeric_limits<double>::epsilon();
  const double wrong = 150 * eps * std::fabs(GetParam().offset) + 1e-8 * GetParam().signal;
  for (const std::string model : {"GB", "SVR", "KR", "GPR"}) {
    const std::string prediction = "/models/" + model + "/prediction";
    const double right =
        change_number(folder / "study.h5", prediction, {1, 1, 17}, [wrong](double p) { return p + wrong; });

    const Outcome verified = verify();

    EXPECT_EQ(verified.code, 5);
    EXPECT_TRUE(std::regex_search(verified.out, std::regex(model + " trial .*seed 1, sample 17: stored")))
        << model << "\n"
        << verified.out;
    change_number(folder / "study.h5", prediction, {1, 1, 17}, [right](double) { return right; });
  }
}

TEST_P(VerifyOffset, DoesNotLoosenStandardDeviations) {
  change_number(folder / "study.h5", "/models/GPR/sd", {1, 1, 17}, [](double sd) { return sd * (1 + 1e-9); });

  const Outcome verified = verify();

  EXPECT_EQ(verified.code, 5);
  EXPECT_NE(verified.out.find("seed 1, sample 17: sd stored"), std::string::npos) << verified.out;
}

INSTANTIATE_TEST_SUITE_P(Targets, VerifyOffset, ::testing::ValuesIn(offsets),
                         [](const auto& offset) { return std::string(offset.param.name); });

}  // namespace
}  // namespace kilofold::testing
