// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "models/linear.hpp"

#include "models/parameters.hpp"

namespace kilofold {
namespace {

ParameterSchema alpha() {
  return real_parameter("alpha", 0, 0,
                        "ridge penalty on the squared weights of the scaled features; 0 = ordinary least squares",
                        {"lambda", "Lambda", "penalty", "reg_lambda", "l2"});
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
