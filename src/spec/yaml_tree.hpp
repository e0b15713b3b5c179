// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "problems.hpp"

namespace kilofold::spec {

struct YamlNode;
using YamlPtr = std::shared_ptr<const YamlNode>;

/// One key of a mapping with its value.
struct YamlEntry {
  std::string key;
  Stretch key_at;
  YamlPtr value;
};

/// A value of the YAML text. Scalars stay text: what they mean is decided by who reads them.
///
/// An alias shares the anchored node, so a walk may visit a node several times; `expanded` bounds the visits.
struct YamlNode {
  enum class Kind { null, plain, quoted, sequence, mapping };

  Kind kind = Kind::null;
  Stretch at;  ///< of an empty value: its key
  std::string text;
  std::vector<YamlPtr> items;
  std::vector<YamlEntry> entries;  ///< in the order written, keys distinct
  std::int64_t expanded = 1;       ///< nodes from here down, aliases counted at every use
  int height = 0;                  ///< containers from here down; 0 for a scalar

  bool is_scalar() const { return kind == Kind::plain || kind == Kind::quoted; }
  bool is_mapping() const { return kind == Kind::mapping; }
  bool is_sequence() const { return kind == Kind::sequence; }
  /// The value of a key, or null.
  const YamlNode* find(std::string_view key) const;
};

inline constexpr std::size_t max_text_bytes = 1u << 20;
inline constexpr int max_depth = 32;
inline constexpr std::int64_t max_nodes = 100'000;

/// Parse one YAML 1.2 document, bytes before `from` left out.
///
/// Refuses what YAML allows and a study must not mean: duplicate keys, merge keys, tags, a second document, no
/// document, aliases of their own parents, nesting and sizes beyond the limits above, text that is not UTF-8. Returns
/// the root, or null when the text has no tree; problems are added either way
YamlPtr parse_yaml(const SourceText& source, Problems& problems, std::size_t from = 0);

}  // namespace kilofold::spec
