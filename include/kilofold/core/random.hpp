// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
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

/// What one draw is for: streams of different purposes never overlap.
enum class Draw : std::uint32_t { bootstrap = 1, tree = 2, child = 3, feature = 4, search = 5, start = 6 };

/// 64 random bits, a pure function of their key and counter: no state, no order of drawing.
///
/// Source    Philox4x32-10 (Salmon et al. 2011), words 0 and 1 of its output
std::uint64_t philox(std::array<std::uint32_t, 2> key, std::array<std::uint32_t, 4> counter);

/// The random numbers of one member of an ensemble: key (model seed, fold seed), counter (fold, member, index,
/// purpose).
struct MemberRandom {
  std::uint32_t model_seed;
  std::uint32_t fold_seed;
  std::uint32_t fold;
  std::uint32_t member;

  std::uint64_t bits(Draw purpose, std::uint32_t index) const {
    return philox({model_seed, fold_seed}, {fold, member, index, static_cast<std::uint32_t>(purpose)});
  }
};

/// The random numbers of one tree node: they depend on the path from the root, whatever other nodes there are.
struct NodeRandom {
  std::uint64_t key;

  NodeRandom child(std::uint32_t right) const { return {bits(Draw::child, right)}; }
  std::uint64_t bits(Draw purpose, std::uint32_t index) const {
    return philox({static_cast<std::uint32_t>(key), static_cast<std::uint32_t>(key >> 32)},
                  {index, 0, 0, static_cast<std::uint32_t>(purpose)});
  }
};

/// A whole number in [0, n) from 64 bits, by the upper half of their product; biased by less than n / 2^64.
inline std::uint32_t bounded(std::uint64_t bits, std::uint32_t n) {
  const std::uint64_t high = (bits >> 32) * n + (((bits & 0xffffffffU) * n) >> 32);
  return static_cast<std::uint32_t>(high >> 32);
}

/// A multiple of 2^-53 in [0, 1).
inline double uniform(std::uint64_t bits) { return static_cast<double>(bits >> 11) * 0x1p-53; }

}  // namespace kilofold
