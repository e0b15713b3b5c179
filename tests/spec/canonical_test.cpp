// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "spec/schemas.hpp"

namespace kilofold {
namespace {

std::string canonical(const std::string& text, const std::string& path = "s.yaml",
                      std::vector<Override> overrides = {}) {
  Dataset data;
  data.sha256 = "abc";
  return canonical_json(parse_spec(text, path, test::schemas(), overrides), data);
}

const std::string study = R"(spec: 1
name: study
data: {file: d.csv, features: [a, {column: 'b"', label: B, units: mm}], target: y}
cv: {folds: 5, seeds: [0, 1]}
models:
  - {name: LR, model: linear, parameters: {alpha: [0, 0.1, 1.0e-7]}}
  - {model: tree}
)";

TEST(CanonicalJson, HoldsAllThatNumbersDependOnInSortedOrder) {
  EXPECT_EQ(canonical(study),
            R"({"cv":{"folds":[5],"seeds":[0,1],"splitter":"kfold"},)"
            R"("data":{"features":["a","b\""],"sha256":"abc","target":"y"},)"
            R"("models":[{"model":"linear","parameters":{"alpha":[0,0.1,1e-07]}},)"
            R"({"model":"tree","parameters":{"max_depth":["none"],"min_samples_leaf":[1],"min_samples_split":[2]}}],)"
            R"("scaling":{"features":"zscore","fit_on":"fold","target":"zscore"},"spec":1})");
}

TEST(CanonicalJson, IsBlindToCosmetics) {
  const std::string same = R"(# another look
run: {device: cpu, threads: 3, checkpoint: 5m, fit_time_limit: 1m}
models:
- parameters:
    alpha: {values: [0, 1.0e-1, 0.0000001]}
  model: linear
  name: Ridge
- {model: tree, parameters: {min_samples_leaf: 1.0, max_depth: none}}
metrics: [r2]
output: {file: elsewhere.h5}
cv: {seeds: {from: 0, to: 1}, splitter: kfold}
data: {target: {column: y, label: Y, units: kg}, features: [a, 'b"'], file: other/d.csv, groups: g}
description: words
name: another
spec: 1.0
)";

  EXPECT_EQ(canonical(study), canonical(same, "folder/t.yaml"));
}

TEST(CanonicalJson, ChangesWithWhateverChangesNumbers) {
  for (const Override& change : std::vector<Override>{{"models.0.parameters.alpha", "[0, 0.1, 1.0e-7, 1]"},
                                                      {"models.1.parameters.max_depth", "3"},
                                                      {"cv.seeds", "[0, 1, 2]"},
                                                      {"cv.folds", "[5, 10]"},
                                                      {"scaling.features", "none"},
                                                      {"scaling.target", "center"},
                                                      {"data.features", "[a]"},
                                                      {"data.target", "z"}}) {
    EXPECT_NE(canonical(study), canonical(study, "s.yaml", {change})) << change.first;
  }
}

}  // namespace
}  // namespace kilofold
