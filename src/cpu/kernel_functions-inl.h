// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0

// core/kernel_functions.hpp and core/exp_log.hpp for eight numbers at once, equal to them in every bit. Included once
// per target by way of hwy/foreach_target.h, so the guard toggles.
#if defined(KILOFOLD_CPU_KERNEL_FUNCTIONS_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef KILOFOLD_CPU_KERNEL_FUNCTIONS_INL_H
#undef KILOFOLD_CPU_KERNEL_FUNCTIONS_INL_H
#else
#define KILOFOLD_CPU_KERNEL_FUNCTIONS_INL_H
#endif

#include "cpu/vector-inl.h"
#include "kilofold/core/kernel_functions.hpp"

HWY_BEFORE_NAMESPACE();
namespace kilofold::cpu::HWY_NAMESPACE {

#if KILOFOLD_SCALAR_TARGET
HWY_INLINE Part exp_minus_part(Part x) { return kilofold::exp_minus(x); }
HWY_INLINE Part natural_log_part(Part x) { return kilofold::natural_log(x); }
HWY_INLINE Part bounded_part(Part x) { return kilofold::bounded_argument(x); }
#else
inline constexpr double ln2_high = 0x1.62e42fefa3800p-1;
inline constexpr double ln2_low = 0x1.ef35793c76730p-45;

HWY_INLINE Part exp_minus_part(Part x) {
  constexpr double coefficient[12] = {1 / 2.,       1 / 6.,        1 / 24.,        1 / 120.,
                                      1 / 720.,     1 / 5040.,     1 / 40320.,     1 / 362880.,
                                      1 / 3628800., 1 / 39916800., 1 / 479001600., 1 / 6227020800.};
  const hn::RebindToUnsigned<Tag> whole;
  const Part to_integer = set_part(0x1.8p52);
  const Part shifted = fma_part(x, set_part(-0x1.71547652b82fep+0), to_integer);
  const Part n = sub_part(shifted, to_integer);
  const Part r = fma_part(n, set_part(-ln2_low), fma_part(n, set_part(-ln2_high), hn::Neg(x)));
  Part p = set_part(coefficient[11]);
#pragma GCC unroll 11
  for (int i = 10; i >= 0; --i) p = fma_part(p, r, set_part(coefficient[i]));
  const Part head = add_part(set_part(1.0), r);
  const Part tail = sub_part(r, sub_part(head, set_part(1.0)));
  const Part e = add_part(head, fma_part(mul_part(r, r), p, tail));
  const auto exponent = hn::ShiftLeft<52>(hn::BitCast(whole, shifted));
  const Part y = hn::BitCast(Tag(), hn::Add(hn::BitCast(whole, e), exponent));
  const Part in_range = hn::IfThenZeroElse(hn::Gt(x, set_part(708.0)), y);
  // the exponent's addition would turn a NaN into a number
  return hn::IfThenElse(hn::Eq(x, x), in_range, x);
}

HWY_INLINE Part natural_log_part(Part x) {
  const hn::RebindToUnsigned<Tag> whole;
  const auto bits = hn::BitCast(whole, x);
  const auto mantissa = hn::And(bits, hn::Set(whole, 0x000fffffffffffffULL));
  Part m = hn::BitCast(Tag(), hn::Or(mantissa, hn::Set(whole, 0x3fe0000000000000ULL)));
  const auto biased = hn::Or(hn::ShiftRight<52>(bits), hn::Set(whole, 0x4330000000000000ULL));
  Part n = sub_part(hn::BitCast(Tag(), biased), set_part(0x1p52 + 1022.0));
  const auto low = hn::Lt(m, set_part(0x1.6a09e667f3bcdp-1));
  m = hn::IfThenElse(low, add_part(m, m), m);
  n = hn::IfThenElse(low, sub_part(n, set_part(1.0)), n);
  const Part s = div_part(sub_part(m, set_part(1.0)), add_part(m, set_part(1.0)));
  const Part z = mul_part(s, s);
  Part p = set_part(1 / 23.);
#pragma GCC unroll 10
  for (int odd = 21; odd >= 3; odd -= 2) p = fma_part(p, z, set_part(1.0 / odd));
  const Part twice = mul_part(set_part(2.0), s);
  const Part small = fma_part(n, set_part(ln2_low), mul_part(mul_part(twice, z), p));
  return fma_part(n, set_part(ln2_high), fma_part(set_part(2.0), s, small));
}

HWY_INLINE Part bounded_part(Part x) {
  const Part most = set_part(largest_kernel_argument);
  return hn::IfThenElse(hn::Gt(x, most), most, x);
}
#endif

HWY_INLINE Block exp_minus(Block x) {
  for (int k = 0; k < Block::parts; ++k) x.part[k] = exp_minus_part(x.part[k]);
  return x;
}

/// ln x for normal x > 0.
HWY_INLINE Block natural_log(Block x) {
  for (int k = 0; k < Block::parts; ++k) x.part[k] = natural_log_part(x.part[k]);
  return x;
}

HWY_INLINE Block bounded_argument(Block x) {
  for (int k = 0; k < Block::parts; ++k) x.part[k] = bounded_part(x.part[k]);
  return x;
}

struct SquaredExponential {
  HWY_INLINE Block operator()(Block q) const { return exp_minus(mul(set(0.5), q)); }
};

struct Matern32 {
  HWY_INLINE Block operator()(Block q) const {
    const Block u = sqrt(mul(set(3.0), bounded_argument(q)));
    const Block e = exp_minus(u);
    return fma(u, e, e);
  }
};

struct Matern52 {
  HWY_INLINE Block operator()(Block q) const {
    const Block u = sqrt(mul(set(5.0), bounded_argument(q)));
    return mul(fma(u, fma(u, set(1.0 / 3.0), set(1.0)), set(1.0)), exp_minus(u));
  }
};

struct RationalQuadratic {
  double alpha;
  HWY_INLINE Block operator()(Block q) const {
    const Block one = set(1.0);
    const Block t = bounded_argument(div(q, set(2.0 * alpha)));
    const Block base = add(one, t);
    const Block lost = div(sub(t, sub(base, one)), base);
    return exp_minus(mul(set(alpha), add(natural_log(base), lost)));
  }
};

struct Exponential {
  HWY_INLINE Block operator()(Block q) const { return exp_minus(sqrt(q)); }
};

struct Rbf {
  double gamma;
  HWY_INLINE Block operator()(Block q) const { return exp_minus(mul(set(gamma), q)); }
};

struct Linear {
  HWY_INLINE Block operator()(Block product) const { return product; }
};

struct Polynomial {
  double gamma, coef0;
  std::int32_t degree;
  HWY_INLINE Block operator()(Block product) const {
    const Block base = fma(set(gamma), product, set(coef0));
    Block power = set(1.0);
    for (std::int32_t i = 0; i < degree; ++i) power = mul(power, base);
    return power;
  }
};

/// Call `use` with the function object of a kernel.
template <class Use> HWY_INLINE void visit(const KernelFunction& f, Use use) {
  switch (f.kernel) {
    case Kernel::squared_exponential:
      return use(SquaredExponential{});
    case Kernel::matern32:
      return use(Matern32{});
    case Kernel::matern52:
      return use(Matern52{});
    case Kernel::rational_quadratic:
      return use(RationalQuadratic{f.alpha});
    case Kernel::exponential:
      return use(Exponential{});
    case Kernel::rbf:
      return use(Rbf{f.gamma});
    case Kernel::linear:
      return use(Linear{});
    case Kernel::polynomial:
      return use(Polynomial{f.gamma, f.coef0, f.degree});
  }
}

}  // namespace kilofold::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // include guard
