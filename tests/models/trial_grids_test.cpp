// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "models/trial_grids.hpp"
#include "support/studies.hpp"

namespace kilofold {
namespace {

constexpr double none = std::numeric_limits<double>::infinity();

const Dataset data = testing::make_data(30, 2, 5);

/// A trial as (parameter, point) pairs.
using Trial = std::map<std::string, std::vector<double>>;

std::vector<Trial> trials_of(const ModelSpec& entry) {
  std::vector<Axis> axes;
  std::vector<Trial> all;
  for (const Grid& grid : trial_grids(entry, axes)) {
    std::vector<Trial> trials{{}};
    for (const Grid::Factor& factor : grid.factors()) {
      std::vector<Trial> extended;
      for (const Trial& trial : trials)
        for (std::int64_t row = 0; row < factor.rows(); ++row) {
          Trial& next = extended.emplace_back(trial);
          for (const Grid::Column& column : factor.columns) {
            const Axis& axis = axes[static_cast<std::size_t>(column.axis.value)];
            const auto point = axis.point(column.code[static_cast<std::size_t>(row)]);
            next[axis.name] = {point.begin(), point.end()};
          }
        }
      trials = std::move(extended);
    }
    all.insert(all.end(), trials.begin(), trials.end());
  }
  return all;
}

/// The same from the definition: block by block, row by row, a trial that came before left out.
std::set<Trial> union_of(const ModelSpec& entry) {
  std::set<Trial> all;
  for (const ParameterBlock& block : entry.blocks) {
    std::vector<Trial> trials{{}};
    for (const ParameterFactor& factor : block.factors) {
      std::vector<Trial> extended;
      for (const Trial& trial : trials)
        for (std::int64_t row = 0; row < factor.size(); ++row) {
          Trial& next = extended.emplace_back(trial);
          for (const ParameterAxis& axis : factor.axes)
            next[axis.name] = {axis.values.begin() + row * axis.width, axis.values.begin() + (row + 1) * axis.width};
        }
      trials = std::move(extended);
    }
    all.insert(trials.begin(), trials.end());
  }
  return all;
}

ParameterAxis random_axis(std::mt19937& random, const char* name, std::size_t n, bool distinct) {
  ParameterAxis axis{name, {}, {}, {}};
  while (axis.values.size() < n) {
    const auto value = static_cast<double>(random() % 4);
    if (!distinct || std::ranges::count(axis.values, value) == 0) axis.values.push_back(value);
  }
  return axis;
}

/// A block over a, b, c, d, in which two or three of them may move together.
ParameterBlock random_block(std::mt19937& random) {
  const char* names[] = {"a", "b", "c", "d"};
  std::shuffle(std::begin(names), std::end(names), random);
  const std::size_t tied = random() % 4;
  ParameterBlock block;
  if (tied > 1) {
    ParameterFactor& factor = block.factors.emplace_back();
    const std::size_t rows = 1 + random() % 5;
    for (std::size_t i = 0; i < tied; ++i) factor.axes.push_back(random_axis(random, names[i], rows, false));
    std::set<std::vector<double>> seen;
    for (std::size_t row = factor.axes[0].values.size(); row-- > 0;) {
      std::vector<double> tuple;
      for (const ParameterAxis& axis : factor.axes) tuple.push_back(axis.values[row]);
      if (seen.insert(tuple).second) continue;
      for (ParameterAxis& axis : factor.axes) axis.values.erase(axis.values.begin() + static_cast<std::ptrdiff_t>(row));
    }
  }
  for (std::size_t i = tied > 1 ? tied : 0; i < 4; ++i)
    block.factors.push_back({{random_axis(random, names[i], 1 + random() % 4, true)}});
  return block;
}

TEST(TrialGrids, HoldEveryTrialOfAUnionOnce) {
  std::mt19937 random(3);
  for (int study = 0; study < 500; ++study) {
    ModelSpec entry{"M", "tree", {}, {}};
    const std::size_t blocks = 1 + random() % 4;
    for (std::size_t b = 0; b < blocks; ++b) entry.blocks.push_back(random_block(random));

    const std::vector<Trial> found = trials_of(entry);

    const std::set<Trial> distinct(found.begin(), found.end());
    ASSERT_EQ(distinct.size(), found.size()) << "study " << study << " repeats a trial";
    ASSERT_EQ(distinct, union_of(entry)) << "study " << study;
  }
}

TEST(TrialGrids, StayProductsWhereBlocksOverlap) {
  ModelSpec entry = testing::make_entry("DT", "tree", {{"max_depth", {1, 2, 3, 4}}, {"min_samples_leaf", {1, 4}}});
  entry.blocks.push_back(
      testing::make_entry("DT", "tree", {{"max_depth", {3, 4, 5}}, {"min_samples_leaf", {4, 8}}}).blocks[0]);
  std::vector<Axis> axes;

  const std::vector<Grid> grids = trial_grids(entry, axes);

  ASSERT_EQ(grids.size(), 3u) << "the first, then depth 5, then leaf 8 at the shared depths";
  EXPECT_EQ(grids[0].size(), 8);
  EXPECT_EQ(grids[1].size() + grids[2].size(), 4);
}

TEST(TrialGrids, TakeANumberForThatNumberAtEveryFeatureWhereAnotherBlockHasVectors) {
  ModelSpec entry{"GP", "gpr", {}, {}};
  entry.blocks.push_back({{{{{"length_scale", {1, 2}, {}, {}}}}}});
  entry.blocks.push_back({{{{{"length_scale", {2, 2, 1, 5}, {}, {}, 2}}}}});

  const std::vector<Trial> trials = trials_of(entry);

  ASSERT_EQ(trials.size(), 3u);
  EXPECT_EQ(trials[0].at("length_scale"), (std::vector<double>{1, 1}));
  EXPECT_EQ(trials[2].at("length_scale"), (std::vector<double>{1, 5}));
}

TrialTable table_of(const Spec& spec) {
  const Plan plan = make_plan(lower(spec, data), all_rules(), {});
  return trial_table(plan, spec, data, model_named(spec.models[0].model).schema, ModelId(0));
}

std::set<std::string> ids_of(const Spec& spec) {
  const TrialTable table = table_of(spec);
  const std::set<std::string> ids(table.id.begin(), table.id.end());
  EXPECT_EQ(ids.size(), table.id.size()) << "a trial comes twice";
  return ids;
}

const TrialColumn* column(const TrialTable& table, const std::string& name) {
  const auto found = std::ranges::find(table.columns, name, &TrialColumn::name);
  return found == table.columns.end() ? nullptr : &*found;
}

Spec study_of(ModelSpec entry) {
  Spec spec = testing::make_spec(data);
  spec.models.push_back(std::move(entry));
  return spec;
}

TEST(TrialId, IsTheSameInWhateverBlockAndOrderATrialIsWritten) {
  const Spec whole =
      study_of(testing::make_entry("DT", "tree", {{"max_depth", {1, 2, 3}}, {"min_samples_leaf", {1, 5}}}));
  Spec parted = study_of(testing::make_entry("DT", "tree", {{"max_depth", {3, 1}}, {"min_samples_leaf", {5, 1}}}));
  ParameterBlock rest = testing::make_entry("DT", "tree", {}).blocks[0];
  testing::tie(rest, {{"max_depth", {2, 2}, {}, {}}, {"min_samples_leaf", {1, 5}, {}, {}}});
  parted.models[0].blocks.push_back(rest);

  EXPECT_EQ(ids_of(whole), ids_of(parted));
}

TEST(TrialTable, MarksThePublishedTrialInTheGridOrBesideIt) {
  Spec spec = study_of(testing::make_entry("DT", "tree", {{"max_depth", {2, none}}}));
  const ParameterBlock inside = testing::make_entry("DT", "tree", {{"max_depth", {2}}}).blocks[0];
  const ParameterBlock beside = testing::make_entry("DT", "tree", {{"max_depth", {7}}}).blocks[0];

  spec.models[0].as_published = PublishedTrial{inside, {}, {}};
  EXPECT_EQ(column(table_of(spec), "as_published")->number, (std::vector<double>{1, 0}));
  spec.models[0].as_published = PublishedTrial{beside, {}, {}};
  EXPECT_EQ(column(table_of(spec), "as_published")->number, (std::vector<double>{0, 0, 1}));
  spec.models[0].blocks.clear();
  EXPECT_EQ(column(table_of(spec), "as_published")->number, std::vector<double>{1}) << "alone";
}

TEST(TrialTable, HasAColumnForTheScalingsRowsWhereTheyVary) {
  Spec spec = study_of(testing::make_entry("LR", "linear", {}));
  const std::set<std::string> before = ids_of(spec);
  EXPECT_EQ(column(table_of(spec), "scaling.fit_on"), nullptr);

  spec.fit_on = {FitOn::fold, FitOn::all};

  EXPECT_EQ(column(table_of(spec), "scaling.fit_on")->text, (std::vector<std::string>{"fold", "all"}));
  const std::set<std::string> after = ids_of(spec);
  EXPECT_TRUE(std::ranges::includes(after, before)) << "trials from before keep their ids";
}

TEST(TrialTable, HasAColumnForModelSeedsOfModelsThatDraw) {
  Spec spec = study_of(testing::make_entry("RF", "forest", {{"n_estimators", {2, 3}}}));
  const std::set<std::string> before = ids_of(spec);
  spec.model_seeds = {0, 7};

  EXPECT_EQ(column(table_of(spec), "model_seed")->number, (std::vector<double>{0, 7, 0, 7}));
  EXPECT_TRUE(std::ranges::includes(ids_of(spec), before)) << "seed 0 is what was there before";

  Spec tree = study_of(testing::make_entry("DT", "tree", {}));
  tree.model_seeds = {0, 7};
  EXPECT_EQ(table_of(tree).id.size(), 1u) << "a tree draws nothing";
}

TEST(TrialId, ChangesWithSplitterAndJitter) {
  Spec spec = study_of(testing::make_entry("LR", "linear", {}));
  const std::set<std::string> before = ids_of(spec);
  Spec unshuffled = spec;
  unshuffled.cv.splitting.shuffle = false;
  Spec strict = spec;
  strict.jitter = false;

  EXPECT_NE(ids_of(unshuffled), before);
  EXPECT_NE(ids_of(strict), before);
}

}  // namespace
}  // namespace kilofold
