// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "kilofold/core/error.hpp"

namespace kilofold::spec {

/// A text that the user wrote: turns byte offsets into lines and columns. Columns count characters, not bytes.
class SourceText {
 public:
  SourceText(std::string file, std::string text);
  /// One of the command line's `--set KEY=VALUE`: places in it have no line, and its words for a file.
  explicit SourceText(const std::string& set);
  SourceText(const SourceText&) = delete;
  SourceText& operator=(const SourceText&) = delete;

  const std::string& text() const { return text_; }
  Place place(std::size_t offset) const;
  /// The line around an offset; empty when it is too long to keep.
  std::string excerpt(std::size_t offset) const;
  /// How many characters of [begin, end) lie on the line of `begin`; at least 1.
  int width(std::size_t begin, std::size_t end) const;

 private:
  std::size_t line_of(std::size_t offset) const;
  std::string_view line(std::size_t index) const;

  std::string file_;
  bool has_lines_ = true;
  std::string text_;
  std::vector<std::size_t> line_begin_;
  std::vector<std::uint32_t> characters_before_;  ///< by byte offset
};

/// The bytes [begin, end) of a source: where a key or a value stands. The source outlives it.
struct Stretch {
  const SourceText* source = nullptr;
  std::size_t begin = 0;
  std::size_t end = 0;

  Place place() const { return source->place(begin); }
};

/// Collects every mistake of a spec. The same mistake at the same place, reached through two aliases, counts once.
class Problems {
 public:
  /// Errors    InputError at once beyond a hundred problems: nobody reads on, and hostile text must not cost time
  void add(const Stretch& at, std::string message, std::string reason = {}, std::string hint = {});
  std::size_t size() const { return problems_.size(); }
  /// Throw InputError when there is anything to tell, in the order of the text.
  void throw_if_any();

 private:
  std::vector<Problem> problems_;
};

}  // namespace kilofold::spec
