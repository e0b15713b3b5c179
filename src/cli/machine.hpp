// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace kilofold::cli {

/// The processor as the kernel tells of it.
struct Processor {
  std::string model;
  int cores = 0;                            ///< this process may run on
  std::vector<std::string> missing_avx2;    ///< what the avx2 path needs and this CPU lacks, as /proc/cpuinfo names it
  std::vector<std::string> missing_avx512;  ///< beyond that, what the avx512 path needs
};
Processor read_processor();

/// Bytes; 0 where unknown.
struct Memory {
  double total = 0;      ///< of the machine, or of the control group where that is less
  double available = 0;  ///< without swapping
};
Memory read_memory();

}  // namespace kilofold::cli
