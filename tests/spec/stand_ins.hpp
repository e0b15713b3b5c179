// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kilofold/models.hpp"
#include "spec/schemas.hpp"

namespace kilofold::test {

/// The registered models, and stand-ins for kernel methods that are not among them.
inline std::vector<ModelSchema> schemas_with_stand_ins() {
  std::vector<ModelSchema> models = all_schemas();
  for (ModelSchema& stand_in : std::vector<ModelSchema>{svr(), gpr()}) {
    std::erase_if(models, [&](const ModelSchema& model) { return model.name == stand_in.name; });
    models.push_back(stand_in);
  }
  return models;
}

}  // namespace kilofold::test
