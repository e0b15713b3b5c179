// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "support/program.hpp"

// What is counted has one meaning in every verb.
namespace kilofold {
namespace {

using nlohmann::json;
using testing::Folder;
using testing::Outcome;
using testing::run_program;

void expect_said(const std::string& text, const std::string& words) {
  EXPECT_NE(text.find(words), std::string::npos) << words << "\nnot in\n" << text;
}

class Counts : public ::testing::Test {
 protected:
  void write_study(const std::string& models) const {
    folder.write("table.csv", testing::small_table(40));
    folder.write("study.yaml",
                 "spec: 1\nname: study\ndata: {file: table.csv, features: [a, b, c], target: y}\n"
                 "cv: {folds: 4, seeds: [0, 1]}\noutput: {file: out.h5}\nmodels:\n" +
                     models);
  }
  Outcome run(const std::vector<std::string>& arguments) const { return run_program(folder, arguments); }

  const Folder folder;
};

// 3 trials of GPR and 1 of GPR.tuned, 2 seeds and 4 folds: 32 fits. Two of three candidates are more.
constexpr const char* tuned_by_likelihood =
    "  - {name: GPR, model: gpr, parameters: {noise_variance: [0.01, 0.1, 1]}, tune: {by: log_marginal_likelihood}}\n";
// 2 trials of DT and 1 of DT.tuned: 24 fits. Two candidates in 4 x (1 + 3) training sets a seed, less the fits kept.
constexpr const char* tuned_by_inner_folds =
    "  - {name: DT, model: tree, parameters: {max_depth: [1, 3]}, tune: {by: rmse, inner_folds: 3}}\n";

TEST_F(Counts, FitsAreThoseOfTheFileAndInnerOnesBesideThem) {
  write_study(std::string(tuned_by_likelihood) + tuned_by_inner_folds);
  constexpr int fits = 32 + 24, inner = 16 + (2 * 2 * 4 * 4 - 8);
  const std::string both = "56 fits, 72 more inside training sets";

  const json plan = json::parse(run({"plan", "study.yaml", "--json"}).out);
  EXPECT_EQ(plan["fits"], fits);
  EXPECT_EQ(plan["inner_fits"], inner);
  expect_said(run({"plan", "study.yaml"}).out, both);
  expect_said(run({"plan", "study.yaml", "--explain"}).out, both);

  const Outcome ran = run({"run", "study.yaml", "--log-json", "log"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  expect_said(ran.err, "study: 7 trials x 2 seeds, " + both + " on ");
  expect_said(ran.err, "14 cells (" + both + ") in ");
  const std::string log = testing::read_text(folder / "log");
  const json start = json::parse(log.substr(0, log.find('\n')));
  EXPECT_EQ(start["fits"], fits);
  EXPECT_EQ(start["inner_fits"], inner);

  EXPECT_EQ(run({"reproduce", "out.h5", "-q"}).out, "bitwise equal, 56 fits\n");
  ASSERT_EQ(run({"report", "out.h5", "-o", "out.html"}).code, 0);
  expect_said(testing::read_text(folder / "out.html"), " in 56 fits");
}

TEST_F(Counts, TheDeviceIsNamedAsTheSwitchNamesItAndItsHardwareBesideIt) {
  write_study(tuned_by_inner_folds);
  ASSERT_EQ(run({"run", "study.yaml", "--log-json", "log", "-q"}).code, 0);

  const StudyReader file((folder / "out.h5").string());
  EXPECT_EQ(file.attribute("device"), "cpu");
  EXPECT_GT(file.attribute("device_name").size(), 5U);
  const std::string log = testing::read_text(folder / "log");
  const json start = json::parse(log.substr(0, log.find('\n')));
  EXPECT_EQ(start["device"], "cpu");
  EXPECT_EQ(start["device_name"], file.attribute("device_name"));
}

// A kernel of rank 3 without a penalty is no positive definite matrix.
class FailedFits : public Counts {
 protected:
  FailedFits() {
    write_study(
        "  - {name: a_name_longer_than_any, model: kernel_ridge, parameters: {alpha: 0}}\n"
        "  - {name: half, model: kernel_ridge, parameters: {alpha: [0, 1, 2]}}\n"
        "  - {name: LR, model: linear}\n");
    const Outcome ran = run({"run", "study.yaml", "-q"});
    EXPECT_EQ(ran.code, 3) << ran.err;
  }
};

TEST_F(FailedFits, AreCalledFailedWhereNoTrialHasAScore) {
  const Outcome shown = run({"show", "out.h5", "a_name_longer_than_any"});
  EXPECT_EQ(shown.code, 2);
  expect_said(shown.err,
              "a_name_longer_than_any has no best trial: fits failed in every one of them (8 not_positive_definite)");

  const Outcome verified = run({"verify", "out.h5"});
  EXPECT_EQ(verified.code, 0) << verified.out;
  expect_said(verified.out, "  a_name_longer_than_any  2 cells, 0 fits refitted");
  expect_said(verified.out, "  8 fits not refitted: the fit failed: not_positive_definite\n");
  EXPECT_EQ(verified.out.find("keep no predictions"), std::string::npos) << verified.out;
}

TEST_F(FailedFits, AreNoneOfTheTrialsThatABestIsOf) {
  expect_said(run({"show", "out.h5", "half"}).out, ", best of 2 finished trials (3 in all) by mean rmse\n");
  expect_said(run({"show", "out.h5", "LR"}).out, "LR ");

  ASSERT_EQ(run({"report", "out.h5", "-o", "out.html"}).code, 0);
  expect_said(testing::read_text(folder / "out.html"), "best of 2 finished trials (3 in all)");
}

TEST_F(FailedFits, LeaveColumnsApartWhateverTheNames) {
  expect_said(run({"status", "out.h5"}).out,
              "  a_name_longer_than_any  fits: 8 not_positive_definite\n"
              "  half                    fits: 16 ok, 8 not_positive_definite\n");
}

struct Shipped {
  const char* study;
  const char* seeds;
};

/// Studies of experiments/, those of many cells with fewer seeds.
class FileSize : public ::testing::TestWithParam<Shipped> {};

TEST_P(FileSize, IsPlannedWithinAQuarter) {
  constexpr double promised = 0.25;
  const Folder folder;
  const std::string spec = std::filesystem::absolute(std::string("experiments/") + GetParam().study + ".yaml").string();
  const std::string seeds = std::string("cv.seeds=") + GetParam().seeds;
  const Outcome planned = run_program(folder, {"plan", spec, "--set", seeds, "--json"});
  ASSERT_EQ(planned.code, 0) << planned.err;

  ASSERT_EQ(run_program(folder, {"run", spec, "--set", seeds, "-q", "-o", "out.h5"}).code, 0);

  const auto size = static_cast<double>(std::filesystem::file_size(folder / "out.h5"));
  EXPECT_NEAR(json::parse(planned.out)["output_bytes"].get<double>() / size, 1, promised);
}

INSTANTIATE_TEST_SUITE_P(Shipped, FileSize,
                         ::testing::Values(Shipped{"smoke", "{from: 0, to: 1}"},
                                           Shipped{"electrode_trees", "{from: 0, to: 9}"},
                                           Shipped{"electrode_ensembles", "{from: 0, to: 2}"},
                                           Shipped{"electrode_paper", "[0]"}, Shipped{"benchmark_electrode", "[0, 1]"},
                                           Shipped{"seeds_1000", "{from: 0, to: 9}"}),
                         [](const auto& shipped) { return std::string(shipped.param.study); });

}  // namespace
}  // namespace kilofold
