// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <random>
#include <span>

namespace kilofold {

/// NumPy's legacy `RandomState(seed)` as far as scikit-learn's splitters use it.
///
/// std::mt19937 is fixed by the standard down to the bit; the standard's distributions and std::shuffle are not, so the
/// bounded integer and the shuffle are our own.
///
/// Source    NumPy: legacy seeding (init_genrand), `random_interval` by masked rejection, `shuffle` from the back
class NumpyRandom {
 public:
  explicit NumpyRandom(std::uint32_t seed) : engine_(seed) {}

  /// Draw an integer in [0, max], each equally likely.
  std::uint32_t interval(std::uint32_t max);

  /// Permute in place exactly as `RandomState.shuffle` does.
  void shuffle(std::span<std::int32_t> values);

 private:
  std::mt19937 engine_;
};

}  // namespace kilofold
