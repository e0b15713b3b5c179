// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "cuda/kernels/inverse_product.cuh"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "emu/each_order.hpp"

namespace kilofold::test {
namespace {

__global__ void multiply(const double* V, std::int64_t ld, int first, int n, double* B) {
  cuda::multiply_inverse({V, ld, first, n}, {B, n});
}

TEST(InverseProduct, IsVTimesItsTransposeHoweverManyBlocksShareItsTiles) {
  constexpr int n = 70, first = 3, n_tiles = 6;
  constexpr std::int64_t ld = first + n;
  ASSERT_EQ(cuda::product_tiles(n), n_tiles);
  std::vector<double> V(static_cast<std::size_t>(ld) * n);
  for (std::size_t e = 0; e < V.size(); ++e) V[e] = std::sin(1.7 * static_cast<double>(e));
  const auto v = [&](int i, int k) { return V[static_cast<std::size_t>(first + i + k * ld)]; };
  std::vector<double> expected(n * n);
  for (int i = 0; i < n; ++i) {
    for (int j = 0; j <= i; ++j) {
      double sum = 0.0;
      for (int k = i; k < n; ++k) sum = std::fma(v(i, k), v(j, k), sum);
      expected[static_cast<std::size_t>(i + j * n)] = expected[static_cast<std::size_t>(j + i * n)] = sum;
    }
  }
  for (const unsigned blocks : {1U, 4U, cuda::product_blocks(n)}) {
    in_each_order([&] {
      std::vector<double> B(n * n + 1);
      dev::launch(multiply, {"multiply", {1, blocks}, cuda::product_threads, 0}, dev::Stream(), V.data(), ld, first, n,
                  B.data());
      B.pop_back();
      EXPECT_EQ(B, expected) << blocks << " blocks";
    });
  }
}

TEST(InverseProduct, OfALargeMatrixTakesNoMoreBlocksThanAGridIsHigh) {
  EXPECT_EQ(cuda::product_blocks(11552), 65341);
  EXPECT_EQ(cuda::product_blocks(11553), 65535);
  EXPECT_EQ(cuda::product_blocks(20000), 65535);
}

}  // namespace
}  // namespace kilofold::test
