// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "cuda/kernels/cholesky.cuh"
#include "emu/each_order.hpp"

namespace kilofold::test {
namespace {

/// A matrix of distances on a line, and rows of the same kind below it; one pivot is spoiled.
struct LineElement {
  int spoiled;

  int leading_zeros(int) const { return 0; }
  double operator()(int i, int j) const {
    if (i == j) return i == spoiled ? -1e-3 : 1.01;
    return std::exp(-0.3 * std::fabs(std::sin(i * 12.9898) - std::sin(j * 12.9898)));
  }
};

__global__ void factor_line(LineElement element, int u, int rows, double* L, bool near, int* factored) {
  const cuda::FactorStorage storage{L, near ? dev::dyn_shared<double>() : nullptr, cuda::FactorStorage::ld_of(rows)};
  const bool done = cuda::block_cholesky(element, u, rows, storage);
  if (threadIdx.x == 0) *factored = done ? 1 : 0;
}

struct Factored {
  std::vector<double> L;
  bool done;
};

Factored factor(const LineElement& element, int u, int rows, bool near) {
  const auto doubles = static_cast<std::size_t>(cuda::FactorStorage::doubles(u, rows - u));
  Factored result{std::vector<double>(doubles), false};
  int done = -1;
  dev::launch(factor_line, {"factor_line", 1, cuda::factor_threads, near ? doubles * sizeof(double) : 0}, dev::Stream(),
              element, u, rows, result.L.data(), near, &done);
  result.done = done == 1;
  return result;
}

TEST(BlockCholesky, IsTheElementRecurrenceWithRightHandSidesAsRows) {
  for (const auto& [u, rows] : {std::pair(1, 1), {5, 9}, {32, 33}, {37, 40}, {70, 200}, {70, 250}, {131, 131}}) {
    const auto ld = static_cast<std::size_t>(cuda::FactorStorage::ld_of(rows));
    std::vector<double> expected(static_cast<std::size_t>(u) * ld);
    const auto l = [&, ld = ld](int i, int k) -> double& {
      return expected[static_cast<std::size_t>(i) + ld * static_cast<std::size_t>(k)];
    };
    const LineElement element{-1};
    for (int i = 0; i < rows; ++i) {
      for (int j = 0; j < u && j <= i; ++j) {
        double s = element(i, j);
        for (int k = 0; k < j; ++k) s = std::fma(-l(i, k), l(j, k), s);
        l(i, j) = i == j ? std::sqrt(s) : s / l(j, j);
      }
    }
    for (const bool near : {false, true}) {
      in_each_order([&, u = u, rows = rows] {
        const Factored factored = factor(element, u, rows, near);
        EXPECT_TRUE(factored.done);
        EXPECT_EQ(factored.L, expected) << u << " of " << rows;
      });
      if (std::ssize(expected) > dev::most_shared<double>(factor_line)) break;  // not near
    }
  }
}

TEST(BlockCholesky, NoticesEveryPivotThatIsNotPositive) {
  for (const int spoiled : {0, 3, 31, 32, 36}) {
    in_each_order([&] { EXPECT_FALSE(factor({spoiled}, 37, 41, false).done) << spoiled; });
  }
}

}  // namespace
}  // namespace kilofold::test
