// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0

// What the SVR kernels need beyond vector-inl.h: choosing by comparison, and exp_minus on eight doubles. Included once
// per target by way of hwy/foreach_target.h, so the guard toggles.
#if defined(KILOFOLD_CPU_SVR_VECTOR_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef KILOFOLD_CPU_SVR_VECTOR_INL_H
#undef KILOFOLD_CPU_SVR_VECTOR_INL_H
#else
#define KILOFOLD_CPU_SVR_VECTOR_INL_H
#endif

#include "cpu/vector-inl.h"
#include "kilofold/core/exp_log.hpp"

HWY_BEFORE_NAMESPACE();
namespace kilofold::cpu::HWY_NAMESPACE {

#if KILOFOLD_SCALAR_TARGET
HWY_INLINE Part choose_part(Part a, Part b, Part x, Part y) { return a > b ? x : y; }
HWY_INLINE Part exp_minus_part(Part x) { return kilofold::exp_minus(x); }
#else
HWY_INLINE Part choose_part(Part a, Part b, Part x, Part y) { return hn::IfThenElse(hn::Gt(a, b), x, y); }

/// core/exp_log.hpp's exp_minus, step by step; x is never NaN here.
HWY_INLINE Part exp_minus_part(Part x) {
  constexpr double coefficient[12] = {1 / 2.,       1 / 6.,        1 / 24.,        1 / 120.,
                                      1 / 720.,     1 / 5040.,     1 / 40320.,     1 / 362880.,
                                      1 / 3628800., 1 / 39916800., 1 / 479001600., 1 / 6227020800.};
  const hn::Repartition<std::uint64_t, Tag> bits;
  const Part to_integer = set_part(0x1.8p52);
  const Part shifted = fma_part(x, set_part(-0x1.71547652b82fep+0), to_integer);
  const Part n = sub_part(shifted, to_integer);
  const Part high = fma_part(n, set_part(-0x1.62e42fefa3800p-1), hn::Neg(x));
  const Part r = fma_part(n, set_part(-0x1.ef35793c76730p-45), high);
  Part p = set_part(coefficient[11]);
  for (int i = 10; i >= 0; --i) p = fma_part(p, r, set_part(coefficient[i]));
  const Part head = add_part(set_part(1.0), r);
  const Part tail = sub_part(r, sub_part(head, set_part(1.0)));
  const Part e = add_part(head, fma_part(mul_part(r, r), p, tail));
  const auto scaled = hn::Add(hn::BitCast(bits, e), hn::ShiftLeft<52>(hn::BitCast(bits, shifted)));
  return choose_part(x, set_part(708.0), set_part(0.0), hn::BitCast(Tag(), scaled));
}
#endif

/// Where a > b the entry of x, else that of y.
HWY_INLINE Block choose(Block a, Block b, Block x, Block y) {
  for (int k = 0; k < Block::parts; ++k) y.part[k] = choose_part(a.part[k], b.part[k], x.part[k], y.part[k]);
  return y;
}

HWY_INLINE Block exp_minus(Block x) {
  for (int k = 0; k < Block::parts; ++k) x.part[k] = exp_minus_part(x.part[k]);
  return x;
}

}  // namespace kilofold::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // include guard
