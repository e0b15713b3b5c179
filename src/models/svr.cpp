// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "models/svr.hpp"

#include <limits>

#include "kilofold/core/kernel_functions.hpp"
#include "models/parameters.hpp"

namespace kilofold {
namespace {

std::vector<ParameterSchema> parameters() {
  ParameterSchema C = positive_parameter(
      "C", 1, "weight of the loss against flatness, on the scaled target; iqr = MATLAB's iqr(y) / 1.349",
      {"BoxConstraint", "cost", "box_constraint", "regularization"});
  C.words = {"iqr"};
  ParameterSchema epsilon = real_parameter(
      "epsilon", 0, 0.1, "residuals up to this cost nothing, on the scaled target; iqr = MATLAB's iqr(y) / 13.49",
      {"Epsilon", "eps", "svm_epsilon", "epsilon_tube"});
  epsilon.words = {"iqr"};
  ParameterSchema kernel =
      category_parameter("kernel", {"rbf", "linear", "poly"}, "inner product that stands for the features");
  kernel.foreign_names = {"KernelFunction", "kernel_type"};
  std::vector<ParameterSchema> parameters = {kernel, C, epsilon};
  for (ParameterSchema& shape : kernel_shape(gamma_scale, 0)) parameters.push_back(std::move(shape));
  ParameterSchema max_iter =
      integer_parameter("max_iter", 1, std::numeric_limits<double>::infinity(),
                        "steps of the solver's path after which it gives up (status iteration_limit); none = no limit",
                        {"IterationLimit", "max_iterations"});
  max_iter.none_allowed = true;
  parameters.push_back(std::move(max_iter));
  return parameters;
}

void lower(GroupBuilder& build) {
  const NodeId scaled = build.standardize();
  std::vector<Binding> bindings;
  AxisSet reads = build.rows();
  for (const char* parameter : {"kernel", "C", "epsilon", "gamma", "degree", "coef0", "max_iter"}) {
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
