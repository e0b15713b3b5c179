// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "cuda/dense_algebra.hpp"

#include <cmath>

/// A vendor's library on the host: plain loops whose order of operations is not that of the kernels (columns from the
/// right of the matrix to the left of the sum, no fma), so that results agree to rounding alone.
namespace kilofold::cuda {
namespace {

/// For each of `count` matrices once the stream comes to it.
template <class One> void for_each(int count, const dev::Stream& stream, One one) {
  dev::count_call("dense algebra");
  stream.calls()->add(
      [=] {
        for (int k = 0; k < count; ++k) one(k);
      },
      emu::Calls::Kind::kernel_or_upload);
}

/// sum over k < n of x_k y_k, k descending, products rounded; both with distance `ld`.
double dot_backwards(const double* x, const double* y, std::int64_t ld_x, std::int64_t ld_y, std::int64_t n) {
  double sum = 0.0;
  for (std::int64_t k = n - 1; k >= 0; --k) sum += x[k * ld_x] * y[k * ld_y];
  return sum;
}

int cholesky(double* A, std::int64_t ld, std::int64_t n) {
  for (std::int64_t i = 0; i < n; ++i) {
    for (std::int64_t j = 0; j <= i; ++j) {
      const double rest = A[i + j * ld] - dot_backwards(A + i, A + j, ld, ld, j);
      if (i == j && !(rest > 0.0)) return static_cast<int>(i) + 1;
      A[i + j * ld] = i == j ? std::sqrt(rest) : rest / A[j + j * ld];
    }
  }
  return 0;
}

}  // namespace

std::string dense_algebra_refusal() { return ""; }
std::string dense_algebra_name() { return "plain loops"; }

void factorise(const Matrices& A, int n, int count, int* info, const dev::Stream& stream) {
  for_each(count, stream, [=](int k) { info[k] = cholesky(A.data[k], A.ld, n); });
}

void divide(const Matrices& B, const Matrices& L, int m, int n, int count, const dev::Stream& stream) {
  for_each(count, stream, [=](int k) {
    double* const b = B.data[k];
    const double* const l = L.data[k];
    for (std::int64_t i = 0; i < m; ++i)
      for (std::int64_t j = 0; j < n; ++j)
        b[i + j * B.ld] = (b[i + j * B.ld] - dot_backwards(b + i, l + j, B.ld, L.ld, j)) / l[j + j * L.ld];
  });
}

void square(const Matrices& X, const Matrices& C, int n, int count, const dev::Stream& stream) {
  for_each(count, stream, [=](int k) {
    for (std::int64_t j = 0; j < n; ++j)
      for (std::int64_t i = 0; i < n; ++i)
        C.data[k][i + j * C.ld] = dot_backwards(X.data[k] + i, X.data[k] + j, X.ld, X.ld, n);
  });
}

}  // namespace kilofold::cuda
