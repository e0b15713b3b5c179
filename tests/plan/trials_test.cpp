// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "kilofold/core/hash.hpp"
#include "support/studies.hpp"

namespace kilofold {
namespace {

using testing::make_data;
using testing::make_entry;
using testing::make_spec;

const Dataset data = make_data(30, 2, 5);

TrialTable table_of(const Spec& spec, const Dataset& table_data = data) {
  const Plan plan = make_plan(lower(spec, table_data), all_rules(), {});
  return trial_table(plan, spec, table_data, model_named(spec.models[0].model).schema, ModelId(0));
}

Spec tree_spec(std::vector<double> depths) {
  Spec spec = make_spec(data);
  spec.cv.folds = {5, 3};
  spec.models.push_back(make_entry("DT", "tree", {{"max_depth", std::move(depths)}, {"min_samples_leaf", {1, 4}}}));
  return spec;
}

TEST(TrialTable, ListsParametersInGridOrderFoldCountSlowest) {
  const TrialTable table = table_of(tree_spec({2, std::numeric_limits<double>::infinity()}));

  EXPECT_EQ(table.n_folds, (std::vector<std::int32_t>{5, 5, 5, 5, 3, 3, 3, 3}));
  const std::vector<double>& leaf = table.columns[2].number;
  EXPECT_EQ(leaf, (std::vector<double>{1, 4, 1, 4, 1, 4, 1, 4}));
  const std::vector<double>& depth = table.columns[0].number;
  EXPECT_EQ(depth[0], 2);
  EXPECT_EQ(depth[1], 2);
  EXPECT_TRUE(std::isnan(depth[2])) << "none";
}

TEST(TrialTable, KnowsItsOwnCategoriesBesideAModelOfMoreKernels) {
  Spec spec = make_spec(data);
  spec.models = {make_entry("KRR", "kernel_ridge", {{"kernel", {0, 1}}})};
  const TrialTable alone = table_of(spec);
  spec.models.push_back(make_entry("GPR", "gpr", {{"kernel", {4}}}));

  const TrialTable table = table_of(spec);

  EXPECT_EQ(table.id, alone.id);
  ASSERT_EQ(table.columns[0].name, "kernel");
  EXPECT_EQ(table.columns[0].text, alone.columns[0].text);
}

TEST(TrialId, IsUniqueAndSurvivesGrowthOfGridAndSeeds) {
  Spec small = tree_spec({2, 3});
  Spec grown = tree_spec({1, 2, 3, 4});
  grown.cv.seeds = {0, 1, 2, 3};
  const TrialTable before = table_of(small);
  const TrialTable after = table_of(grown);

  const std::set<std::string> ids(after.id.begin(), after.id.end());
  EXPECT_EQ(ids.size(), after.id.size());
  for (const std::string& id : before.id) EXPECT_TRUE(ids.contains(id));
}

TEST(TrialId, ChangesWithEverythingThatItsNumbersDependOn) {
  const Spec spec = tree_spec({2});
  const std::string reference = table_of(spec).id[0];

  Dataset other_data = data;
  other_data.sha256 = std::string(64, 'b');
  EXPECT_NE(table_of(spec, other_data).id[0], reference);
  Spec unscaled = spec;
  unscaled.target_scaling = Scaling::none;
  EXPECT_NE(table_of(unscaled).id[0], reference);
  Spec other_target = spec;
  other_target.data.target.column = "z";
  EXPECT_NE(table_of(other_target).id[0], reference);
}

TEST(TrialId, IgnoresNamesLabelsAndPaths) {
  const Spec spec = tree_spec({2});
  Spec renamed = spec;
  renamed.name = "other";
  renamed.models[0].name = "another";
  renamed.output.file = "x.h5";
  renamed.data.target.label = "label";
  EXPECT_EQ(table_of(renamed).id, table_of(spec).id);
}

TEST(NumericsId, IsTheSameWithBitwiseRulesOnOrOff) {
  const Spec spec = tree_spec({1, 2, 3});
  const Plan on = make_plan(lower(spec, data), all_rules(), {});
  const Plan off = make_plan(lower(spec, data), all_rules(), {false, {}});
  EXPECT_FALSE(on.groups[0].fired.empty());
  EXPECT_EQ(numerics_id(on, ModelId(0)), numerics_id(off, ModelId(0)));
}

TEST(NumericsId, TellsFlavoursAndTheLibrariesOfOneApart) {
  const Plan plan = make_plan(lower(tree_spec({1}), data), all_rules(), {});
  const std::string canonical = numerics_id(plan, ModelId(0));
  const std::string one = numerics_id(plan, ModelId(0), "OpenBLAS 0.3.21 Haswell");
  const std::string another = numerics_id(plan, ModelId(0), "OpenBLAS 0.3.21 SkylakeX");
  EXPECT_NE(one, canonical);
  EXPECT_NE(another, canonical);
  EXPECT_NE(one, another);
}

TEST(NumericsId, OfACanonicalStudyIsAsItWasBeforeThereWereFlavours) {
  const Plan plan = make_plan(lower(tree_spec({1}), data), all_rules(), {});
  EXPECT_EQ(numerics_id(plan, ModelId(0)), hash_hex("numerics 1 canonical"));
}

TEST(TrialIds, DoNotTellTheFlavour) {
  Spec spec = tree_spec({1, 2});
  const std::vector<std::string> canonical = table_of(spec).id;
  spec.flavour = Flavour::vendor;
  EXPECT_EQ(table_of(spec).id, canonical);
}

}  // namespace
}  // namespace kilofold
