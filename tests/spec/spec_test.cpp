// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "spec/schemas.hpp"

namespace kilofold {
namespace {

const std::string smallest = R"(spec: 1
name: smallest
data: {file: d.csv, features: [a], target: y}
models: [{model: tree}]
)";

Spec parse(const std::string& text, std::vector<Override> overrides = {}) {
  return parse_spec(text, "folder/s.yaml", test::schemas(), overrides);
}

std::vector<Problem> problems_of(const std::string& text, std::vector<Override> overrides = {}) {
  try {
    parse(text, std::move(overrides));
  } catch (const InputError& error) {
    return error.problems();
  }
  return {};
}

TEST(ParseSpec, FillsInEveryDefault) {
  const Spec spec = parse(smallest);

  EXPECT_EQ(spec.text, smallest);
  EXPECT_EQ(spec.cv.folds, std::vector<std::int32_t>{5});
  EXPECT_EQ(spec.cv.seeds, std::vector<std::int64_t>{0});
  EXPECT_EQ(spec.feature_scaling, Scaling::zscore);
  EXPECT_EQ(spec.target_scaling, Scaling::zscore);
  EXPECT_EQ(spec.metrics, (std::vector<std::string>{"mae", "rmse", "r2"}));
  EXPECT_EQ(spec.output.file, "results/smallest.h5");
  EXPECT_EQ(spec.run.device, "auto");
  EXPECT_EQ(spec.run.threads, 0);
  EXPECT_EQ(spec.run.checkpoint_seconds, 30);
  EXPECT_EQ(spec.run.fit_time_limit, std::numeric_limits<double>::infinity());
}

TEST(ParseSpec, HoldsEveryParameterInTheSchemasOrder) {
  const Spec spec = parse(smallest, {{"models.0.parameters", "{min_samples_leaf: [1, 5], max_depth: 3}"}});

  ASSERT_EQ(spec.models.size(), 1u);
  const ModelSpec& tree = spec.models[0];
  EXPECT_EQ(tree.name, "tree");
  const std::vector<ParameterFactor>& factors = tree.blocks[0].factors;
  ASSERT_EQ(factors.size(), 3u);
  EXPECT_EQ(factors[0].axes[0].name, "max_depth");
  EXPECT_EQ(factors[0].axes[0].values, std::vector{3.0});
  EXPECT_EQ(factors[1].axes[0].name, "min_samples_split");
  EXPECT_EQ(factors[1].axes[0].values, std::vector{2.0});
  EXPECT_EQ(factors[2].axes[0].name, "min_samples_leaf");
  EXPECT_EQ(factors[2].axes[0].values, (std::vector<double>{1, 5}));
}

TEST(ParseSpec, ReadsEverySection) {
  const Spec spec = parse(R"(spec: 1
name: whole-study_1.0
description: "Words: with a colon"
data:
  file: ../data/d.csv
  features:
    - a
    - {column: b, label: "Länge", units: "%"}
  target: {column: y, units: mg/cm2}
  groups: slurry
cv: {folds: [5, 10], seeds: {from: 0, to: 2}, splitter: kfold}
scaling: {features: none, target: center, fit_on: fold}
metrics: [r2_eq13, mae]
models:
  - {name: OLS, model: linear}
  - {name: Ridge, model: linear, parameters: {alpha: {geomspace: [1, 100, 3]}}}
output: {file: out.h5}
run: {device: cuda:1, threads: 4, checkpoint: 5m, fit_time_limit: 90s}
)");

  EXPECT_EQ(spec.name, "whole-study_1.0");
  EXPECT_EQ(spec.description, "Words: with a colon");
  EXPECT_EQ(spec.data.file, "data/d.csv");
  ASSERT_EQ(spec.data.features.size(), 2u);
  EXPECT_EQ(spec.data.features[1].label, "Länge");
  EXPECT_EQ(spec.data.features[1].units, "%");
  EXPECT_EQ(spec.data.features[1].place.line, 8);
  EXPECT_EQ(spec.data.target.units, "mg/cm2");
  EXPECT_EQ(spec.data.groups->column, "slurry");
  EXPECT_EQ(spec.cv.folds, (std::vector<std::int32_t>{5, 10}));
  EXPECT_EQ(spec.cv.seeds, (std::vector<std::int64_t>{0, 1, 2}));
  EXPECT_EQ(spec.feature_scaling, Scaling::none);
  EXPECT_EQ(spec.target_scaling, Scaling::center);
  EXPECT_EQ(spec.metrics, (std::vector<std::string>{"r2_eq13", "mae"}));
  EXPECT_EQ(spec.models[1].name, "Ridge");
  EXPECT_EQ(spec.models[1].place.line, 16);
  EXPECT_EQ(spec.output.file, "out.h5");
  EXPECT_EQ(spec.run.device, "cuda:1");
  EXPECT_EQ(spec.run.threads, 4);
  EXPECT_EQ(spec.run.checkpoint_seconds, 300);
  EXPECT_EQ(spec.run.fit_time_limit, 90);
}

TEST(ParseSpec, KeepsAbsoluteDataPaths) {
  EXPECT_EQ(parse(smallest, {{"data.file", "/tables/d.csv"}}).data.file, "/tables/d.csv");
}

TEST(ParseSpec, ReadsWindowsTextWithByteOrderMark) {
  std::string text = "\xEF\xBB\xBF";
  for (const char c : smallest) text += c == '\n' ? "\r\n" : std::string(1, c);

  const Spec spec = parse(text);

  EXPECT_EQ(spec.name, "smallest");
  EXPECT_EQ(spec.text, text);
}

TEST(ParseSpec, TakesYaml11WordsForText) {
  EXPECT_EQ(parse(smallest, {{"description", "no"}}).description, "no");
  EXPECT_EQ(parse(smallest, {{"description", "1:30"}}).description, "1:30");
}

TEST(ParseSpec, SharesValuesThroughAliases) {
  const Spec spec = parse(R"(spec: 1
name: s
data: {file: d.csv, features: [a], target: y}
models:
  - {name: A, model: linear, parameters: {alpha: &grid [0, 1, 2]}}
  - {name: B, model: linear, parameters: {alpha: *grid}}
)");

  EXPECT_EQ(spec.models[1].blocks[0].factors[0].axes[0].values, (std::vector<double>{0, 1, 2}));
}

TEST(ParseSpec, ReportsEveryProblemInTheOrderOfTheText) {
  const auto problems =
      problems_of("spec: 2\nname: a b\ndata: {features: [a], target: y}\nmodels: [{model: tre}]\nrunn: 1\n");

  ASSERT_EQ(problems.size(), 5u);
  for (int line = 1; line <= 5; ++line) EXPECT_EQ(problems[line - 1].place.line, line);
}

TEST(ParseSpec, CountsColumnsInCharacters) {
  const auto problems = problems_of("{spec: 1, name: s, description: \"äöü€𝄞\", nam: 1}\n");

  EXPECT_EQ(problems.back().message, "unknown key 'nam'");
  EXPECT_EQ(problems.back().place.column, 42);
  EXPECT_EQ(problems.back().width, 3);
}

TEST(ParseSpec, ShowsTheFirstHundredProblems) {
  std::string text = smallest;
  for (int i = 0; i < 1000; ++i) text += "unknown_" + std::to_string(i) + ": 1\n";

  const auto problems = problems_of(text);

  ASSERT_EQ(problems.size(), 101u);
  EXPECT_EQ(problems.back().message, "there are more problems; these are the first found");
}

TEST(Override, ReplacesValuesAndMakesMissingMappings) {
  const Spec spec = parse(smallest, {{"name", "other"},
                                     {"run.threads", "2"},
                                     {"models.0.model", "linear"},
                                     {"models.0.parameters.alpha", "[0, {from: 1, to: 2}]"},
                                     {"description", "a, b"}});

  EXPECT_EQ(spec.name, "other");
  EXPECT_EQ(spec.run.threads, 2);
  EXPECT_EQ(spec.models[0].blocks[0].factors[0].axes[0].values, (std::vector<double>{0, 1, 2}));
  EXPECT_EQ(spec.description, "a, b");
}

TEST(Override, OfTextThatIsNoStudyLeavesTheStudysOwnProblem) {
  for (const char* text : {"words", "- a", "---"}) {
    const auto problems = problems_of(text, {{"models.0.parameters.alpha", "1"}});
    ASSERT_EQ(problems.size(), 1u) << text;
    EXPECT_EQ(problems[0].message.find("spec: expected keys with values, got"), 0u) << text;
  }
}

TEST(Override, OfLaterKeysWins) { EXPECT_EQ(parse(smallest, {{"name", "first"}, {"name", "second"}}).name, "second"); }

TEST(Override, ChangesOneUseOfAnAliasOnly) {
  const std::string text = R"(spec: 1
name: s
data: {file: d.csv, features: [a], target: y}
models:
  - {name: A, model: linear, parameters: &p {alpha: 1}}
  - {name: B, model: linear, parameters: *p}
)";

  const Spec spec = parse(text, {{"models.1.parameters.alpha", "2"}});

  EXPECT_EQ(spec.models[0].blocks[0].factors[0].axes[0].values, std::vector{1.0});
  EXPECT_EQ(spec.models[1].blocks[0].factors[0].axes[0].values, std::vector{2.0});
}

struct BadOverride {
  Override set;
  int column;
  std::string message;
};

TEST(Override, IsRefusedWithItsPlaceInTheArgument) {
  const std::vector<BadOverride> rows = {
      {{"models.1.model", "tree"}, 8, "no item '1' in a list of 1"},
      {{"models.x.model", "tree"}, 8, "no item 'x' in a list of 1"},
      {{"name.first", "a"}, 6, "'name' has no keys: it is 'smallest'"},
      {{"cv..seeds", "1"}, 4, "a key is missing between dots"},
      {{"name", ""}, 1, "no value after '='"},
      {{"cv.seeds", "[0, -1]"}, 14, "cv.seeds: expected an integer >= 0 and <= 4294967295, got -1"},
      {{"cv.seeds", "[0, 1"}, 10, "this bracket is never closed"},
      {{"cv.sedes", "1"}, 4, "cv: unknown key 'sedes'"},
  };
  for (const BadOverride& row : rows) {
    const auto problems = problems_of(smallest, {row.set});
    ASSERT_EQ(problems.size(), 1u) << row.message;
    EXPECT_EQ(problems[0].place.file, "--set " + row.set.first + "=" + row.set.second);
    EXPECT_EQ(problems[0].place.line, 0) << "there is one line only";
    EXPECT_EQ(problems[0].place.column, row.column) << row.message;
    EXPECT_EQ(problems[0].message, row.message);
    EXPECT_EQ(problems[0].excerpt, row.set.first + "=" + row.set.second);
  }
}

std::vector<std::size_t> trials_of(const std::string& path) {
  std::vector<std::size_t> trials;
  for (const ModelSpec& model : read_spec(path, test::schemas()).models) {
    trials.push_back(1);
    for (const ParameterFactor& factor : model.blocks[0].factors) trials.back() *= factor.axes[0].values.size();
  }
  return trials;
}

TEST(ReadSpec, ReadsTheExperiments) {
  EXPECT_EQ(trials_of("experiments/smoke.yaml"), (std::vector<std::size_t>{8, 24}));
  EXPECT_EQ(trials_of("experiments/electrode_trees.yaml"), (std::vector<std::size_t>{1, 7, 126}));
  EXPECT_EQ(read_spec("experiments/smoke.yaml", test::schemas()).data.file, "experiments/data/electrode_standin.csv");
}

TEST(ReadSpec, RefusesFilesThatCannotBeRead) {
  for (const char* path : {"no/such/study.yaml", "/"}) {
    EXPECT_THROW(read_spec(path, test::schemas()), InputError) << path;
  }
}

TEST(ReadSpec, RefusesEndlessFilesAtOnce) { EXPECT_THROW(read_spec("/dev/zero", test::schemas()), InputError); }

}  // namespace
}  // namespace kilofold
