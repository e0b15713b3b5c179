// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "inventory.hpp"
#include "source.hpp"

namespace kilofold {

/// Cells on disk of trials or seeds that a study does not have: publishing that study would lose them.
class OutsideCells {
 public:
  /// Look through the merged file and the parts, seen by `sources` in this order. Keeps pointing to `found`.
  OutsideCells(const Inventory& found, const std::vector<Source>& sources);
  /// As `study` sees them.
  static OutsideCells of(const Inventory& found, const StudyHeader& study);

  /// Each counts once, however many files hold it.
  std::int64_t size() const { return std::ssize(seen_); }
  const std::vector<const FoundFile*>& files() const { return files_; }  ///< that hold any
  /// "3,900 of DT, 120 at seeds 3 to 9": by entry those of other trials, together those of other seeds only.
  std::string text() const;

 private:
  void add(const Source::Outside& cell);

  std::vector<const FoundFile*> files_;
  std::set<std::pair<std::uint64_t, std::int64_t>> seen_;  ///< trial id, seed
  std::map<std::string, std::int64_t> of_entry_;
  std::set<std::int64_t> seeds_;
  std::int64_t at_seeds_ = 0;
};

}  // namespace kilofold
