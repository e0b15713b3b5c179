// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cpu/cholesky.hpp"
#include "cpu/gp_inverse.hpp"
#include "cpu/ops.hpp"
#include "cpu/tridiagonal.hpp"

namespace kilofold::cpu {

/// The cubic work of the Gaussian-process ops: all that a flavour of the numerics changes. Each is as the function of
/// its name promises, but that accuracy of another flavour than `canonical` is `rounding`. Extra rows that are
/// ExtraRows::upper_triangle hold the identity.
struct Factorisations {
  std::int64_t (*cholesky)(const Panels& A, ExtraRows extra);
  void (*invert)(const Panels& L, const SymmetricInverse& B);
  void (*tridiagonalise)(const Panels& A, const Tridiagonal& T, TridiagonalWork& work);
};

inline constexpr Factorisations canonical{cholesky, invert, tridiagonalise};
extern const Factorisations of_lapack;  ///< of the library behind `vendor`, which must have found one

/// An op of Gaussian processes in a flavour, as an op table takes it.
template <class Args, int (*op)(const Factorisations&, const Args*), const Factorisations& flavour>
int in_flavour(const Args* args) {
  return op(flavour, args);
}

/// An op table with the Gaussian-process ops of a flavour.
template <const Factorisations& flavour> Backend with_flavour(Backend table) {
  table.factor = in_flavour<FactorArgs, factor, flavour>;
  table.invert = in_flavour<InvertArgs, invert, flavour>;
  table.reduce = in_flavour<ReduceArgs, reduce, flavour>;
  table.fold_posterior = in_flavour<FoldPosteriorArgs, fold_posterior, flavour>;
  table.maximize_lml = in_flavour<MaximizeLmlArgs, maximize_lml, flavour>;
  return table;
}

/// As Backend::vendor. The library is $KILOFOLD_LAPACK, else libopenblas.so.0 or liblapack.so.3, opened by the first
/// call and told to use one thread.
const Backend* vendor(char* reason, std::size_t size);

}  // namespace kilofold::cpu
