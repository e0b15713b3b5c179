// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "syntax_problems.hpp"

#include <fmt/format.h>
#include <yaml-cpp/exceptions.h>

#include <algorithm>
#include <array>

namespace kilofold::spec {
namespace {

struct Rewording {
  std::string_view yaml_message;
  std::string_view message;
  std::string_view reason;
  std::string_view hint;
};

const std::array<Rewording, 9> rewordings = {{
    {YAML::ErrorMsg::END_OF_SEQ_FLOW, "this bracket is never closed", "", "close it, and put commas between items"},
    {YAML::ErrorMsg::END_OF_MAP_FLOW, "this bracket is never closed", "", "close it, and put commas between items"},
    {YAML::ErrorMsg::FLOW_END, "this bracket closes none of its kind", "", "check the bracket that was opened last"},
    {YAML::ErrorMsg::EOF_IN_SCALAR, "the text ends inside quotes", "", "close the last quote"},
    {YAML::ErrorMsg::MAP_VALUE, "unexpected ':'", "a value cannot hold ': ', and one line holds one key",
     "quote the value, or check the indentation of this line and the one above"},
    {YAML::ErrorMsg::UNKNOWN_TOKEN, "a value cannot begin with this character", "", "quote the value"},
    {YAML::ErrorMsg::END_OF_MAP, "unexpected text",
     "it continues neither the value before it nor the mapping around it", "check quotes and indentation"},
    {YAML::ErrorMsg::END_OF_SEQ, "unexpected text", "it continues neither the item before it nor the list around it",
     "check quotes and indentation"},
    {YAML::ErrorMsg::UNKNOWN_ANCHOR, "no anchor of this name comes before", "",
     "define it as &name, or quote a value that begins with '*'"},
}};

/// The offset of a tab among the blanks that the line of `at` begins with, or npos.
std::size_t tab_in_indentation(const std::string& text, std::size_t at) {
  const std::size_t line = at == 0 ? 0 : text.rfind('\n', at - 1) + 1;
  const std::size_t first = text.find_first_not_of(' ', line);
  return first != std::string::npos && first <= at && text[first] == '\t' ? first : std::string::npos;
}

}  // namespace

void add_syntax_problem(const std::string& yaml_message, const Stretch& at, std::optional<Stretch> bracket,
                        Problems& problems) {
  const std::size_t tab = tab_in_indentation(at.source->text(), at.begin);
  if (tab != std::string::npos) {
    problems.add({at.source, tab, tab + 1}, "a tab in the indentation", "YAML indents by spaces only", "use spaces");
    return;
  }
  const auto found = std::find_if(rewordings.begin(), rewordings.end(),
                                  [&](const Rewording& row) { return row.yaml_message == yaml_message; });
  if (found == rewordings.end()) {
    problems.add(at, fmt::format("not valid YAML: {}", yaml_message));
    return;
  }
  const bool unclosed =
      yaml_message == YAML::ErrorMsg::END_OF_SEQ_FLOW || yaml_message == YAML::ErrorMsg::END_OF_MAP_FLOW;
  problems.add(unclosed ? bracket.value_or(at) : at, std::string(found->message), std::string(found->reason),
               std::string(found->hint));
}

}  // namespace kilofold::spec
