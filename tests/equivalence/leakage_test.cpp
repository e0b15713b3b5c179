// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "support/runs.hpp"

namespace kilofold {
namespace {

using testing::Cells;
using testing::make_data;
using testing::make_entry;
using testing::make_spec;
using testing::run_study;

constexpr double poison = 1e150;  // large enough to show in any sum, small enough that no square overflows

Spec every_model(const Dataset& data) {
  Spec spec = make_spec(data);
  spec.models = {make_entry("Ridge", "linear", {{"alpha", {0, 1}}}),
                 make_entry("DT", "tree", {{"max_depth", {2, 30}}, {"min_samples_leaf", {1, 5}}}),
                 make_entry("RF", "forest", {{"n_estimators", {5}}, {"max_features", {2}}}),
                 make_entry("BDT", "adaboost", {{"n_estimators", {5}}}),
                 make_entry("GB", "gradient_boosting", {{"n_estimators", {5}}}),
                 make_entry("SVR", "svr", {{"C", {1, 100}}, {"epsilon", {0, 0.1}}})};
  return spec;
}

/// Rows held out by one fold of one seed.
std::vector<std::int32_t> held_out(const Dataset& data, std::int64_t seed, std::int32_t fold) {
  return row_set(kfold(data.n_samples(), 5, seed), fold).held_out;
}

TEST(Leakage, HeldOutTargetsDoNotReachTheirOwnPredictions) {
  const Dataset clean = make_data(101, 3, 4);
  const Spec spec = every_model(clean);
  const Cells reference = run_study(spec, clean);
  for (std::int32_t fold = 0; fold < 5; ++fold) {
    Dataset poisoned = clean;
    for (std::int32_t row : held_out(clean, 0, fold)) poisoned.y[static_cast<std::size_t>(row)] = poison;

    const Cells cells = run_study(spec, poisoned);

    for (const auto& [key, value] : cells) {
      if (std::get<2>(key) != 0) continue;
      for (std::int32_t row : held_out(clean, 0, fold)) {
        const auto i = static_cast<std::size_t>(row);
        ASSERT_EQ(value.prediction[i], reference.at(key).prediction[i]) << "fold " << fold << " row " << row;
      }
    }
  }
}

TEST(Leakage, AHeldOutRowsFeaturesDoNotReachOtherPredictionsOfItsFold) {
  const Dataset clean = make_data(101, 3, 4);
  const Spec spec = every_model(clean);
  const Cells reference = run_study(spec, clean);
  for (std::int32_t fold = 0; fold < 5; ++fold) {
    const std::vector<std::int32_t> rows = held_out(clean, 0, fold);
    Dataset poisoned = clean;
    for (std::int64_t f = 0; f < 3; ++f) poisoned.X(rows.front(), f) = f == 1 ? -poison : poison;

    const Cells cells = run_study(spec, poisoned);

    for (const auto& [key, value] : cells) {
      if (std::get<2>(key) != 0) continue;
      for (std::size_t r = 1; r < rows.size(); ++r) {
        const auto i = static_cast<std::size_t>(rows[r]);
        ASSERT_EQ(value.prediction[i], reference.at(key).prediction[i]) << "fold " << fold << " row " << rows[r];
      }
    }
  }
}

TEST(Leakage, TrainingRowsDoReachThePredictions) {
  const Dataset clean = make_data(101, 3, 4);
  const Spec spec = every_model(clean);
  const Cells reference = run_study(spec, clean);
  Dataset poisoned = clean;
  const std::vector<std::int32_t> rows = held_out(clean, 0, 0);
  for (std::int32_t row : rows) poisoned.y[static_cast<std::size_t>(row)] = poison;

  const Cells cells = run_study(spec, poisoned);

  const std::vector<std::int32_t> others = held_out(clean, 0, 1);
  for (const auto& [key, value] : cells) {
    if (std::get<2>(key) != 0) continue;
    bool changed = false;
    for (std::int32_t row : others) {
      const auto i = static_cast<std::size_t>(row);
      changed = changed || value.prediction[i] != reference.at(key).prediction[i];
    }
    EXPECT_TRUE(changed) << "the poison must be able to show";
  }
}

}  // namespace
}  // namespace kilofold
