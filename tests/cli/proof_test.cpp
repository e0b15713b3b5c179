// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "support/program.hpp"
#include "support/stored_number.hpp"

namespace kilofold::testing {
namespace {

const char* const small_spec = R"(spec: 1
name: small
data: {file: small.csv, features: [a, b, c], target: y}
cv: {folds: 4, seeds: {from: 0, to: 2}}
models:
  - name: ridge
    model: linear
    parameters: {alpha: [0, 0.5]}
  - name: DT
    model: tree
    parameters: {max_depth: [2, none], min_samples_leaf: [1, 3]}
  - name: RF
    model: forest
    parameters: {n_estimators: [3, 6]}
  - name: GPR
    model: gpr
    parameters: {noise_variance: [0.01, 0.1], kernel: matern52}
  - name: KRR
    model: kernel_ridge
    parameters: {alpha: [0.01, 1], kernel: rbf, gamma: scale}
output: {file: small.h5}
)";

/// A finished run of five models, to be tampered with.
class Proof : public ::testing::Test {
 protected:
  Proof() {
    folder.write("small.csv", small_table(60));
    folder.write("small.yaml", small_spec);
    EXPECT_EQ(run_program(folder, {"run", "small.yaml", "-q"}).code, 0);
  }

  double change(const char* name, const std::vector<hsize_t>& at, double (*changed)(double)) const {
    return change_number(folder / "small.h5", name, at, changed);
  }

  Outcome verify(const std::string& sample = "1000") const {
    return run_program(folder, {"verify", "small.h5", "--sample", sample});
  }
  Outcome reproduce() const { return run_program(folder, {"reproduce", "small.h5", "-q"}); }

  Folder folder;
};

TEST_F(Proof, NothingIsCalledVerifiedThatWasNot) {
  ASSERT_EQ(run_program(folder, {"run", "small.yaml", "-q", "--fresh", "--set", "output.predictions=none"}).code, 0);
  std::filesystem::remove(folder / "small.csv");
  const Outcome checked = verify();
  EXPECT_EQ(checked.code, 0) << checked.out;
  EXPECT_NE(checked.out.find("small.h5: payload, trials and folds as they should be\n  the table is not at "),
            std::string::npos)
      << checked.out;
  EXPECT_NE(checked.out.find("nothing was refitted, so no prediction is verified"), std::string::npos) << checked.out;
  EXPECT_EQ(checked.out.find("\nverified"), std::string::npos) << checked.out;
}

double next_up(double value) { return std::nextafter(value, 1e300); }
double visibly_more(double value) { return value * (1 + 1e-9); }
double other_fold(double value) { return value == 0 ? 1 : 0; }

void expect_said(const Outcome& outcome, const std::string& words) {
  EXPECT_NE(outcome.out.find(words), std::string::npos) << words << "\nnot in\n" << outcome.out << outcome.err;
}

TEST_F(Proof, OfAnUntouchedFileHolds) {
  const Outcome verified = verify();
  const Outcome again = reproduce();

  EXPECT_EQ(verified.code, 0) << verified.out << verified.err;
  expect_said(verified, "ridge       6 cells, 24 fits refitted");
  expect_said(verified, "DT          12 cells, 48 fits refitted");
  expect_said(verified, "GPR         6 cells, 24 fits refitted");
  expect_said(verified, "KRR         6 cells, 24 fits refitted");
  expect_said(verified, "RF          6 cells, 24 fits refitted");
  expect_said(verified, "verified: every number within its bound");
  EXPECT_EQ(again.code, 0) << again.out << again.err;
  EXPECT_EQ(again.out, "bitwise equal, 144 fits\n");
}

TEST_F(Proof, NeedsNeitherSpecNorTable) {
  fs::remove(folder / "small.yaml");
  fs::remove(folder / "small.csv");

  EXPECT_EQ(verify().code, 0);
  EXPECT_EQ(reproduce().code, 0);
}

TEST_F(Proof, NoticesAPredictionThatWasChanged) {
  change("/models/DT/prediction", {2, 1, 17}, visibly_more);

  const Outcome verified = verify();
  const Outcome again = reproduce();

  EXPECT_EQ(verified.code, 5);
  expect_said(verified, "its content hashes to");
  expect_said(verified, "seed 1, sample 17: stored");
  EXPECT_EQ(again.code, 5);
  expect_said(again, "1 difference in 144 fits");
  expect_said(again, "seed 1, sample 17: ");
}

TEST_F(Proof, NoticesTheLastBitOfAPrediction) {
  const double before = change("/models/RF/prediction", {0, 2, 5}, next_up);

  const Outcome again = reproduce();

  EXPECT_EQ(again.code, 5);
  expect_said(again, fmt::format("seed 2, sample 5: {} in the file, {} here", next_up(before), before));
  EXPECT_EQ(verify().code, 5) << "the payload hash and the metrics tell";
}

TEST_F(Proof, NoticesAChangedStandardDeviation) {
  change("/models/GPR/sd", {1, 2, 40}, visibly_more);

  const Outcome verified = verify();

  EXPECT_EQ(verified.code, 5);
  expect_said(verified, "seed 2, sample 40: sd stored ");
  expect_said(reproduce(), "seed 2, sd of sample 40: ");
}

TEST_F(Proof, NoticesAChangedMetric) {
  change("/models/RF/metric/rmse", {1, 0}, next_up);

  const Outcome verified = verify();

  EXPECT_EQ(verified.code, 5);
  expect_said(verified, "seed 0: rmse stored");
  EXPECT_EQ(reproduce().code, 5);
}

TEST_F(Proof, NoticesAWrongFold) {
  change("/splits/k4/fold", {1, 30}, other_fold);

  for (const Outcome& outcome : {verify(), reproduce()}) {
    EXPECT_EQ(outcome.code, 5);
    expect_said(outcome, "4 folds, seed 1: fold of sample 30: ");
  }
}

TEST_F(Proof, NoticesAChangedTable) {
  std::string table = small_table(60);
  table[table.find_last_of("0123456789")] ^= 1;
  folder.write("small.csv", table);

  for (const Outcome& outcome : {verify(), reproduce()}) {
    EXPECT_EQ(outcome.code, 5);
    expect_said(outcome, "sha256 of ");
  }
}

TEST_F(Proof, NoticesAChangedTargetInTheFile) {
  change("/data/y", {7}, visibly_more);

  EXPECT_EQ(verify().code, 5);
  EXPECT_EQ(reproduce().code, 5);
}

TEST_F(Proof, TakesOverridesAndSwitchesFromTheFile) {
  EXPECT_EQ(run_program(folder, {"run", "small.yaml", "-q", "-o", "other.h5", "--set", "cv.folds=3", "--set",
                                 "cv.seeds=[5]", "--no-sharing"})
                .code,
            0);

  const Outcome again = run_program(folder, {"reproduce", "other.h5", "-q"});

  EXPECT_EQ(again.code, 0) << again.out << again.err;
  EXPECT_EQ(again.out, "bitwise equal, 36 fits\n");
  EXPECT_EQ(run_program(folder, {"verify", "other.h5"}).code, 0);
}

TEST_F(Proof, NamesWhyAFitIsNotRefitted) {
  folder.write("ill.yaml", R"(spec: 1
name: ill
data: {file: small.csv, features: [a, b, c], target: y}
cv: {folds: 4}
models:
  - {name: GPR, model: gpr, parameters: {length_scale: [1, 1000], noise_variance: 1.0e-13}}
)");
  EXPECT_EQ(run_program(folder, {"run", "ill.yaml", "-q", "-o", "ill.h5"}).code, 0);

  const Outcome verified = run_program(folder, {"verify", "ill.h5"});

  EXPECT_EQ(verified.code, 0) << verified.out << verified.err;
  expect_said(verified, "2 cells, 4 fits refitted");
  expect_said(verified, "4 fits not refitted: too ill-conditioned to compare");
}

TEST_F(Proof, SamplesTheSameCellsForTheSameSeed) {
  const auto sample = [&](const std::string& seed) {
    return run_program(folder, {"verify", "small.h5", "--sample", "3", "--seed", seed}).out;
  };

  EXPECT_EQ(sample("7"), sample("7"));
  expect_said(run_program(folder, {"verify", "small.h5", "--sample", "3"}), "DT          1 cells, 4 fits refitted");
}

TEST_F(Proof, OfAnUnfinishedRunCoversWhatIsThere) {
  EXPECT_EQ(
      run_program(folder, {"run", "small.yaml", "-q", "-o", "part.h5", "--limit", "4", "--batch", "1", "-j", "1"}).code,
      75);

  const Outcome again = run_program(folder, {"reproduce", "part.h5", "-q"});

  EXPECT_EQ(again.code, 0) << again.out << again.err;
  expect_said(again, "cells are not computed in the file");
  EXPECT_EQ(run_program(folder, {"verify", "part.h5"}).code, 0);
}

TEST_F(Proof, ComparesModelsOverSeeds) {
  const Outcome compared = run_program(folder, {"compare", "small.h5"});

  EXPECT_EQ(compared.code, 0) << compared.err;
  for (const char* words : {"ridge", "DT", "RF", "BBC-CV", "p(Holm)", "settled after", "of 3 seeds",
                            "No critical-difference diagram: it compares ranks over independent data sets"})
    expect_said(compared, words);
}

TEST_F(Proof, ComparesTheFoldsOfTwoFiles) {
  EXPECT_EQ(run_program(folder, {"run", "small.yaml", "-q", "-o", "three.h5", "--set", "cv.folds=3"}).code, 0);

  const Outcome compared = run_program(folder, {"compare", "small.h5", "three.h5"});

  EXPECT_EQ(compared.code, 0) << compared.err;
  for (const char* words : {"small.h5: 0.0 % of held-out rows", "ridge", "GPR", "best of second",
                            "draws: of rows, since the table has no groups, with replacement"})
    expect_said(compared, words);
}

TEST_F(Proof, ComparingNeedsTwoModels) {
  folder.write("one.yaml", R"(spec: 1
name: one
data: {file: small.csv, features: [a, b, c], target: y}
models:
  - {model: tree}
)");
  EXPECT_EQ(run_program(folder, {"run", "one.yaml", "-q", "-o", "one.h5"}).code, 0);

  const Outcome compared = run_program(folder, {"compare", "one.h5"});

  EXPECT_EQ(compared.code, 2);
  EXPECT_NE(compared.err.find("comparing needs two"), std::string::npos) << compared.err;
}

}  // namespace
}  // namespace kilofold::testing
