// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "cpu/gp_likelihood.hpp"
#include "cpu/ops.hpp"
#include "kilofold/backend/leave.hpp"
#include "kilofold/backend/lml_search.hpp"

namespace kilofold::cpu {
namespace {

void write(const MaximizeLmlArgs& a, std::int64_t item, const LmlAnswer& answer) {
  std::copy(answer.theta.begin(), answer.theta.end(), a.theta.data + item * a.theta.stride);
  a.log_marginal_likelihood.data[item * a.log_marginal_likelihood.stride] = answer.log_marginal_likelihood;
  a.gradient_norm.data[item * a.gradient_norm.stride] = answer.gradient_norm;
  a.iterations.data[item * a.iterations.stride] = answer.iterations;
  a.status[item] = static_cast<std::int32_t>(answer.status);
}

LmlAnswer maximize_item(const Factorisations& flavour, const MaximizeLmlArgs& a, std::int64_t item) {
  const ItemInputs inputs = inputs_of(*a.table, a.scaled, a.rows[item], item);
  if (!inputs.finite()) return no_answer(a, item, 0, FitStatus::not_finite);
  thread_local Likelihood likelihood;
  likelihood.begin(inputs, a.rows[item].n_train, a.table->n, a.kernel.kernel, a.table->d, a.mean, a.noise_floor,
                   flavour);
  std::vector<LmlSearch> searches;
  std::vector<double> slope(static_cast<std::size_t>(a.table->d) + 3);
  for (std::uint32_t start = 0; start < n_starts(a, item); ++start) {
    LmlSearch& search = searches.emplace_back(a, item, start);
    while (!search.done()) {
      leave_if_stopped();
      const double lml = likelihood.evaluate(search.asked(), slope);
      search.tell(lml, slope);
    }
  }
  return best_answer(a, item, searches);
}

}  // namespace

int maximize_lml(const Factorisations& flavour, const MaximizeLmlArgs* args) {
  return guarded("maximize_lml", [&] {
    check_matrices(*args);
    check_searches(*args);
    for (std::int64_t item = 0; item < args->n_items; ++item) write(*args, item, maximize_item(flavour, *args, item));
  });
}

}  // namespace kilofold::cpu
