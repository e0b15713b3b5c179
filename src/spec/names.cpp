// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "names.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "grammar.hpp"
#include "kilofold/core/text.hpp"

namespace kilofold {
namespace {

/// ASCII only: std::tolower would ask the locale.
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same_letter(char a, char b) { return lower(a) == lower(b); }

}  // namespace

namespace spec {

std::string joined(std::span<const std::string> names) { return fmt::format("{}", fmt::join(names, ", ")); }

std::string suggestion(std::string_view typed, std::span<const std::string> legal) {
  if (const auto nearest = closest_name(typed, legal)) return fmt::format("did you mean '{}'?", *nearest);
  return legal.empty() ? std::string() : "legal here: " + joined(legal);
}

void check_keys(const YamlNode& mapping, std::string_view where, std::span<const std::string> legal,
                Problems& problems) {
  const std::string prefix = where.empty() ? "" : fmt::format("{}: ", where);
  for (const YamlEntry& entry : mapping.entries) {
    if (std::ranges::find(legal, entry.key) != legal.end()) continue;
    const std::string_view translation = foreign_key(where, entry.key);
    problems.add(entry.key_at, fmt::format("{}unknown key '{}'", prefix, entry.key), {},
                 translation.empty() ? suggestion(entry.key, legal) : std::string(translation));
  }
}

const YamlNode* require(const YamlNode& mapping, std::string_view where, std::string_view key, std::string_view hint,
                        Problems& problems) {
  if (const YamlNode* value = mapping.find(key)) return value;
  const std::vector<std::string> wanted = {std::string(key)};
  const auto mistyped = [&](const YamlEntry& entry) { return closest_name(entry.key, wanted).has_value(); };
  // A mistyped key has been reported as such; that it is missing too would be the same news twice.
  if (std::any_of(mapping.entries.begin(), mapping.entries.end(), mistyped)) return nullptr;
  const std::string prefix = where.empty() ? "" : fmt::format("{}: ", where);
  problems.add(mapping.at, fmt::format("{}missing key '{}'", prefix, key), {}, std::string(hint));
  return nullptr;
}

bool same_but_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), same_letter);
}

bool is_name(std::string_view text) {
  const auto legal = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' ||
           c == '-';
  };
  return std::all_of(text.begin(), text.end(), legal) && text.find_first_not_of('.') != std::string_view::npos;
}

}  // namespace spec
}  // namespace kilofold
