// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <string>

namespace kilofold {

/// A folder of its own, removed with it.
class Scratch {
 public:
  Scratch() : path_((std::filesystem::temp_directory_path() / "kilofold-report-XXXXXX").string()) {
    EXPECT_NE(mkdtemp(path_.data()), nullptr);
  }
  ~Scratch() { std::filesystem::remove_all(path_); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  std::string file() const { return path_ + "/out.h5"; }

 private:
  std::string path_;
};

}  // namespace kilofold
