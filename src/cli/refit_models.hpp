// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include "cli/refit.hpp"
#include "kilofold/core/error.hpp"
#include "kilofold/models.hpp"

/// The models' refits, and how they read a trial.
namespace kilofold::cli {

inline constexpr double eps = std::numeric_limits<double>::epsilon();

/// A trial's parameters as the file's table tells them.
class TrialValues {
 public:
  explicit TrialValues(const StoredFit& fit) : fit_(fit) {}

  bool has(const std::string& name) const;
  /// A number; `none` is infinite.
  double number(const std::string& name) const;
  /// One number, or one a feature, each in a column of its own.
  std::vector<double> numbers(const std::string& name) const;
  const std::string& word(const std::string& name) const;
  /// Is it a word, of a parameter that takes numbers too?
  bool is_word(const std::string& name) const;
  /// The enumerator that a category stands for: categories are listed in the enumeration's order.
  template <class Enum> Enum choice(const std::string& name) const { return static_cast<Enum>(category(name)); }
  /// The rows that scale the features.
  std::vector<std::int32_t> feature_rows() const;

 private:
  const TrialColumn& column(const std::string& name) const;
  std::int64_t category(const std::string& name) const;

  const StoredFit& fit_;
};

/// A fit that no reference can be asked about.
Refit not_judged(const std::string& reason);

/// Largest |y| of the training rows.
double largest_target(const StoredFit& fit);

/// gamma as written, a number, or by the rule that its word names.
double gamma_of(const StoredFit& fit, const TrialValues& trial);

Refit refit_tree(const StoredFit& fit);
Refit refit_forest(const StoredFit& fit);
Refit refit_adaboost(const StoredFit& fit);
Refit refit_gradient_boosting(const StoredFit& fit);
Refit refit_svr(const StoredFit& fit);

}  // namespace kilofold::cli
