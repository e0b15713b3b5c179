// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/options.hpp"
#include "kilofold/data.hpp"
#include "kilofold/models.hpp"
#include "kilofold/plan.hpp"
#include "kilofold/store.hpp"

namespace kilofold::cli {

/// A study as read: valid, whole, nothing computed.
struct Study {
  Spec spec;
  Dataset data;
};

/// Read spec and data.
///
/// Errors    InputError with every problem of both; of the data alone what can be told without a sound `data` section;
///           where the results could not be written to their path
Study read_study(const Options& options);

/// What the results file records of a study besides its cells.
/// `overrides` are kept as attributes, since the spec's text is kept as the file has it.
StudyHeader header(const Study& study, const Plan& plan, const Device& device, std::span<const Override> overrides);

/// The study's plan by either cost table.
std::function<Plan(PricedFor)> plans_of(const Study& study, const Switches& switches);

/// "fired: depth_prefix; off: none"; before it "priced for cuda; ", where it is.
std::string rules_line(const Plan& plan);

}  // namespace kilofold::cli
