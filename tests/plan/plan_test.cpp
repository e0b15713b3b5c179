// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <random>
#include <set>

#include "support/studies.hpp"

namespace kilofold {
namespace {

using testing::make_data;
using testing::make_entry;
using testing::make_spec;

/// One fit, spelled out: model entry, folds, seed, fold, then the entry's parameter values in schema order.
using PlainFit = std::vector<double>;

std::vector<PlainFit> list_fits(const Spec& spec) {
  std::vector<PlainFit> fits;
  for (std::size_t m = 0; m < spec.models.size(); ++m)
    for (std::int32_t k : spec.cv.folds) {
      std::vector<PlainFit> trials{{}};
      for (const ParameterFactor& factor : spec.models[m].blocks[0].factors) {
        std::vector<PlainFit> extended;
        for (const PlainFit& trial : trials)
          for (double value : factor.axes[0].values) {
            extended.push_back(trial);
            extended.back().push_back(value);
          }
        trials = std::move(extended);
      }
      for (const PlainFit& trial : trials)
        for (std::int64_t seed : spec.cv.seeds)
          for (std::int32_t fold = 0; fold < k; ++fold) {
            PlainFit fit{static_cast<double>(m), static_cast<double>(k), static_cast<double>(seed),
                         static_cast<double>(fold)};
            fit.insert(fit.end(), trial.begin(), trial.end());
            fits.push_back(std::move(fit));
          }
    }
  return fits;
}

/// The fits that a plan's units yield, in the same spelling.
std::vector<PlainFit> expand(const Plan& plan, const Spec& spec) {
  std::vector<PlainFit> fits;
  for (const Family& family : plan.families) {
    const UnitIndex units(plan, family);
    for (std::int64_t slot = 0; slot < family.n_slots; ++slot)
      for (GroupId id : units.members(slot)) {
        const Group& group = plan.groups[static_cast<std::size_t>(id.value)].group;
        std::int64_t points = 0;
        units.visit(slot, id, [&](const UnitPoint& point) {
          ++points;
          const auto value = [&](AxisId axis) {
            const auto a = static_cast<std::size_t>(axis.value);
            return plan.axes[a].values[static_cast<std::size_t>(point.codes[a])];
          };
          PlainFit fit{static_cast<double>(group.model.value), static_cast<double>(group.n_folds), value(group.seed),
                       value(group.fold)};
          for (const ParameterFactor& factor :
               spec.models[static_cast<std::size_t>(group.model.value)].blocks[0].factors) {
            const auto axis = std::ranges::find(plan.axes, factor.axes[0].name, &Axis::name);
            fit.push_back(value(AxisId(static_cast<int>(axis - plan.axes.begin()))));
          }
          fits.push_back(std::move(fit));
        });
        EXPECT_EQ(points, units.n_points(slot, id));
      }
  }
  return fits;
}

std::vector<double> random_values(std::mt19937& random, std::vector<double> pool) {
  std::shuffle(pool.begin(), pool.end(), random);
  pool.resize(1 + random() % pool.size());
  return pool;
}

enum class Models { single, all };

Spec random_spec(std::mt19937& random, const Dataset& data, Models models) {
  Spec spec = make_spec(data);
  spec.cv.folds.clear();
  for (double k : random_values(random, {2, 3, 5})) spec.cv.folds.push_back(static_cast<std::int32_t>(k));
  spec.cv.seeds.clear();
  for (double seed : random_values(random, {0, 3, 7, 11})) spec.cv.seeds.push_back(static_cast<std::int64_t>(seed));
  const std::size_t entries = 1 + random() % 4;
  for (std::size_t e = 0; e < entries; ++e) {
    const std::string name = "M" + std::to_string(e);
    if (models == Models::all && random() % 2 == 0) {
      const char* ensembles[] = {"forest", "adaboost", "gradient_boosting"};
      spec.models.push_back(make_entry(name, ensembles[random() % 3],
                                       {{"n_estimators", random_values(random, {1, 3, 10})},
                                        {"max_depth", random_values(random, {1, 2, 4})},
                                        {"learning_rate", random_values(random, {0.1, 1})},
                                        {"max_features", random_values(random, {1, 2})}}));
      continue;
    }
    if (random() % 2 == 0)
      spec.models.push_back(make_entry(name, "linear", {{"alpha", random_values(random, {0, 0.1, 1, 10})}}));
    else
      spec.models.push_back(make_entry(name, "tree",
                                       {{"max_depth", random_values(random, {1, 2, 4, 8})},
                                        {"min_samples_split", random_values(random, {2, 6})},
                                        {"min_samples_leaf", random_values(random, {1, 2, 5})}}));
  }
  return spec;
}

/// Distinct growths of a study, from the definition: one per training set and split minimum, for the deepest depth and
/// all leaf minima asked for by the entry together, if it asks for several.
std::size_t distinct_growths(const Spec& spec, const std::vector<PlainFit>& fits) {
  std::set<std::vector<double>> grown;
  for (const PlainFit& fit : fits) {
    const ModelSpec& entry = spec.models[static_cast<std::size_t>(fit[0])];
    if (entry.model != "tree") continue;
    const auto values = [&](std::size_t factor) { return entry.blocks[0].factors[factor].axes[0].values; };
    const bool many_depths = values(0).size() > 1, many_leaves = values(2).size() > 1;
    grown.insert({fit[1], fit[2], fit[3], many_depths ? std::ranges::max(values(0)) : fit[4], fit[5],
                  many_leaves ? 0 : fit[6], many_depths ? 1.0 : 0.0, many_leaves ? 1.0 : 0.0});
  }
  return grown.size();
}

std::int64_t items(const Plan& plan, Op op) {
  std::int64_t items = 0;
  for (const PlanNode& node : plan.nodes)
    if (node.node.op == op) items += node.items;
  return items;
}

TEST(Plan, ExpandedEqualsBruteForceEnumerationFitByFitOn200RandomSpecs) {
  std::mt19937 random(20261);
  const Dataset data = make_data(40, 3, 1);
  for (int round = 0; round < 200; ++round) {
    const Spec spec = random_spec(random, data, Models::all);
    std::vector<PlainFit> expected = list_fits(spec);
    for (bool sharing : {true, false}) {
      const Plan plan = make_plan(lower(spec, data), all_rules(), {sharing, {}});
      std::vector<PlainFit> expanded = expand(plan, spec);
      EXPECT_EQ(plan.n_fits, static_cast<std::int64_t>(expected.size()));
      std::ranges::sort(expanded);
      std::ranges::sort(expected);
      ASSERT_EQ(expanded, expected) << plan_text(plan);
    }
  }
}

TEST(Plan, ItemCountsEqualDistinctWorkOn200RandomSpecs) {
  std::mt19937 random(20262);
  const Dataset data = make_data(40, 3, 1);
  for (int round = 0; round < 200; ++round) {
    const Spec spec = random_spec(random, data, Models::single);
    const std::vector<PlainFit> fits = list_fits(spec);
    std::set<std::vector<double>> linear_rows;
    std::int64_t tree_fits = 0;
    std::int64_t linear_fits = 0;
    for (const PlainFit& fit : fits) {
      const bool is_tree = spec.models[static_cast<std::size_t>(fit[0])].model == "tree";
      if (!is_tree) linear_rows.insert({fit[1], fit[2], fit[3]});
      (is_tree ? tree_fits : linear_fits) += 1;
    }

    const Plan shared = make_plan(lower(spec, data), all_rules(), {});
    EXPECT_EQ(items(shared, Op::standardize), static_cast<std::int64_t>(linear_rows.size()));
    EXPECT_EQ(items(shared, Op::least_squares), static_cast<std::int64_t>(linear_rows.size()));
    EXPECT_EQ(items(shared, Op::grow_trees), static_cast<std::int64_t>(distinct_growths(spec, fits)))
        << explain(shared, spec);

    const Plan naive = make_plan(lower(spec, data), all_rules(), {false, {}});
    EXPECT_EQ(items(naive, Op::standardize), linear_fits);
    EXPECT_EQ(items(naive, Op::least_squares), linear_fits);
    EXPECT_EQ(items(naive, Op::grow_trees), tree_fits);
    EXPECT_EQ(items(naive, Op::read_trees), tree_fits);
  }
}

TEST(Plan, HashDependsOnTheStudyAndTheSwitchesOnly) {
  const Dataset data = make_data(40, 3, 1);
  Spec spec = make_spec(data);
  spec.models.push_back(make_entry("DT", "tree", {{"max_depth", {1, 2, 3}}}));
  const auto hash = [&](const Spec& s, const Switches& switches) {
    return plan_hash(make_plan(lower(s, data), all_rules(), switches));
  };
  const std::string reference = hash(spec, {});

  Spec cosmetic = spec;
  cosmetic.run.threads = 7;
  cosmetic.output.file = "elsewhere.h5";
  cosmetic.description = "other words";
  EXPECT_EQ(hash(cosmetic, {}), reference);

  Spec other = spec;
  other.models[0].blocks[0].factors[0].axes[0].values.push_back(4);
  EXPECT_NE(hash(other, {}), reference);
  EXPECT_NE(hash(spec, {false, {}}), reference);
  EXPECT_NE(hash(spec, {true, {"depth_prefix"}}), reference);
}

TEST(Plan, SharesOneFactorisationBetweenEntriesOfOneModel) {
  const Dataset data = make_data(40, 3, 1);
  Spec spec = make_spec(data);
  spec.models.push_back(make_entry("LR", "linear", {}));
  spec.models.push_back(make_entry("Ridge", "linear", {{"alpha", {0.1, 1}}}));

  const Plan plan = make_plan(lower(spec, data), all_rules(), {});

  EXPECT_EQ(plan.nodes.size(), 2U);
  EXPECT_EQ(items(plan, Op::least_squares), 10);
  EXPECT_EQ(plan.families.size(), 1U);
}

TEST(Plan, ABatchTakesSoManySeedsThatWhatTheyShareIsSmall) {
  const Dataset data = make_data(600, 3, 1);
  Spec spec = make_spec(data);
  spec.fit_on = {FitOn::all};
  spec.models.push_back(make_entry("GPR", "gpr", {{"length_scale", {0.5, 1, 2, 4}}}));
  const auto family_of = [&](std::int64_t n_seeds) {
    spec.cv.seeds.resize(static_cast<std::size_t>(n_seeds));
    std::iota(spec.cv.seeds.begin(), spec.cv.seeds.end(), 0);
    const Plan plan = make_plan(lower(spec, data), all_rules(), {});
    EXPECT_EQ(items(plan, Op::invert), 4);
    EXPECT_EQ(plan.families.front().n_slots, 4 * n_seeds);
    return plan.families.front();
  };

  EXPECT_EQ(family_of(20).units_per_batch, 20);  // one inverse a batch, no fewer seeds would outweigh it
  const Family many = family_of(1000);
  EXPECT_LT(many.units_per_batch, 100);  // a thousand seeds still make batches for many cores
}

TEST(Plan, NeverSharesANodeAmongMoreGroupsThanItCanCount) {
  const Dataset data = make_data(40, 3, 1);
  Spec spec = make_spec(data);
  for (int e = 0; e < 30; ++e)
    spec.models.push_back(make_entry("L" + std::to_string(e), "linear", {{"alpha", {0.5 * e}}}));

  const Plan plan = make_plan(lower(spec, data), all_rules(), {});

  for (const PlanNode& node : plan.nodes) EXPECT_LE(node.groups.size(), 12U);
  std::vector<PlainFit> expanded = expand(plan, spec);
  std::vector<PlainFit> expected = list_fits(spec);
  std::ranges::sort(expanded);
  std::ranges::sort(expected);
  EXPECT_EQ(expanded, expected);
}

}  // namespace
}  // namespace kilofold
