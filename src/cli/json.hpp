// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "kilofold/execute.hpp"
#include "kilofold/plan.hpp"
#include "kilofold/report.hpp"
#include "kilofold/store.hpp"

/// What `--json` prints: one document a command, keys as in docs/cli.md, null for what is missing.
namespace kilofold::cli {

std::string problems_json(const std::vector<Problem>& problems);
/// `asked`: the device as --device or the spec names it; `device`: what that takes.
std::string plan_json(const Plan& plan, const Spec& spec, double file_bytes, const std::string& asked,
                      const Device& device);
std::string status_json(const StudyReader& study, const std::string& file);
std::string trial_json(const StudyReader& study, ModelId model, std::int64_t trial);
std::string importance_json(const StudyReader& study);
std::string comparison_json(const StudyReader& study, const CompareOptions& options);
std::string fold_gap_json(const StudyReader& first, const StudyReader& second);

}  // namespace kilofold::cli
