// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "models/svr.hpp"

#include "models/parameters.hpp"

namespace kilofold {
namespace {

constexpr double first_word = -1;  // `scale` of gamma

std::vector<ParameterSchema> parameters() {
  ParameterSchema C = positive_parameter(
      "C", 1, "weight of the loss against flatness, on the scaled target; iqr = MATLAB's iqr(y) / 1.349",
      {"BoxConstraint", "cost", "box_constraint", "regularization"});
  C.words = {"iqr"};
  ParameterSchema epsilon = real_parameter(
      "epsilon", 0, 0.1, "residuals up to this cost nothing, on the scaled target; iqr = MATLAB's iqr(y) / 13.49",
      {"Epsilon", "eps", "svm_epsilon", "epsilon_tube"});
  epsilon.words = {"iqr"};
  ParameterSchema gamma = positive_parameter(
      "gamma", first_word,
      "of rbf and poly, on the scaled features; scale = 1 / (d var(X)), auto = 1 / d, matlab_* = the app's presets",
      {"KernelScale", "kernel_scale", "sigma", "length_scale"});
  gamma.words = {"scale", "auto", "matlab_fine", "matlab_medium", "matlab_coarse"};
  ParameterSchema kernel =
      category_parameter("kernel", {"rbf", "linear", "poly"}, "inner product that stands for the features");
  kernel.foreign_names = {"KernelFunction", "kernel_type"};
  ParameterSchema degree =
      integer_parameter("degree", 1, 3, "power of poly; other kernels ignore it", {"PolynomialOrder", "order"});
  degree.maximum = 100;
  return {
      kernel,
      C,
      epsilon,
      gamma,
      degree,
      real_parameter("coef0", 0, 0, "constant term of poly; other kernels ignore it", {"KernelOffset", "offset", "r"})};
}

void lower(GroupBuilder& build) {
  const NodeId scaled = build.standardize();
  std::vector<Binding> bindings;
  AxisSet reads = build.rows();
  for (const char* parameter : {"kernel", "C", "epsilon", "gamma", "degree", "coef0"}) {
    bindings.push_back(build.bind(parameter));
    reads = reads | build.axis(parameter);
  }
  build.add(Op::svr_path, std::move(bindings), {scaled}, reads);
}

}  // namespace

Model svr() {
  return {{"svr", "epsilon-insensitive support vector regression", parameters()},
          &lower,
          {false,
           false,
           {{"gap", "largest violation of the optimality conditions, in the scaled target's unit", false},
            {"margin", "smallest distance of a coefficient (in C) or residual (scaled target) from its bound", false},
            {"cond", "condition of the free coefficients' block, from its pivots", false},
            {"correction", "largest change of a coefficient by iterative refinement, in C", false},
            {"n_support", "distinct training rows with a coefficient", true}}}};
}

}  // namespace kilofold
