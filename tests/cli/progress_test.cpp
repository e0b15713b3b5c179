// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "cli/progress.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "cli/best_so_far.hpp"

namespace kilofold::cli {
namespace {

TEST(ProgressFields, WeighTheTimeLeftByPlannedCost) {
  Progress progress;
  progress.cells_done = 1234;
  progress.cells_total = 3300;
  progress.fits_done = 51000;
  progress.planned_done = 1;
  progress.planned_total = 4;
  progress.elapsed = 10;
  EXPECT_EQ(progress_fields(progress),
            (std::vector<std::string>{"25 %", "1,234 of 3,300 cells", "30 s left", "5,100 fits/s"}));
}

TEST(ProgressFields, TellNoSpeedAndNoTimeBeforeTheFirstFit) {
  Progress progress;
  progress.cells_total = 3300;
  progress.planned_total = 4;
  progress.elapsed = 10;
  EXPECT_EQ(progress_fields(progress), (std::vector<std::string>{"0 %", "0 of 3,300 cells"}));
}

TEST(ProgressFields, LeaveNoRestOfRoundingAsTimeLeft) {
  Progress progress;
  progress.cells_done = progress.cells_total = 3;
  progress.fits_done = 30;
  progress.planned_done = 0.1 + 0.2;
  progress.planned_total = 0.3 * (1 + 1e-15);
  progress.elapsed = 10;
  EXPECT_EQ(progress_fields(progress), (std::vector<std::string>{"100 %", "3 of 3 cells", "3 fits/s"}));
}

TEST(JoinedFields, LeaveOutWholeFieldsThatDoNotFit) {
  const std::vector<std::string> fields = {"25 %", "30 s left", "5 µm"};
  EXPECT_EQ(joined_fields("DT", fields, 100), "DT: 25 % | 30 s left | 5 µm");
  EXPECT_EQ(joined_fields("DT", fields, 27), "DT: 25 % | 30 s left | 5 µm") << "counted in characters, not bytes";
  EXPECT_EQ(joined_fields("DT", fields, 26), "DT: 25 % | 30 s left");
  EXPECT_EQ(joined_fields("DT", fields, 3), "DT: 25 %") << "one field is better than none";
}

TEST(DurationText, KeepsTwoUnits) {
  EXPECT_EQ(duration_text(0.0134), "13 ms");
  EXPECT_EQ(duration_text(0.25), "0.25 s");
  EXPECT_EQ(duration_text(59.6), "60 s");
  EXPECT_EQ(duration_text(250), "4 min 10 s");
  EXPECT_EQ(duration_text(12000), "3 h 20 min");
}

/// Two models of three trials each; the target has a unit.
StudyHeader two_models() {
  StudyHeader study;
  study.data.source.target.units = "MPa";
  for (const char* name : {"LR", "DT"}) {
    TrialTable& table = study.models.emplace_back();
    table.model_name = name;
    table.id.resize(3);
  }
  return study;
}

/// Cells of one model: trials, and the rmse of each.
CellBlock cells(int model, std::vector<std::int64_t> trials, const std::vector<double>& rmse) {
  CellBlock block;
  block.model = ModelId(model);
  block.seed.assign(trials.size(), 0);
  block.trial = std::move(trials);
  for (const double value : rmse) block.metric.insert(block.metric.end(), {0, value, 0, 0});
  return block;
}

TEST(BestSoFar, IsTheSmallestMeanRmse) {
  BestSoFar best(two_models());
  EXPECT_EQ(best.text(), "");
  best.add({cells(0, {0, 1}, {4, 3}), cells(1, {0, 1, 2}, {2.5, 2, 2.25})});
  EXPECT_EQ(best.text(), "best rmse 2 MPa (DT)");
  best.add({cells(0, {0, 1}, {4, 0.5}), cells(1, {0, 1, 2}, {2, 3, 2})});
  EXPECT_EQ(best.text(), "best rmse 1.75 MPa (LR)");
}

TEST(BestSoFar, ComparesOnlyTrialsWithTheMostSeeds) {
  BestSoFar best(two_models());
  best.add({cells(0, {0}, {1}), cells(1, {0}, {3}), cells(1, {0}, {5})});
  EXPECT_EQ(best.text(), "best rmse 4 MPa (DT)") << "one lucky seed leads nothing";
}

TEST(BestSoFar, PassesFailedTrialsOver) {
  BestSoFar best(two_models());
  best.add({cells(0, {0, 1}, {std::numeric_limits<double>::quiet_NaN(), 7})});
  EXPECT_EQ(best.text(), "best rmse 7 MPa (LR)");
}

}  // namespace
}  // namespace kilofold::cli
