// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0

// Tiles of panels, and the product that all factorisations are made of. Included as vector-inl.h is.
#if defined(KILOFOLD_CPU_TILE_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef KILOFOLD_CPU_TILE_INL_H
#undef KILOFOLD_CPU_TILE_INL_H
#else
#define KILOFOLD_CPU_TILE_INL_H
#endif

#include "cpu/vector-inl.h"

HWY_BEFORE_NAMESPACE();
namespace kilofold::cpu::HWY_NAMESPACE {

// Eight rows of a panel by so many columns that the running sums fill half the registers; never part of an order.
inline constexpr int tile_columns = part_lanes == 8 ? 8 : 4;

using Tile = Block[tile_columns];

HWY_INLINE void load_tile(const double* from, Tile& tile) {
#pragma GCC unroll 8
  for (int j = 0; j < tile_columns; ++j) tile[j] = load(from + 8 * j);
}

HWY_INLINE void store_tile(const Tile& tile, double* to) {
#pragma GCC unroll 8
  for (int j = 0; j < tile_columns; ++j) store(tile[j], to + 8 * j);
}

/// Go on with the tile's chains: a -= l_k m_k' for k in [begin, end), where m are rows of `multipliers`.
HWY_INLINE void eliminate(const double* rows, const double* multipliers, std::int64_t begin, std::int64_t end,
                          Tile& tile) {
  for (std::int64_t k = begin; k < end; ++k) {
    const Block l = load(rows + 8 * k);
#pragma GCC unroll 8
    for (int j = 0; j < tile_columns; ++j) tile[j] = fnma(l, set(multipliers[8 * k + j]), tile[j]);
  }
}

}  // namespace kilofold::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // include guard
