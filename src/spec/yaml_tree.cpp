// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "yaml_tree.hpp"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <optional>
#include <sstream>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "syntax_problems.hpp"
#include "text_check.hpp"

namespace kilofold::spec {
namespace {

/// Thrown out of the event handler when a limit ends the parse; the problem is already recorded.
struct LimitReached {};

/// Builds the tree from yaml-cpp's events.
class TreeBuilder final : public YAML::EventHandler {
 public:
  TreeBuilder(const SourceText& source, Problems& problems) : source_(source), problems_(problems) {}

  YamlPtr root() const { return root_; }
  /// Where the innermost bracket or brace stands that is open so far.
  std::optional<Stretch> innermost_bracket() const;
  std::size_t offset(const YAML::Mark& mark) const {
    return std::min(static_cast<std::size_t>(std::max(mark.pos, 0)), source_.text().size());
  }

  void OnDocumentStart(const YAML::Mark& mark) override;
  void OnDocumentEnd() override { ++documents_; }
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override;
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override;
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override;
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(YamlNode::Kind::sequence, mark, tag, anchor);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(YamlNode::Kind::mapping, mark, tag, anchor);
  }
  void OnMapEnd() override { close(); }

 private:
  /// A container whose end has not come yet. In a mapping, children are keys and values in turn.
  struct Open {
    std::shared_ptr<YamlNode> node;
    YAML::anchor_t anchor;
    bool value_next = false;
    bool key_refused = false;
    YamlEntry entry = {};
    std::unordered_set<std::string> keys = {};
  };

  Stretch stretch(std::size_t begin, std::size_t length) const { return {&source_, begin, begin + length}; }
  [[noreturn]] void stop(const Stretch& at, std::string message, std::string hint) {
    problems_.add(at, std::move(message), {}, std::move(hint));
    throw LimitReached();
  }

  void open(YamlNode::Kind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor);
  void close();
  void finish(std::shared_ptr<YamlNode> node, YAML::anchor_t anchor);
  void attach(YamlPtr child, const Stretch& at);
  void take_key(Open& mapping, const YamlNode& key, const Stretch& at);
  void count(std::int64_t nodes, const Stretch& at);
  std::size_t skip_properties(std::size_t at, const std::string& tag);

  const SourceText& source_;
  Problems& problems_;
  YamlPtr root_;
  std::vector<Open> stack_;
  std::unordered_map<YAML::anchor_t, YamlPtr> anchors_;
  std::int64_t nodes_ = 0;
  int documents_ = 0;
};

std::optional<Stretch> TreeBuilder::innermost_bracket() const {
  for (auto open = stack_.rbegin(); open != stack_.rend(); ++open) {
    const std::size_t at = open->node->at.begin;
    if (source_.text().compare(at, 1, "[") == 0 || source_.text().compare(at, 1, "{") == 0) return stretch(at, 1);
  }
  return std::nullopt;
}

void TreeBuilder::OnDocumentStart(const YAML::Mark& mark) {
  if (documents_ == 0) return;
  const std::size_t at = offset(mark);
  if (source_.text().compare(at, 3, "---") == 0) {
    stop(stretch(at, 3), "a second document begins here",
         "a spec is one document: put each study into a file of its own");
  }
  stop(stretch(at, 1), "this line belongs to nothing above it", "align it with the keys of the mapping it is part of");
}

void TreeBuilder::OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) {
  const std::size_t begin = offset(mark);
  const std::string& text = source_.text();
  const bool key = !stack_.empty() && stack_.back().node->is_mapping() && !stack_.back().value_next;
  auto node = std::make_shared<YamlNode>();
  // yaml-cpp places an empty value at whatever comes next, so the key or the list stands in for it.
  if (text.compare(begin, 1, "~") == 0) {
    node->at = stretch(begin, 1);
  } else if (text.compare(begin, 4, "null") == 0 || text.compare(begin, 4, "Null") == 0 ||
             text.compare(begin, 4, "NULL") == 0) {
    node->at = stretch(begin, 4);
  } else if (key || stack_.empty()) {
    node->at = stretch(begin, 1);
  } else {
    node->at = stack_.back().node->is_mapping() ? stack_.back().entry.key_at : stack_.back().node->at;
  }
  finish(std::move(node), anchor);
}

void TreeBuilder::OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) {
  const Stretch at = stretch(offset(mark), 1);
  const auto found = anchors_.find(anchor);
  if (found == anchors_.end()) stop(at, "the alias stands inside its own anchor", "write the value out");
  const YamlPtr& target = found->second;
  if (static_cast<int>(stack_.size()) + target->height > max_depth) {
    stop(at, fmt::format("nested deeper than {} through aliases", max_depth), "write the value out");
  }
  count(target->expanded, at);
  attach(target, at);
}

void TreeBuilder::OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                           const std::string& value) {
  const std::size_t begin = skip_properties(offset(mark), tag);
  const std::string& text = source_.text();
  auto node = std::make_shared<YamlNode>();
  node->kind = tag == "!" ? YamlNode::Kind::quoted : YamlNode::Kind::plain;
  node->at = stretch(begin, value.size());
  node->text = value;
  if (begin < text.size() && (text[begin] == '"' || text[begin] == '\'')) {
    const std::size_t end = end_of_quoted(text, begin);
    if (end == std::string::npos) stop(stretch(begin, 1), "this quote is never closed", "close it on the same line");
    node->at.end = end;
  }
  finish(std::move(node), anchor);
}

void TreeBuilder::open(YamlNode::Kind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
  auto node = std::make_shared<YamlNode>();
  node->kind = kind;
  node->height = 1;
  node->at = stretch(skip_properties(offset(mark), tag), 1);
  if (static_cast<int>(stack_.size()) == max_depth) {
    stop(node->at, fmt::format("nested deeper than {}", max_depth), "no study needs more than a handful of levels");
  }
  stack_.push_back({std::move(node), anchor});
}

void TreeBuilder::close() {
  const Open done = std::move(stack_.back());
  stack_.pop_back();
  finish(done.node, done.anchor);
}

/// A node is whole: remember it under its anchor and hand it to its parent.
void TreeBuilder::finish(std::shared_ptr<YamlNode> node, YAML::anchor_t anchor) {
  count(1, node->at);
  if (anchor != YAML::NullAnchor) anchors_[anchor] = node;
  const Stretch at = node->at;
  attach(std::move(node), at);
}

void TreeBuilder::attach(YamlPtr child, const Stretch& at) {
  if (stack_.empty()) {
    root_ = std::move(child);
    return;
  }
  Open& parent = stack_.back();
  YamlNode& node = *parent.node;
  if (node.is_mapping() && !parent.value_next) {
    take_key(parent, *child, at);
    return;
  }
  node.expanded += child->expanded;
  node.height = std::max(node.height, child->height + 1);
  if (node.is_sequence()) {
    node.items.push_back(std::move(child));
    return;
  }
  parent.value_next = false;
  if (parent.key_refused) return;
  parent.entry.value = std::move(child);
  node.entries.push_back(std::move(parent.entry));
}

void TreeBuilder::take_key(Open& mapping, const YamlNode& key, const Stretch& at) {
  mapping.value_next = true;
  mapping.key_refused = true;
  mapping.entry = {key.text, at, nullptr};
  if (!key.is_scalar()) {
    problems_.add(at, "a key must be plain text", {}, "write `key: value`");
  } else if (key.text == "<<") {
    problems_.add(at, "merge keys '<<' are not supported", {}, "write the keys out, or repeat a value with an alias");
  } else if (!mapping.keys.insert(key.text).second) {
    problems_.add(at, fmt::format("duplicate key '{}'", key.text), "only one of the two values could be meant",
                  "remove one of them");
  } else {
    mapping.key_refused = false;
  }
}

void TreeBuilder::count(std::int64_t nodes, const Stretch& at) {
  nodes_ += nodes;
  if (nodes_ > max_nodes) {
    stop(at, fmt::format("more than {} values, aliases counted at every use", max_nodes),
         "describe a long list by a generator such as {from: 1, to: 100}");
  }
}

/// The offset of a node's content, after its anchor. Refuses tags: what a value means is the spec's affair.
std::size_t TreeBuilder::skip_properties(std::size_t at, const std::string& tag) {
  const std::string& text = source_.text();
  const std::size_t begin = at;
  bool tagged = tag != "?" && tag != "!" && !tag.empty();
  while (at < text.size() && (text[at] == '&' || text[at] == '!')) {
    tagged = tagged || text[at] == '!';
    const std::size_t after = text.find_first_of(" \t\r\n", at);
    at = std::min(text.find_first_not_of(" \t\r\n", after), text.size());
  }
  if (tagged)
    problems_.add(stretch(begin, at - begin), "tags are not supported", {}, "remove the '!...' before the value");
  return at;
}

}  // namespace

const YamlNode* YamlNode::find(std::string_view key) const {
  const auto found = std::find_if(entries.begin(), entries.end(), [&](const YamlEntry& e) { return e.key == key; });
  return found == entries.end() ? nullptr : found->value.get();
}

YamlPtr parse_yaml(const SourceText& source, Problems& problems, std::size_t from) {
  if (!check_text(source, problems)) return nullptr;
  std::string text = source.text();
  // Blanks instead of a cut keep yaml-cpp's offsets those of the source.
  std::fill_n(text.begin(), from, ' ');
  std::istringstream stream(text);
  TreeBuilder builder(source, problems);
  try {
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const LimitReached&) {
    return nullptr;
  } catch (const YAML::Exception& error) {
    const std::size_t at = builder.offset(error.mark);
    add_syntax_problem(error.msg, {&source, at, at + 1}, builder.innermost_bracket(), problems);
    return nullptr;
  }
  if (!builder.root() && from == 0) {
    problems.add({&source, 0, 1}, "the text is empty", {}, "see docs/spec.md for a study to start from");
  }
  return builder.root();
}

}  // namespace kilofold::spec
