// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <string>
#include <tuple>
#include <vector>

namespace kilofold {

/// Chunks of samples as they were last read, unpacked. Cells that are neighbours in a study are spread over the parts
/// of its shards, so one chunk of a part is asked for once for many a chunk of the study; HDF5's own cache holds three.
class UnpackedChunks {
 public:
  explicit UnpackedChunks(std::size_t most_numbers = std::size_t{16} << 20) : most_numbers_(most_numbers) {}

  /// What names a chunk: its dataset, file and all, its first trial, and its seed.
  using Key = std::tuple<std::string, std::int64_t, std::int32_t>;

  /// The numbers of a chunk, by `unpack()` where they are not here. They stay until the next call.
  template <class Unpack> const std::vector<double>& chunk(const Key& key, Unpack unpack) {
    const auto found = place_.find(key);
    if (found == place_.end()) return add(key, unpack());
    chunks_.splice(chunks_.begin(), chunks_, found->second);
    return chunks_.front().numbers;
  }

 private:
  struct Chunk {
    Key key;
    std::vector<double> numbers;
  };

  const std::vector<double>& add(const Key& key, std::vector<double> numbers);

  std::size_t most_numbers_;
  std::list<Chunk> chunks_;  ///< most recently used first
  std::map<Key, std::list<Chunk>::iterator> place_;
  std::size_t n_numbers_ = 0;
};

}  // namespace kilofold
