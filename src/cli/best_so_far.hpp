// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "kilofold/store.hpp"

namespace kilofold::cli {

/// The trial that leads while a run goes on: the smallest mean pooled rmse among the trials with the most seeds done.
///
/// Cost      16 bytes a trial; `text` looks through all of them
class BestSoFar {
 public:
  explicit BestSoFar(const StudyHeader& study);

  void add(const std::vector<CellBlock>& blocks);
  /// "best rmse 2.314 MPa (DT)"; empty before there is one.
  std::string text() const;

 private:
  struct Sum {
    double rmse = 0;
    std::int32_t n_seeds = 0;
  };
  struct Model {
    std::string name;
    std::vector<Sum> trials;
  };
  std::vector<Model> models_;
  std::string units_;
};

}  // namespace kilofold::cli
