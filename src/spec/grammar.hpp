// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kilofold/spec.hpp"
#include "names.hpp"

/// The keys of grammar v1 as one table: parser, JSON Schema and docs/spec.md read the same rows.
namespace kilofold::spec {

/// What the value of a key is.
enum class Takes {
  text,       ///< any scalar
  name,       ///< letters, digits, '_', '-', '.'
  word,       ///< one of `words`
  words,      ///< one of `words`, or a list of them
  word_list,  ///< a list of `words`
  boolean,    ///< true or false
  number,     ///< within the range
  integer,    ///< likewise
  integers,   ///< an axis of integers
  column,     ///< a header of the table, or {column, label, units}
  columns,    ///< a list of those
  duration,   ///< 30, 30s, 5m, 1h
  device,     ///< auto, cpu, cuda, cuda:K
  version,    ///< 1
  section,    ///< a mapping whose keys have rows of their own
  sections,   ///< a list of such mappings
  own,        ///< a form of its own, read and described by hand
};

struct Key {
  std::string path;  ///< dotted, such as cv.folds; keys of a list's mappings as models.name
  Takes takes = Takes::text;
  std::string fallback;  ///< as docs/spec.md names it; "required" where there is none
  std::string help;
  std::vector<std::string> words = {};
  double minimum = -std::numeric_limits<double>::infinity();
  double maximum = std::numeric_limits<double>::infinity();
  bool minimum_allowed = true;

  bool required() const { return fallback == "required"; }
  std::string_view leaf() const;     ///< "folds"
  std::string_view section() const;  ///< "cv"; empty at the top
};

std::span<const Key> all_keys();
const Key& key(std::string_view path);

/// The keys of one mapping, in the order of the table. `section` is empty at the top.
std::vector<std::string> keys_of(std::string_view section);

/// What a key takes, in words: "one of a, b", "an integer >= 2".
std::string expected(const Key& key);

/// A numeric key as the schema of a parameter, so that both are read and described alike.
ParameterSchema as_parameter(const Key& key);

/// What to write instead of a key that other tools have; empty for one that none has.
std::string_view foreign_key(std::string_view section, std::string_view typed);

/// The word that a key has for what other tools call `typed`; empty for one that none has.
std::string_view foreign_word(std::string_view key, std::string_view typed);

}  // namespace kilofold::spec
