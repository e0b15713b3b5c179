// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "models/linear.hpp"

namespace kilofold {
namespace {

ParameterSchema alpha() {
  ParameterSchema alpha;
  alpha.name = "alpha";
  alpha.minimum = 0;
  alpha.default_value = 0;
  alpha.help = "ridge penalty on the squared weights of the scaled features; 0 = ordinary least squares";
  alpha.foreign_names = {"lambda", "Lambda", "penalty", "reg_lambda", "l2"};
  return alpha;
}

void lower(GroupBuilder& build) {
  const NodeId scaled = build.standardize();
  build.add(Op::least_squares, {build.bind("alpha")}, {scaled}, build.rows(), build.axis("alpha"));
}

}  // namespace

Model linear() {
  return {{"linear", "linear regression with intercept: ordinary least squares or ridge", {alpha()}},
          &lower,
          {false, false, {}}};
}

}  // namespace kilofold
