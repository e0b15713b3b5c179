// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <unordered_set>

#include "axes.hpp"

namespace kilofold::spec {

/// Reads the points of one axis; read_points for one parameter.
class AxisReader {
 public:
  AxisReader(const ParameterSchema& schema, std::span<const std::string> features, Repeats repeats, ValueBudget& budget,
             Problems& problems)
      : schema_(schema), features_(features), repeats_(repeats), budget_(budget), problems_(problems) {}

  void read(const YamlNode& node);
  Points points() { return sound_ ? Points{std::move(values_), width_} : Points{}; }

 private:
  void item(const YamlNode& node);
  void list(const YamlNode& node);
  void scalar(const YamlNode& node);
  void category(const YamlNode& node);
  void vector(const YamlNode& node);
  void ard(const YamlNode& node);
  void keep_product(const std::vector<std::vector<double>>& axes, const YamlNode& node);
  void generator(const YamlNode& node);
  void spaced(const std::string& kind, const YamlNode& ends);
  void from_to(const YamlNode& node);
  void unknown_generator(const YamlNode& node);

  bool holds_vectors(const YamlNode& node) const;
  std::optional<double> finite(const YamlNode& node, std::string_view what);
  std::optional<double> member(const YamlNode& node, std::string_view key);
  bool affordable(double n, const YamlNode& node);
  void keep_all(const std::vector<double>& generated, const YamlNode& node);
  void keep(double value);
  void keep(std::span<const double> point);
  bool legal(double value) const;
  void refuse(const YamlNode& node, std::string message, std::string reason = {}, std::string hint = {});

  const ParameterSchema& schema_;
  std::span<const std::string> features_;
  Repeats repeats_;
  ValueBudget& budget_;
  Problems& problems_;
  std::int32_t width_ = 1;
  std::vector<double> values_;
  std::unordered_set<double> seen_;
  std::unordered_set<std::string> seen_points_;  ///< the bytes of points of more than one number
  bool sound_ = true;
};

}  // namespace kilofold::spec
