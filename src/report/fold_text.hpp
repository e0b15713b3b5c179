// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "kilofold/store.hpp"

/// Which folds the numbers are about.
namespace kilofold::report {

/// "kfold, 5 folds, shuffled by 10 seeds (0 to 9); features zscore, fitted on the training rows; target zscore"
std::string fold_text(const Preparation& made, const std::vector<std::int32_t>& folds,
                      const std::vector<std::int64_t>& seeds);

/// Two lines for a terminal: that, and the warning below.
std::string fold_lines(const std::string& folds, double shared);

/// What folds that part a group's rows do to the numbers, and what to do about it; empty where they part none.
/// `shared`: see shared_groups.
std::string shared_groups_text(double shared);

}  // namespace kilofold::report
