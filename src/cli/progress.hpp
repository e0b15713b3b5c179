// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "kilofold/execute.hpp"

namespace kilofold::cli {

/// Shows where a run stands on stderr: one line rewritten in place on a terminal, else a plain line every 30 s.
class ProgressLine {
 public:
  ProgressLine(const std::string& name, bool quiet);

  /// `best` tells of the best trial so far, for the terminal; it is asked only when a line is drawn.
  void show(const Progress& progress, const std::function<std::string()>& best);
  /// Tell what goes on instead, where it may take a while; on a terminal only.
  void note(const std::string& text);
  /// Take the line away, so that what follows stands in its place.
  void clear();

 private:
  void draw(const std::string& text);

  std::string name_;
  bool quiet_;
  bool terminal_;
  bool drawn_ = false;
  double last_shown_ = 0;
};

/// "37 %", "1,234 of 3,300 cells", "12 s left", "5,100 fits/s". The time left weighs planned cost, not counts.
std::vector<std::string> progress_fields(const Progress& progress);

/// Those fields behind a name and with bars between them, as many as fit into so many columns; at least one.
std::string joined_fields(const std::string& name, std::span<const std::string> fields, std::size_t columns);

/// "8.3 s", "4 min 10 s", "3 h 20 min".
std::string duration_text(double seconds);

}  // namespace kilofold::cli
