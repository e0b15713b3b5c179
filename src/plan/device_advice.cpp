// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "plan/device_advice.hpp"

#include "plan/duration.hpp"

namespace kilofold {
namespace {

// The cuda cost table, version 1: how many cores' work, as cost.cpp counts it, one GPU of the H200 class does, and what
// it takes to open one: context and libraries, read from a cold disk. Estimates between the floors of bandwidth and
// arithmetic and what batched libraries reach; none is measured.
constexpr double open_cuda_seconds = 5;

double cores_of_a_gpu(Op op) {
  switch (op) {
    case Op::factor:
    case Op::invert:
    case Op::posterior:
    case Op::fold_posterior:
      return 300;
    case Op::maximize_lml:
      return 200;
    case Op::reduce:
      return 80;  // a chain of matrix-vector products: bound by memory
    case Op::svr_path:
      return 30;  // a chain of small solves
    case Op::grow_trees:
    case Op::boost:
    case Op::read_trees:
      return 500;
    case Op::standardize:
    case Op::least_squares:
      return 100;
  }
  return 1;
}

}  // namespace

double cuda_seconds(const Plan& plan) {
  double seconds = open_cuda_seconds;
  for (const PlanNode& node : plan.nodes) seconds += node.seconds / cores_of_a_gpu(node.node.op);
  return seconds;
}

DeviceAdvice advise_device(const Plan& plan) {
  const std::string cpu = fmt::format("planned {} on one core", duration(plan.seconds));
  if (plan.seconds < least_cuda_seconds)
    return {false, fmt::format("{}; a GPU pays from {} on", cpu, duration(least_cuda_seconds))};
  const double cuda = cuda_seconds(plan);
  return {cuda < plan.seconds,
          fmt::format("{}, {} on a GPU (cuda cost table {})", cpu, duration(cuda), cuda_cost_table_version)};
}

}  // namespace kilofold
