// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "kilofold/store.hpp"

namespace kilofold::cli {

struct FoundTrial {
  ModelId model;
  std::int64_t trial;
};

/// Which trial of a model stands for it.
enum class Of { best, as_published };

/// The trial a user names: by model entry (its best by mean rmse, or that of its published setting), or by the
/// beginning of its id.
///
/// Errors    InputError when no trial, or more than one, is meant, or the model has no published setting; the nearest
/// model's name is suggested
FoundTrial find_trial(const StudyReader& study, const std::string& wanted, Of of = Of::best);

}  // namespace kilofold::cli
