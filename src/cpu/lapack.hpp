// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "cpu/scratch.hpp"

namespace kilofold::cpu {

/// The routines of LAPACK and BLAS that the flavour `vendor` calls, found in a shared library at run time: the program
/// links none, so that it starts fast and anywhere. Matrices are column-major; of a symmetric matrix or a factor the
/// lower triangle is read and written.
class Lapack {
 public:
  /// A = L L' in place. Returns n, or the first pivot that is not above zero.
  std::int64_t potrf(int n, double* A, int ld) const;
  /// B = B L'^-1, B (m, n).
  void trsm(int m, int n, const double* L, int ld, double* B, int ld_B) const;
  /// L = L^-1.
  void trtri(int n, double* L, int ld) const;
  /// The lower triangle of L'L, in place.
  void lauum(int n, double* L, int ld) const;
  /// A = Q T Q'; T to diagonal (n) and off_diagonal (n - 1), Q's reflections to A and tau (n - 1).
  void sytrd(int n, double* A, int ld, double* diagonal, double* off_diagonal, double* tau,
             Scratch<double>& work) const;
  /// B = B Q, B (m, n), by the reflections that sytrd left.
  void ormtr(int m, int n, const double* A, int ld, const double* tau, double* B, int ld_B,
             Scratch<double>& work) const;

  std::string library;  ///< its name, version and kernels: equal texts, equal bits

 private:
  friend class LapackFinder;
  // Fortran: everything by reference, lengths of the texts last.
  using Length = std::size_t;
  void (*potrf_)(const char*, const int*, double*, const int*, int*, Length);
  void (*trsm_)(const char*, const char*, const char*, const char*, const int*, const int*, const double*,
                const double*, const int*, double*, const int*, Length, Length, Length, Length);
  void (*trtri_)(const char*, const char*, const int*, double*, const int*, int*, Length, Length);
  void (*lauum_)(const char*, const int*, double*, const int*, int*, Length);
  void (*sytrd_)(const char*, const int*, double*, const int*, double*, double*, double*, double*, const int*, int*,
                 Length);
  void (*ormtr_)(const char*, const char*, const char*, const int*, const int*, const double*, const int*,
                 const double*, double*, const int*, double*, const int*, int*, Length, Length, Length);
};

struct LapackOrReason {
  const Lapack* lapack;  ///< null: there is none
  std::string reason;
};

/// The library $KILOFOLD_LAPACK, else libopenblas.so.0 or liblapack.so.3: opened by the first call, told to use one
/// thread, and kept.
const LapackOrReason& open_lapack();

}  // namespace kilofold::cpu
