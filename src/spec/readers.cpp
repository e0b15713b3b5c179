// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "readers.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "kilofold/core/text.hpp"
#include "scalars.hpp"

namespace kilofold::spec {

bool is_mapping(const YamlNode& node, std::string_view what, Problems& problems) {
  if (node.is_mapping()) return true;
  problems.add(node.at, fmt::format("{}: expected keys with values, got {}", what, quoted(node)));
  return false;
}

bool has_keys_of(const YamlNode& node, std::string_view section, Problems& problems) {
  if (!is_mapping(node, section.empty() ? "spec" : section, problems)) return false;
  check_keys(node, section, keys_of(section), problems);
  return true;
}

std::optional<std::size_t> read_word(const YamlNode& node, std::string_view what, const std::vector<std::string>& words,
                                     Problems& problems) {
  const auto found = std::ranges::find(words, node.text);
  if (node.is_scalar() && found != words.end()) return static_cast<std::size_t>(found - words.begin());
  const std::string legal = (words.size() > 1 ? "one of " : "") + joined(words);
  const auto translated = std::ranges::find(words, foreign_word(what, node.text));
  const auto nearest = translated != words.end() ? std::optional(*translated) : closest_name(node.text, words);
  problems.add(node.at, fmt::format("{}: expected {}, got {}", what, legal, quoted(node)), {},
               nearest ? fmt::format("did you mean '{}'?", *nearest) : std::string());
  return std::nullopt;
}

std::optional<std::size_t> read_word(const YamlNode& node, const Key& key, Problems& problems) {
  return read_word(node, key.path, key.words, problems);
}

std::vector<std::size_t> read_words(const YamlNode& node, const Key& key, Problems& problems) {
  if (node.is_sequence() && node.items.empty()) {
    problems.add(node.at, fmt::format("{}: the list is empty", key.path), {}, "leave the key out to take the default");
  }
  std::vector<std::size_t> words;
  const auto read = [&](const YamlNode& item) {
    const auto word = read_word(item, key, problems);
    if (word && std::ranges::find(words, *word) == words.end()) words.push_back(*word);
    return word.has_value();
  };
  if (!node.is_sequence()) return read(node) ? words : std::vector<std::size_t>();
  bool sound = true;
  for (const YamlPtr& item : node.items) sound = read(*item) && sound;
  return sound ? words : std::vector<std::size_t>();
}

std::optional<bool> read_boolean(const YamlNode& node, const Key& key, Problems& problems) {
  if (node.kind == YamlNode::Kind::plain && node.text == "true") return true;
  if (node.kind == YamlNode::Kind::plain && node.text == "false") return false;
  problems.add(node.at, fmt::format("{}: expected true or false, got {}", key.path, quoted(node)));
  return std::nullopt;
}

std::optional<double> read_number(const YamlNode& node, const Key& key, Problems& problems) {
  if (node.is_scalar() || node.kind == YamlNode::Kind::null) {
    ValueBudget one;
    const std::vector<double> values = read_axis(node, as_parameter(key), one, problems);
    return values.empty() ? std::nullopt : std::optional(values.front());
  }
  problems.add(node.at, fmt::format("{}: expected {}, got {}", key.path, expected(key), quoted(node)));
  return std::nullopt;
}

std::vector<double> read_integers(const YamlNode& node, const Key& key, ValueBudget& budget, Problems& problems) {
  return read_axis(node, as_parameter(key), budget, problems);
}

ColumnName read_column(const YamlNode& node, const std::string& what, Problems& problems) {
  static const std::vector<std::string> keys = {"column", "label", "units"};
  ColumnName name;
  name.place = node.at.place();
  if (!node.is_mapping()) {
    name.column = read_text(node, what, problems).value_or("");
    return name;
  }
  check_keys(node, what, keys, problems);
  if (const YamlNode* column = require(node, what, "column", "name the header in the CSV file", problems)) {
    name.place = column->at.place();
    name.column = read_text(*column, what + ".column", problems).value_or("");
  }
  if (const YamlNode* label = node.find("label"))
    name.label = read_text(*label, what + ".label", problems).value_or("");
  if (const YamlNode* units = node.find("units"))
    name.units = read_text(*units, what + ".units", problems).value_or("");
  return name;
}

}  // namespace kilofold::spec
