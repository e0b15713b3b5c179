// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "cli/machine.hpp"

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>
#include <thread>

namespace kilofold::cli {
namespace {

/// What follows the colon on the first line of a /proc file that begins with `key`.
std::string value_of(const char* file, const std::string& key) {
  std::ifstream stream(file);
  for (std::string line; std::getline(stream, line);) {
    const std::size_t colon = line.find(':');
    if (!line.starts_with(key) || colon == std::string::npos) continue;
    const std::size_t begin = line.find_first_not_of(" \t", colon + 1);
    return begin == std::string::npos ? "" : line.substr(begin);
  }
  return "";
}

double kibibytes(const std::string& text) { return text.empty() ? 0 : 1024 * std::stod(text); }

/// A limit of this process's control group; 0 where there is none ("max", or no such file).
double group_bytes(const char* file) {
  double bytes = 0;
  std::ifstream(file) >> bytes;
  return bytes;
}

}  // namespace

Processor read_processor() {
  // What Highway asks for before it takes the path (hwy/targets.cc).
  const std::vector<const char*> avx2 = {"avx", "avx2", "fma", "f16c", "bmi1", "bmi2", "abm", "aes", "pclmulqdq"};
  const std::vector<const char*> avx512 = {"avx512f", "avx512cd", "avx512dq", "avx512bw", "avx512vl"};
  std::istringstream text(value_of("/proc/cpuinfo", "flags"));
  std::set<std::string> flags;
  for (std::string flag; text >> flag;) flags.insert(flag);
  Processor processor;
  processor.model = value_of("/proc/cpuinfo", "model name");
  processor.cores = static_cast<int>(std::thread::hardware_concurrency());
  const auto missing = [&flags](const char* flag) { return !flags.contains(flag); };
  std::ranges::copy_if(avx2, std::back_inserter(processor.missing_avx2), missing);
  std::ranges::copy_if(avx512, std::back_inserter(processor.missing_avx512), missing);
  return processor;
}

Memory read_memory() {
  Memory memory;
  memory.total = kibibytes(value_of("/proc/meminfo", "MemTotal"));
  memory.available = kibibytes(value_of("/proc/meminfo", "MemAvailable"));
  const double limit = group_bytes("/sys/fs/cgroup/memory.max");
  if (limit <= 0 || limit >= memory.total) return memory;
  memory.total = limit;
  memory.available = std::min(memory.available, limit - group_bytes("/sys/fs/cgroup/memory.current"));
  return memory;
}

}  // namespace kilofold::cli
