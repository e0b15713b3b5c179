// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0

// The vector layer of every kernel: eight doubles, with the same meaning on every instruction set. Included once per
// target by way of hwy/foreach_target.h, so the guard toggles. Standard headers belong before that include, never in
// here.
#if defined(KILOFOLD_CPU_VECTOR_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef KILOFOLD_CPU_VECTOR_INL_H
#undef KILOFOLD_CPU_VECTOR_INL_H
#else
#define KILOFOLD_CPU_VECTOR_INL_H
#endif

#include "hwy/highway.h"
#include "kilofold/core/reduction.hpp"

HWY_BEFORE_NAMESPACE();
namespace kilofold::cpu::HWY_NAMESPACE {

#undef KILOFOLD_SCALAR_TARGET
#if HWY_TARGET == HWY_SCALAR || HWY_TARGET == HWY_EMU128
#define KILOFOLD_SCALAR_TARGET 1
#else
#define KILOFOLD_SCALAR_TARGET 0
static_assert(HWY_TARGET <= HWY_AVX2, "a target without fused multiply-add must be disabled in src/cpu/CMakeLists.txt");
#endif

#if KILOFOLD_SCALAR_TARGET
using Part = double;
inline constexpr int part_lanes = 1;
HWY_INLINE Part load_part(const double* p) { return *p; }
HWY_INLINE void store_part(Part a, double* p) { *p = a; }
HWY_INLINE Part set_part(double a) { return a; }
HWY_INLINE Part add_part(Part a, Part b) { return a + b; }
HWY_INLINE Part sub_part(Part a, Part b) { return a - b; }
HWY_INLINE Part mul_part(Part a, Part b) { return a * b; }
HWY_INLINE Part div_part(Part a, Part b) { return a / b; }
HWY_INLINE Part fma_part(Part a, Part b, Part c) { return std::fma(a, b, c); }
HWY_INLINE Part fnma_part(Part a, Part b, Part c) { return std::fma(-a, b, c); }
HWY_INLINE Part sqrt_part(Part a) { return std::sqrt(a); }
HWY_INLINE Part abs_part(Part a) { return std::fabs(a); }
HWY_INLINE Part larger_part(Part a, Part b) { return a < b ? b : a; }
#else
namespace hn = hwy::HWY_NAMESPACE;
using Tag = hn::CappedTag<double, 8>;
using Part = hn::Vec<Tag>;
inline constexpr int part_lanes = static_cast<int>(hn::MaxLanes(Tag()));
HWY_INLINE Part load_part(const double* p) { return hn::LoadU(Tag(), p); }
HWY_INLINE void store_part(Part a, double* p) { hn::StoreU(a, Tag(), p); }
HWY_INLINE Part set_part(double a) { return hn::Set(Tag(), a); }
HWY_INLINE Part add_part(Part a, Part b) { return hn::Add(a, b); }
HWY_INLINE Part sub_part(Part a, Part b) { return hn::Sub(a, b); }
HWY_INLINE Part mul_part(Part a, Part b) { return hn::Mul(a, b); }
HWY_INLINE Part div_part(Part a, Part b) { return hn::Div(a, b); }
HWY_INLINE Part fma_part(Part a, Part b, Part c) { return hn::MulAdd(a, b, c); }
HWY_INLINE Part fnma_part(Part a, Part b, Part c) { return hn::NegMulAdd(a, b, c); }
HWY_INLINE Part sqrt_part(Part a) { return hn::Sqrt(a); }
HWY_INLINE Part abs_part(Part a) { return hn::Abs(a); }
HWY_INLINE Part larger_part(Part a, Part b) { return hn::Max(a, b); }
#endif

/// The largest of the lanes and 0.
HWY_INLINE double largest_of(Part a) {
  double lane[reduction_chains];
  store_part(a, lane);
  double largest = 0;
  for (int k = 0; k < part_lanes; ++k) largest = lane[k] > largest ? lane[k] : largest;
  return largest;
}

/// Eight doubles: one AVX-512 register, two AVX2 registers, or eight numbers. Lane i of a sum is chain i of
/// core/reduction.hpp.
struct Block {
  static constexpr int parts = reduction_chains / part_lanes;
  Part part[parts];
};

HWY_INLINE Block load(const double* p) {
  Block r;
  for (int k = 0; k < Block::parts; ++k) r.part[k] = load_part(p + k * part_lanes);
  return r;
}

HWY_INLINE void store(Block a, double* p) {
  for (int k = 0; k < Block::parts; ++k) store_part(a.part[k], p + k * part_lanes);
}

HWY_INLINE Block set(double a) {
  Block r;
  for (int k = 0; k < Block::parts; ++k) r.part[k] = set_part(a);
  return r;
}

HWY_INLINE Block add(Block a, Block b) {
  for (int k = 0; k < Block::parts; ++k) a.part[k] = add_part(a.part[k], b.part[k]);
  return a;
}

HWY_INLINE Block sub(Block a, Block b) {
  for (int k = 0; k < Block::parts; ++k) a.part[k] = sub_part(a.part[k], b.part[k]);
  return a;
}

HWY_INLINE Block mul(Block a, Block b) {
  for (int k = 0; k < Block::parts; ++k) a.part[k] = mul_part(a.part[k], b.part[k]);
  return a;
}

HWY_INLINE Block div(Block a, Block b) {
  for (int k = 0; k < Block::parts; ++k) a.part[k] = div_part(a.part[k], b.part[k]);
  return a;
}

/// a * b + c, rounded once.
HWY_INLINE Block fma(Block a, Block b, Block c) {
  for (int k = 0; k < Block::parts; ++k) c.part[k] = fma_part(a.part[k], b.part[k], c.part[k]);
  return c;
}

/// -a * b + c, rounded once.
HWY_INLINE Block fnma(Block a, Block b, Block c) {
  for (int k = 0; k < Block::parts; ++k) c.part[k] = fnma_part(a.part[k], b.part[k], c.part[k]);
  return c;
}

HWY_INLINE Block sqrt(Block a) {
  for (int k = 0; k < Block::parts; ++k) a.part[k] = sqrt_part(a.part[k]);
  return a;
}

/// Join the eight chains of a sum.
HWY_INLINE double join(Block chains) {
  HWY_ALIGN double lane[reduction_chains];
  store(chains, lane);
  return join_chains(lane);
}

}  // namespace kilofold::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // include guard
