// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "axes.hpp"

namespace kilofold::spec {

/// What one number, or one point of a list, is drawn from.
struct Space {
  enum class Kind {
    points,              ///< one of a list, each equally likely
    uniform,             ///< in [low, high)
    log_uniform_values,  ///< likewise in the logarithm; low and high are values, not exponents
    int_uniform,         ///< whole numbers from low to high, both included
  };

  Kind kind = Kind::points;
  Points points;
  double low = 0;
  double high = 0;
};

/// One parameter of a random search: one space, or one a feature.
struct SearchAxis {
  std::string name;
  std::vector<Space> spaces;

  std::int32_t width() const {
    return spaces.size() > 1 ? static_cast<std::int32_t>(spaces.size()) : spaces.front().points.width;
  }
  /// Only one value can be drawn.
  bool is_fixed() const;
  bool is_of_lists() const;  ///< no distribution among them
};

/// Read the space of a parameter: a distribution, {ard: ...} of distributions, or an axis to choose from. Nothing after
/// adding a problem.
std::optional<SearchAxis> read_search_axis(const YamlNode& node, const ParameterSchema& schema,
                                           std::span<const std::string> features, ValueBudget& budget,
                                           Problems& problems);

/// The first n distinct draws of several parameters, one Points an axis; fewer where the spaces seem to hold no more.
///
/// A draw is a pure function of the model, the parameter, its space and the number of the draw: more trials keep the
/// ones before, and another parameter changes nothing.
std::vector<Points> draw_trials(const std::string& model, const std::vector<SearchAxis>& axes, std::int64_t n);

}  // namespace kilofold::spec
