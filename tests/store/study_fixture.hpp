// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "kilofold/store.hpp"

namespace kilofold::test {

/// Sizes of a made-up study with two model entries: a tree over max_depth and a linear model over alpha.
struct StudySize {
  std::int64_t trees = 70;  ///< more than one chunk
  std::int64_t linears = 3;
  std::vector<std::int64_t> seeds = {0, 7};
  std::vector<std::int32_t> folds = {3};
  std::int64_t samples = 11;
};

/// A study whose trial ids depend on model, parameter and k only, so that larger studies contain smaller ones.
StudyHeader make_study(const StudySize& size = {});

/// The made-up result of some cells: a function of trial id and seed value alone, with NaN and failed fits among them.
CellBlock make_cells(const StudyHeader& study, ModelId model, const std::vector<std::int64_t>& trials,
                     const std::vector<std::int32_t>& seeds);

/// Every cell of a model entry.
CellBlock make_all_cells(const StudyHeader& study, ModelId model);

/// True when all arrays agree bit for bit, NaN included.
bool same_bits(const CellBlock& a, const CellBlock& b);

/// Commit every cell of a study.
void commit_all(Store& store, const StudyHeader& study);

/// Why the results at `path` cannot be opened for a study; nothing where they can.
std::vector<Problem> problems_on_open(const std::string& path, const StudyHeader& study);

/// Count the cells of a file that a reader finds, each checked bit for bit; -1 when one of them is wrong.
std::int64_t count_right_cells(const StudyReader& reader, const StudyHeader& study);

/// A directory of its own for one test, removed with it.
class ScratchDirectory {
 public:
  ScratchDirectory();
  ~ScratchDirectory();
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;

  std::string operator/(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

/// Paths of the parts of a results file, sorted.
std::vector<std::string> parts_of(const std::string& path);

}  // namespace kilofold::test
