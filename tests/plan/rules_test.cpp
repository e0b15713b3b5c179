// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "support/studies.hpp"

namespace kilofold {
namespace {

namespace fs = std::filesystem;

/// What a case file states of a plan: per op the items one by one and shared, and per group what became of every rule.
std::string outline(const Plan& plan) {
  std::string text;
  for (const PlanNode& node : plan.nodes) {
    std::int64_t naive = 0;
    std::vector<const Grid*> grids;
    for (GroupId id : node.groups) {
      const Grid& grid = plan.groups[static_cast<std::size_t>(id.value)].group.grid;
      naive += grid.size();
      grids.push_back(&grid);
    }
    text += fmt::format("{}: {} -> {}", name(node.node.op), naive, node.items);
    if (const std::int64_t lanes = count_union(grids, node.node.lanes); lanes > 1)
      text += fmt::format(" x {} lanes", lanes);
    text += "\n";
  }
  for (const PlanGroup& group : plan.groups) {
    for (const std::string& rule : group.fired) text += fmt::format("{}: {} fired\n", group.group.label, rule);
    for (const auto& [rule, reason] : group.refused)
      text += fmt::format("{}: {} {}\n", group.group.label, rule, reason);
  }
  return text;
}

/// A case file: a spec, a line of dashes, the outline.
class RuleCase : public ::testing::TestWithParam<std::string> {};

TEST_P(RuleCase, PlanIsAsWritten) {
  std::ifstream file(fs::path(KILOFOLD_CASES) / GetParam());
  std::stringstream whole;
  whole << file.rdbuf();
  const std::string text = whole.str();
  const std::size_t dashes = text.find("\n---\n");
  ASSERT_NE(dashes, std::string::npos);
  const Spec spec = parse_spec(text.substr(0, dashes + 1), GetParam(), all_schemas());
  const int levels = spec.data.file.ends_with("replicates.csv") ? 4 : 0;  // 16 distinct rows, or all of them
  const int rows = spec.data.file.ends_with("thousands.csv") ? 2000 : 60;
  const Dataset data = testing::make_data(rows, 2, 3, levels);

  const Plan plan = make_plan(lower(spec, data), all_rules(), {});

  EXPECT_EQ(outline(plan), text.substr(dashes + 5));
}

std::vector<std::string> case_files() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(KILOFOLD_CASES)) names.push_back(entry.path().filename().string());
  std::ranges::sort(names);
  return names;
}

std::string test_name(const ::testing::TestParamInfo<std::string>& info) {
  return fs::path(info.param).stem().string();
}

INSTANTIATE_TEST_SUITE_P(Cases, RuleCase, ::testing::ValuesIn(case_files()), test_name);

/// The rules that fire for a Gaussian process with so many training rows and noises.
std::vector<std::string> fired(PricedFor machine, std::int64_t n_train, std::int64_t n_noises) {
  const Dataset data = testing::make_data(n_train * 5 / 4, 4, 3);
  Spec spec = testing::make_spec(data);
  std::vector<double> noises;
  for (std::int64_t i = 1; i <= n_noises; ++i) noises.push_back(1e-4 * static_cast<double>(i));
  spec.cv.folds = {5};
  spec.models = {testing::make_entry("GPR", "gpr", {{"length_scale", {1}}, {"noise_variance", noises}})};
  return make_plan(lower(spec, data), all_rules(), {true, {}, machine}).groups.front().fired;
}

const std::vector<std::string> nothing, tridiagonal = {"noise_shift"}, band = {"band_shift"};

TEST(NoiseShift, TakesMoreNoisesToPayOnAGpuWhoseReductionsAreBoundByMemory) {
  EXPECT_EQ(fired(PricedFor::cpu, 525, 10), tridiagonal);
  EXPECT_EQ(fired(PricedFor::cuda, 525, 40), band);
  EXPECT_EQ(fired(PricedFor::cuda, 525, 200), tridiagonal);
}

TEST(BandShift, IsForMatricesBeyondTheCacheAndFewNoises) {
  EXPECT_EQ(fired(PricedFor::cpu, 600, 8), tridiagonal);
  EXPECT_EQ(fired(PricedFor::cpu, 1000, 2), nothing);
  EXPECT_EQ(fired(PricedFor::cpu, 1000, 8), band);
  EXPECT_EQ(fired(PricedFor::cpu, 1000, 60), tridiagonal);
  EXPECT_EQ(fired(PricedFor::cpu, 4000, 60), band);
}

TEST(BandShift, PaysFromFewNoisesOnAGpu) {
  EXPECT_EQ(fired(PricedFor::cuda, 525, 4), nothing);
  EXPECT_EQ(fired(PricedFor::cuda, 525, 10), band);
  EXPECT_EQ(fired(PricedFor::cuda, 4000, 40), band);
}

TEST(Rules, EachHasACaseWhereItFiresAndOneWhereItDoesNot) {
  for (const Rule& rule : all_rules()) {
    bool fires = false;
    bool refuses = false;
    for (const std::string& name : case_files()) {
      std::ifstream file(fs::path(KILOFOLD_CASES) / name);
      for (std::string line; std::getline(file, line);) {
        const std::size_t at = line.find(": " + std::string(rule.name) + " ");
        if (at == std::string::npos) continue;
        (line.ends_with(" fired") ? fires : refuses) = true;
      }
    }
    EXPECT_TRUE(fires) << rule.name;
    EXPECT_TRUE(refuses) << rule.name;
  }
}

TEST(Rules, SwitchedOffRuleDoesNotFire) {
  const Dataset data = testing::make_data(60, 2, 3);
  Spec spec = testing::make_spec(data);
  spec.models.push_back(testing::make_entry("DT", "tree", {{"max_depth", {1, 2, 3}}}));

  const Plan plan = make_plan(lower(spec, data), all_rules(), {true, {"depth_prefix"}});

  EXPECT_TRUE(plan.groups[0].fired.empty());
  using Refused = std::pair<std::string, std::string>;
  EXPECT_EQ(plan.groups[0].refused[0], Refused("depth_prefix", "switched off"));
}

TEST(DepthPrefix, RefusesDepthsThatMoveTogetherWithAnotherParameter) {
  const Dataset data = testing::make_data(60, 2, 3);
  Spec spec = testing::make_spec(data);
  spec.models.push_back(testing::make_entry("DT", "tree", {{"max_depth", {1, 2}}, {"min_samples_leaf", {1, 5}}}));
  Lowered lowered = lower(spec, data);
  Group& group = lowered.groups[0];
  Grid zipped;  // max_depth and min_samples_leaf in step, as `zip:` will give them
  zipped.add({{group.grid.factors()[0].columns[0], group.grid.factors()[2].columns[0]}});
  for (std::size_t f = 1; f < group.grid.factors().size(); ++f)
    if (f != 2) zipped.add(group.grid.factors()[f]);
  group.grid = zipped;
  group.n_trials = 2;

  const Plan plan = make_plan(std::move(lowered), all_rules(), {});

  EXPECT_TRUE(plan.groups[0].fired.empty());
  EXPECT_EQ(plan.groups[0].refused[0].second, "max_depth moves together with another parameter");
  EXPECT_EQ(plan.nodes[0].items, 2 * 2 * 5);
}

TEST(ReplicateCollapse, NeedsOneRepeatedRow) {
  Dataset data = testing::make_data(60, 2, 3);
  Spec spec = testing::make_spec(data);
  spec.models.push_back(testing::make_entry("GPR", "gpr", {}));
  const auto rewritten = [&] {
    const Lowered lowered = lower(spec, data);
    const Rule& rule = *std::ranges::find(all_rules(), std::string("replicate_collapse"), &Rule::name);
    return std::holds_alternative<std::vector<Node>>(rule.rewrite(lowered.groups[0], lowered.axes));
  };

  EXPECT_FALSE(rewritten()) << "all rows differ";
  for (std::int64_t f = 0; f < 2; ++f) data.X(7, f) = data.X(31, f);
  EXPECT_TRUE(rewritten());
}

/// One SVR entry whose factors `a` and `b` move in step, as `zip:` gives them.
Lowered zipped_svr(std::size_t a, std::size_t b,
                   const std::vector<std::pair<std::string, std::vector<double>>>& values) {
  const Dataset data = testing::make_data(60, 2, 3);
  Spec spec = testing::make_spec(data);
  spec.models.push_back(testing::make_entry("SVR", "svr", values));
  Lowered lowered = lower(spec, data);
  Group& group = lowered.groups[0];
  Grid zipped;
  zipped.add({{group.grid.factors()[a].columns[0], group.grid.factors()[b].columns[0]}});
  for (std::size_t f = 0; f < group.grid.factors().size(); ++f)
    if (f != a && f != b) zipped.add(group.grid.factors()[f]);
  group.grid = zipped;
  group.n_trials = 2;
  return lowered;
}

TEST(SvrPath, TakesPairsOfCAndEpsilonThatMoveTogether) {
  const Plan plan = make_plan(zipped_svr(1, 2, {{"C", {1, 10}}, {"epsilon", {0.1, 0.2}}}), all_rules(), {});

  EXPECT_EQ(plan.groups[0].fired, std::vector<std::string>{"svr_path"});
  EXPECT_EQ(plan.nodes[1].items, 2 * 5);
}

TEST(SvrPath, RefusesACThatMovesTogetherWithGamma) {
  const Plan plan = make_plan(zipped_svr(1, 3, {{"C", {1, 10}}, {"gamma", {0.1, 0.2}}}), all_rules(), {});

  EXPECT_TRUE(plan.groups[0].fired.empty());
  EXPECT_EQ(plan.groups[0].refused.back().second, "C or epsilon moves together with another parameter");
  EXPECT_EQ(plan.nodes[1].items, 2 * 2 * 5);
}

}  // namespace
}  // namespace kilofold
