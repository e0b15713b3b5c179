// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "unpacked_chunks.hpp"

#include <utility>

namespace kilofold {

const std::vector<double>& UnpackedChunks::add(const Key& key, std::vector<double> numbers) {
  n_numbers_ += numbers.size();
  while (n_numbers_ > most_numbers_ && !chunks_.empty()) {
    n_numbers_ -= chunks_.back().numbers.size();
    place_.erase(chunks_.back().key);
    chunks_.pop_back();
  }
  chunks_.push_front({key, std::move(numbers)});
  place_.emplace(key, chunks_.begin());
  return chunks_.front().numbers;
}

}  // namespace kilofold
