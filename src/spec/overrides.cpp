// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "overrides.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "scalars.hpp"

namespace kilofold::spec {
namespace {

/// The steps of a dotted path, each with its place.
std::vector<YamlEntry> split_path(const SourceText& source, std::size_t key_length) {
  std::vector<YamlEntry> steps;
  for (std::size_t begin = 0; begin <= key_length;) {
    const std::size_t end = std::min(source.text().find('.', begin), key_length);
    steps.push_back({source.text().substr(begin, end - begin), {&source, begin, end}, nullptr});
    begin = end + 1;
  }
  return steps;
}

/// Thrown when a path leads nowhere; the problem is already recorded.
struct NoSuchPlace {};

/// Rebuilds the nodes along one path.
class Replacement {
 public:
  Replacement(std::vector<YamlEntry> steps, YamlPtr value, Problems& problems)
      : steps_(std::move(steps)), value_(std::move(value)), problems_(problems) {}

  YamlPtr below(const YamlNode* node, std::size_t depth) const;

 private:
  void replace_item(YamlNode& list, std::size_t depth) const;
  void replace_entry(YamlNode& mapping, std::size_t depth) const;
  [[noreturn]] void fail(std::size_t depth, std::string message, std::string hint) const {
    problems_.add(steps_[depth].key_at, std::move(message), {}, std::move(hint));
    throw NoSuchPlace();
  }

  std::vector<YamlEntry> steps_;
  YamlPtr value_;
  Problems& problems_;
};

/// The node with the value put in at the steps from `depth` on; mappings that are not there yet are made.
YamlPtr Replacement::below(const YamlNode* node, std::size_t depth) const {
  if (depth == steps_.size()) return value_;
  auto changed = std::make_shared<YamlNode>();
  if (node && node->kind != YamlNode::Kind::null) {
    *changed = *node;
  } else {
    changed->kind = YamlNode::Kind::mapping;
    changed->at = steps_[depth].key_at;
  }
  if (changed->is_sequence()) {
    replace_item(*changed, depth);
  } else if (changed->is_mapping()) {
    replace_entry(*changed, depth);
  } else {
    fail(depth, fmt::format("'{}' has no keys: it is {}", steps_[depth - 1].key, quoted(*node)), "set it as a whole");
  }
  return changed;
}

void Replacement::replace_item(YamlNode& list, std::size_t depth) const {
  const std::string& step = steps_[depth].key;
  std::size_t index = 0;
  const auto [end, error] = std::from_chars(step.data(), step.data() + step.size(), index);
  if (error != std::errc() || end != step.data() + step.size() || index >= list.items.size()) {
    fail(depth, fmt::format("no item '{}' in a list of {}", step, list.items.size()), "items count from 0");
  }
  list.items[index] = below(list.items[index].get(), depth + 1);
}

void Replacement::replace_entry(YamlNode& mapping, std::size_t depth) const {
  const YamlEntry& step = steps_[depth];
  if (step.key.empty()) fail(depth, "a key is missing between dots", "write --set models.0.parameters.alpha=1");
  const auto found = std::find_if(mapping.entries.begin(), mapping.entries.end(),
                                  [&](const YamlEntry& entry) { return entry.key == step.key; });
  if (found != mapping.entries.end()) {
    *found = {step.key, step.key_at, below(found->value.get(), depth + 1)};
  } else {
    mapping.entries.push_back({step.key, step.key_at, below(nullptr, depth + 1)});
  }
}

}  // namespace

YamlPtr apply_override(const YamlPtr& root, const SourceText& source, std::size_t key_length, Problems& problems) {
  if (!root->is_mapping()) return root;  // refused by whoever reads the study
  std::vector<YamlEntry> steps = split_path(source, key_length);
  if (static_cast<int>(steps.size()) > max_depth) {
    problems.add({&source, 0, key_length}, fmt::format("nested deeper than {}", max_depth));
    return root;
  }
  const bool empty = source.text().find_first_not_of(' ', key_length + 1) == std::string::npos;
  if (empty) problems.add({&source, 0, key_length}, "no value after '='", {}, "write --set key=value");
  const YamlPtr value = empty ? nullptr : parse_yaml(source, problems, key_length + 1);
  if (!value) return root;
  try {
    return Replacement(std::move(steps), value, problems).below(root.get(), 0);
  } catch (const NoSuchPlace&) {
    return root;
  }
}

}  // namespace kilofold::spec
