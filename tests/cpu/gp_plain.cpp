// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <numeric>

#include "cpu/gp_study.hpp"

namespace kilofold::test {
ReferenceGpFit reference_fit(const Table& table, const Rows& rows, const GpModel& model, std::size_t lane) {
  const ReferenceGp plain{.kernel = model.kernel,
                          .length_scale = model.length_scale,
                          .alpha = model.alpha,
                          .mean = model.mean,
                          .noise_variance = model.noise[lane],
                          .signal_variance = model.signal[lane],
                          .features = model.features,
                          .target = model.target};
  std::vector<std::int32_t> all(table.y().size());
  std::iota(all.begin(), all.end(), 0);
  return reference_gp(table.X().view(), table.y(), rows.train, rows.held_out,
                      model.fit_on == FitOn::fold ? rows.train : all, plain);
}

Table replicated_table(std::int32_t n, int d, std::uint32_t seed) {
  return random_table(n, std::vector<int>(static_cast<std::size_t>(d), 3), seed);
}

}  // namespace kilofold::test
