// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <filesystem>

#include "kilofold/models.hpp"

namespace kilofold {
namespace {

TEST(Experiments, EveryShippedStudyParsesReadsItsDataAndPlans) {
  int studies = 0;
  for (const auto& entry : std::filesystem::directory_iterator("experiments")) {
    if (entry.path().extension() != ".yaml") continue;
    SCOPED_TRACE(entry.path().string());
    const Spec spec = read_spec(entry.path().string(), all_schemas());
    const Plan plan = make_plan(lower(spec, read_csv(spec.data)), all_rules(), {});
    EXPECT_GT(plan.n_fits, 0);
    EXPECT_LT(plan.seconds, plan.naive_seconds);
    ++studies;
  }
  EXPECT_GE(studies, 2);
}

}  // namespace
}  // namespace kilofold
