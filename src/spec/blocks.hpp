// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "axes.hpp"
#include "kilofold/spec.hpp"
#include "yaml_tree.hpp"

namespace kilofold::spec {

/// Reads the blocks of one entry of `models:`: mappings of parameters to axes. Nothing is returned after a problem.
class BlockReader {
 public:
  BlockReader(const ModelSchema& model, std::vector<std::string> features, Place entry, ValueBudget& budget,
              Problems& problems)
      : model_(model), features_(std::move(features)), entry_(std::move(entry)), budget_(budget), problems_(problems) {}

  /// The product of the axes written; `written` and `zip`, the entry's own, may be null.
  std::optional<ParameterBlock> grid(const YamlNode* written, const YamlNode* zip);
  /// `trials` draws from the spaces written.
  std::optional<ParameterBlock> random(const YamlNode& written, std::int64_t trials);
  /// One value a parameter. `tune`, which may stand among them, is the caller's.
  std::optional<ParameterBlock> published(const YamlNode& written);

 private:
  void check_names(const YamlNode& written, std::span<const std::string> besides);
  void refuse_parameter(const YamlEntry& entry);
  void read_preset(const YamlNode& written);
  std::optional<ParameterAxis> axis(const ParameterSchema& schema, const YamlNode& node, Repeats repeats);
  ParameterAxis default_axis(const ParameterSchema& schema) const;
  std::vector<ParameterFactor> zips(const YamlNode& node, const YamlNode* written);
  std::optional<ParameterFactor> zip(const YamlNode& node, const YamlNode* written);
  std::optional<ParameterBlock> assembled(std::vector<ParameterFactor> factors);

  const ModelSchema& model_;
  std::vector<std::string> features_;
  Place entry_;
  ValueBudget& budget_;
  Problems& problems_;
  const PresetSchema* preset_ = nullptr;
  std::vector<std::string> failed_;  ///< parameters of the block at hand that were written and refused
  std::vector<std::string> zipped_;  ///< of the block at hand
};

}  // namespace kilofold::spec
