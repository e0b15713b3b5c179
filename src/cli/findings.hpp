// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace kilofold::cli {

/// What was found wrong: the first of it in words, all of it counted.
class Findings {
 public:
  void add(const std::string& line);
  void put_lines() const;
  bool empty() const { return n_ == 0; }
  std::int64_t size() const { return n_; }

 private:
  std::vector<std::string> lines_;
  std::int64_t n_ = 0;
};

}  // namespace kilofold::cli
