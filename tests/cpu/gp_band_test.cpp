// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "cpu/cholesky.hpp"
#include "cpu/each_isa.hpp"
#include "cpu/gp_study.hpp"

namespace kilofold::test {
namespace {

constexpr double eps = std::numeric_limits<double>::epsilon();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// A panel of reflections or less, whole panels, and whole panels with a rest.
constexpr std::int64_t sizes[] = {1, 2, 8, 31, 32, 33, 34, 40, 41, 64, 65, 131};

using GpBandOnEachIsa = EachIsa;
KILOFOLD_ON_EACH_ISA(GpBandOnEachIsa);

double element(std::int64_t i, std::int64_t k) {
  const auto x = [](std::int64_t row) { return std::sin(static_cast<double>(7 * row * row % 1009)); };
  return std::exp(-std::fabs(x(i) - x(k)));
}

/// A matrix's triangle with the identity's rows below it.
cpu::Panels fill(std::int64_t n, std::vector<double>& store) {
  store.assign(static_cast<std::size_t>(cpu::Panels::doubles(n, n)), nan);
  const cpu::Panels A{store.data(), n, n};
  for (std::int64_t i = 0; i < n; ++i) {
    for (std::int64_t k = 0; k <= i; ++k) A.at(i, k) = element(i, k);
    for (std::int64_t k = 0; k < n; ++k) A.extra(i, k) = i == k ? 1.0 : 0.0;
  }
  cpu::pad(A);
  return A;
}

/// The band of fill(n), and with it the rows of Q; `held` is what the work memory holds before.
std::vector<double> reduced(std::int64_t n, double held) {
  cpu::BandWork work;
  for (cpu::Scratch<double>* scratch : {&work.column, &work.reflector, &work.panel, &work.small}) {
    const std::int64_t room = 2 * band_width * cpu::padded(n) + 3 * band_width * band_width;
    std::fill_n(scratch->get(room), room, held);
  }
  std::vector<double> store, form(static_cast<std::size_t>(cpu::BandForm::doubles(n, n)));
  cpu::reduce_to_band(fill(n, store), {form.data(), n, n}, work);
  return form;
}

TEST_P(GpBandOnEachIsa, IsTheSameMatrixInAnotherBasis) {
  for (const std::int64_t n : sizes) {
    std::vector<double> store = reduced(n, 0);
    const cpu::BandForm form{store.data(), n, n};
    const cpu::Band B = form.band();
    const cpu::RowPanels Q = form.rows();
    const auto band = [&](std::int64_t i, std::int64_t k) {
      return std::abs(i - k) > band_width ? 0.0 : B.at(std::max(i, k), std::min(i, k));
    };
    double square = 0, lost = 0, turned = 0;
    for (std::int64_t i = 0; i < n; ++i) {
      for (std::int64_t j = 0; j < n; ++j) {
        long double product = 0, image = 0;
        for (std::int64_t k = 0; k < n; ++k) {
          product += static_cast<long double>(Q.at(i, k)) * Q.at(j, k);
          for (std::int64_t l = std::max<std::int64_t>(k - band_width, 0); l < std::min(k + band_width + 1, n); ++l)
            image += static_cast<long double>(Q.at(i, k)) * band(k, l) * Q.at(j, l);
        }
        square += element(i, j) * element(i, j);
        lost += std::pow(static_cast<double>(product) - (i == j ? 1 : 0), 2);
        turned += std::pow(static_cast<double>(image) - element(i, j), 2);
      }
    }
    // A reflection turns a vector with an error of a few roundings of its norm; there are n of them.
    const double rounding = 4 * eps * static_cast<double>(n);
    EXPECT_LE(std::sqrt(lost), rounding * std::sqrt(static_cast<double>(n))) << n;
    EXPECT_LE(std::sqrt(turned), rounding * std::sqrt(square)) << n;
  }
}

TEST_P(GpBandOnEachIsa, DoesNotSeeWhatItsWorkspaceHeld) {
  for (const std::int64_t n : sizes) {
    const std::vector<double> clean = reduced(n, 0), poisoned = reduced(n, nan);
    EXPECT_EQ(std::memcmp(clean.data(), poisoned.data(), clean.size() * sizeof(double)), 0) << n;
  }
}

TEST_P(GpBandOnEachIsa, FactorNamesTheFirstPivotThatIsNotPositive) {
  for (const std::int64_t bad : {0, 3, 8, 35, 64}) {
    std::vector<double> store = reduced(65, 0);
    const cpu::Band B = cpu::BandForm{store.data(), 65, 65}.band();
    for (std::int64_t i = 0; i < 65; ++i) B.at(i, i) += i < bad ? 1 : -1e3;

    EXPECT_EQ(cpu::cholesky(B), bad);
  }
}

TEST(GpBandBits, OfMoreRowsThanAStretchAreTheSameOnEveryIsa) {
  expect_same_on_every_isa([] {
    const std::vector<double> form = reduced(333, 0);
    std::vector<std::uint64_t> bits(form.size());
    std::memcpy(bits.data(), form.data(), form.size() * sizeof(double));
    return bits;
  });
}

}  // namespace
}  // namespace kilofold::test
