// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "cli/findings.hpp"

#include "cli/console.hpp"
#include "kilofold/core/text.hpp"

namespace kilofold::cli {
namespace {

constexpr std::int64_t most_lines = 20;

}  // namespace

void Findings::add(const std::string& line) {
  if (++n_ <= most_lines) lines_.push_back(line);
}

void Findings::put_lines() const {
  for (const std::string& line : lines_) put("  {}\n", line);
  if (n_ > most_lines) put("  and {} more\n", grouped(n_ - most_lines));
}

}  // namespace kilofold::cli
