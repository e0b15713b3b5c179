// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "kilofold/core/error.hpp"

namespace kilofold {

/// A key of the study's identity under which a file and this run disagree.
struct Difference {
  std::string key;    ///< dotted, e.g. data.sha256
  std::string there;  ///< in the file, as JSON; "nothing" when absent
  std::string here;
};

/// Compare two canonical JSON texts in all that every cell depends on: everything but models, cv.seeds and cv.folds,
/// whose growth keeps the cells there are. Errors    FormatError when `there` is not JSON
std::vector<Difference> differences(const std::string& there, const std::string& here);

/// The refusal to write into another study's file.
InputError other_study(const std::string& path, const std::vector<Difference>& differences);

/// The refusal to mix two numerics for one trial.
InputError other_numerics(const std::string& path, const std::string& model, const std::string& there,
                          const std::string& here);

/// The refusal to publish a study over cells of trials or seeds that it does not have.
InputError cells_in_the_way(const std::string& path, std::int64_t cells, const std::string& text);

}  // namespace kilofold
