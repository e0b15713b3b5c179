// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include "kilofold/store.hpp"

namespace kilofold {

/// What a file says of a study beside its cells and how they were made: names, units, metrics, references and all else
/// that a spec may change without a number changing. By a name in the spec's words; equal maps, equal files.
std::map<std::string, std::string> statements(const StudyHeader& study);

/// Names of statements that two headers do not share; "spec" only where its text alone differs.
std::vector<std::string> differing_statements(const StudyHeader& there, const StudyHeader& here);

/// `study` with the attributes of `file` that tell how its cells were made: version, host, device, rules, ...
StudyHeader made_as(const StudyHeader& file, StudyHeader study);

}  // namespace kilofold
