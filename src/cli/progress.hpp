// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "kilofold/execute.hpp"

namespace kilofold::cli {

/// Shows where a run stands on stderr: one line rewritten in place on a terminal, else a plain line every 30 s.
class ProgressLine {
 public:
  ProgressLine(const std::string& name, bool quiet);

  void show(const Progress& progress);
  /// Take the line away, so that what follows stands in its place.
  void clear();

 private:
  std::string name_;
  bool quiet_;
  bool terminal_;
  bool drawn_ = false;
  double last_shown_ = 0;
};

/// "37 % | 1,234 of 3,300 cells | 5,100 fits/s | 12 s left". The time left weighs planned cost, not counts.
std::string progress_text(const Progress& progress);

/// "8.3 s", "4 min 10 s", "3 h 20 min".
std::string duration_text(double seconds);

}  // namespace kilofold::cli
