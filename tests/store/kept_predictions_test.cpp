// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <set>

#include "study_fixture.hpp"

namespace kilofold::test {
namespace {

constexpr ModelId tree(0);
constexpr ModelId linear(1);
constexpr std::size_t rmse = 1;
constexpr std::size_t r2 = 2;

StudyHeader study_keeping(const std::string& predictions, std::int32_t keep = 3, const std::string& metric = "rmse") {
  StudyHeader study = make_study({.linears = 6});
  study.spec.output.predictions = predictions;
  study.spec.output.keep = keep;
  study.spec.metrics = {metric};
  return study;
}

using Kept = std::set<std::pair<std::int64_t, std::int32_t>>;  ///< trial, seed

Kept kept_in(const std::string& path, ModelId model) {
  const StudyReader reader(path);
  Kept kept;
  const std::size_t n = reader.y().size();
  for (std::int64_t t = 0; t < std::ssize(reader.models()[static_cast<std::size_t>(model.value)].id); ++t) {
    const CellBlock cells = reader.trial(model, t);
    for (std::size_t s = 0; s < reader.seeds().size(); ++s) {
      const auto first = cells.prediction.begin() + static_cast<std::ptrdiff_t>(s * n);
      const bool has_sd = cells.sd.empty() || !std::isnan(cells.sd[s * n]);
      if (std::any_of(first, first + static_cast<std::ptrdiff_t>(n), [](double p) { return !std::isnan(p); }) && has_sd)
        kept.emplace(t, static_cast<std::int32_t>(s));
    }
  }
  return kept;
}

/// The best of every seed by sorting, the plain way.
Kept best_by(const StudyHeader& study, ModelId model, std::size_t metric, double sign, std::size_t keep) {
  const CellBlock all = make_all_cells(study, model);
  Kept best;
  for (std::int32_t seed = 0; seed < std::ssize(study.spec.cv.seeds); ++seed) {
    std::vector<std::pair<double, std::int64_t>> ranked;
    for (std::size_t c = 0; c < all.trial.size(); ++c)
      if (all.seed[c] == seed && !std::isnan(all.metric[c * 4 + metric]))
        ranked.emplace_back(sign * all.metric[c * 4 + metric], all.trial[c]);
    std::sort(ranked.begin(), ranked.end());
    for (std::size_t i = 0; i < std::min(keep, ranked.size()); ++i) best.emplace(ranked[i].second, seed);
  }
  return best;
}

void commit_in_parts(const std::string& path, const StudyHeader& study, std::int64_t n_parts) {
  Store store(path, study);
  for (const ModelId model : {tree, linear}) {
    const auto n = static_cast<std::int64_t>(study.models[static_cast<std::size_t>(model.value)].id.size());
    for (std::int64_t part = 0; part < n_parts; ++part) {
      for (const std::int32_t seed : {0, 1}) {
        std::vector<std::int64_t> trials;
        for (std::int64_t t = part; t < n; t += n_parts) trials.push_back(t);
        if (trials.empty()) continue;
        const CellBlock block = make_cells(study, model, trials, {seed});
        store.commit({&block, 1});
      }
    }
  }
  store.merge();
}

TEST(KeptPredictions, AreTheBestOfEverySeedHoweverTheCellsWereDealt) {
  const ScratchDirectory scratch;
  const StudyHeader study = study_keeping("best");

  for (const std::int64_t n_parts : {1, 2, 7}) {
    const std::string path = scratch / (std::to_string(n_parts) + ".h5");
    commit_in_parts(path, study, n_parts);

    EXPECT_EQ(kept_in(path, tree), best_by(study, tree, rmse, 1, 3)) << n_parts;
    EXPECT_EQ(kept_in(path, linear), best_by(study, linear, rmse, 1, 3)) << n_parts;
    EXPECT_EQ(StudyReader(path).attribute("predictions"), "best 3 by rmse");
  }
}

TEST(KeptPredictions, FollowTheFirstMetricWhicheverWayItPoints) {
  const ScratchDirectory scratch;
  const StudyHeader study = study_keeping("best", 2, "r2");

  commit_in_parts(scratch / "out.h5", study, 3);

  EXPECT_EQ(kept_in(scratch / "out.h5", tree), best_by(study, tree, r2, -1, 2));
}

TEST(KeptPredictions, LeaveEveryScoreInPlace) {
  const ScratchDirectory scratch;
  const StudyHeader none = study_keeping("none");
  commit_in_parts(scratch / "none.h5", none, 2);
  commit_in_parts(scratch / "all.h5", study_keeping("all"), 2);

  const StudyReader reader(scratch / "none.h5");
  const std::vector<double> kept = reader.metrics(tree);
  const std::vector<double> all = StudyReader(scratch / "all.h5").metrics(tree);

  EXPECT_TRUE(kept_in(scratch / "none.h5", tree).empty());
  EXPECT_EQ(reader.n_committed(), reader.n_cells());
  ASSERT_EQ(kept.size(), all.size());
  for (std::size_t i = 0; i < kept.size(); ++i)
    EXPECT_TRUE(kept[i] == all[i] || (std::isnan(kept[i]) && std::isnan(all[i])));
  EXPECT_EQ(Store(scratch / "none.h5", none).committed().size(), reader.n_cells()) << "nothing is computed again";
  EXPECT_LT(std::filesystem::file_size(scratch / "none.h5"), std::filesystem::file_size(scratch / "all.h5"));
}

TEST(KeptPredictions, AreComputedAgainWhereAllAreWantedLater) {
  const ScratchDirectory scratch;
  const std::string path = scratch / "out.h5";
  commit_in_parts(path, study_keeping("none"), 1);
  const StudyHeader all = study_keeping("all");

  Store store(path, all);
  EXPECT_EQ(store.committed().size(), 0);
  const CellBlock block = make_cells(all, tree, {4, 5}, {0, 1});
  store.commit({&block, 1});
  store.merge();

  const StudyReader reader(path);
  EXPECT_EQ(reader.n_committed(), 4) << "cells without predictions are missing now";
  EXPECT_EQ(count_right_cells(reader, all), 4);
}

/// Commit what the store lacks of some cells; returns how many that were.
std::int64_t commit_missing(Store& store, const StudyHeader& study, ModelId model) {
  std::int64_t count = 0;
  for (std::int64_t t = 0; t < std::ssize(study.models[static_cast<std::size_t>(model.value)].id); ++t) {
    for (const std::int32_t seed : {0, 1}) {
      if (store.committed().contains(model, t, seed)) continue;
      const CellBlock block = make_cells(study, model, {t}, {seed});
      store.commit({&block, 1});
      ++count;
    }
  }
  return count;
}

TEST(KeptPredictions, AreComputedAgainWhereMoreOrOthersAreKeptThanWere) {
  struct Change {
    StudyHeader before, after;
    std::size_t metric;
    double sign;
    std::size_t keep;
  };
  const Change changes[] = {{study_keeping("best", 2), study_keeping("best", 5), rmse, 1, 5},
                            {study_keeping("none"), study_keeping("best", 2), rmse, 1, 2},
                            {study_keeping("best", 3), study_keeping("best", 3, "r2"), r2, -1, 3}};
  for (const Change& change : changes) {
    const ScratchDirectory scratch;
    const std::string path = scratch / "out.h5";
    commit_in_parts(path, change.before, 2);
    const Kept had = kept_in(path, tree), wanted = best_by(change.after, tree, change.metric, change.sign, change.keep);
    std::int64_t lacking = 0;
    for (const auto& cell : wanted) lacking += had.contains(cell) ? 0 : 1;

    Store store(path, change.after);
    EXPECT_EQ(commit_missing(store, change.after, tree), lacking);
    EXPECT_GT(lacking, 0);
    commit_missing(store, change.after, linear);
    store.merge();

    EXPECT_EQ(kept_in(path, tree), wanted);
    EXPECT_EQ(StudyReader(path).n_committed(), StudyReader(path).n_cells());
    EXPECT_EQ(Store(path, change.after).committed().size(), StudyReader(path).n_cells()) << "and not once more";
  }
}

TEST(KeptPredictions, ThatAFileClaimsAreThereAfterAnEarlyMergeToo) {
  const ScratchDirectory scratch;
  const std::string path = scratch / "out.h5";
  commit_in_parts(path, study_keeping("best", 2), 2);
  const StudyHeader more = study_keeping("best", 5);

  Store(path, more).merge();

  EXPECT_EQ(StudyReader(path).attribute("predictions"), "best 5 by rmse");
  EXPECT_LT(StudyReader(path).n_committed(), StudyReader(path).n_cells()) << "those without count as missing";
  Store store(path, more);
  commit_missing(store, more, tree);
  commit_missing(store, more, linear);
  store.merge();
  EXPECT_EQ(kept_in(path, tree), best_by(more, tree, rmse, 1, 5));
}

TEST(KeptPredictions, AreDroppedFromAFileThatHadThemAll) {
  const ScratchDirectory scratch;
  const std::string path = scratch / "out.h5";
  commit_in_parts(path, study_keeping("all"), 1);
  const StudyHeader best = study_keeping("best");

  Store store(path, best);
  EXPECT_EQ(store.committed().size(), store.committed().total());
  store.merge();

  EXPECT_EQ(kept_in(path, tree), best_by(best, tree, rmse, 1, 3));
}

}  // namespace
}  // namespace kilofold::test
