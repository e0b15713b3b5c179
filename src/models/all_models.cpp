// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "models/adaboost.hpp"
#include "models/forest.hpp"
#include "models/gpr.hpp"
#include "models/gradient_boosting.hpp"
#include "models/kernel_ridge.hpp"
#include "models/linear.hpp"
#include "models/svr.hpp"
#include "models/tree.hpp"

namespace kilofold {

std::span<const Model> all_models() {
  static const Model models[] = {linear(), tree(), forest(),      adaboost(), gradient_boosting(),
                                 svr(),    gpr(),  kernel_ridge()};
  return models;
}

const Model& model_named(std::string_view name) {
  const auto models = all_models();
  const auto found = std::ranges::find_if(models, [&](const Model& model) { return model.schema.name == name; });
  KILOFOLD_EXPECT(found != models.end());
  return *found;
}

std::vector<ModelSchema> all_schemas() {
  std::vector<ModelSchema> schemas;
  for (const Model& model : all_models()) schemas.push_back(model.schema);
  return schemas;
}

}  // namespace kilofold
