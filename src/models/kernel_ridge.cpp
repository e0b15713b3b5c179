// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "models/kernel_ridge.hpp"

#include "kilofold/core/gaussian_process.hpp"
#include "kilofold/core/op_options.hpp"
#include "models/parameters.hpp"

namespace kilofold {
namespace {

constexpr Kernel kernels[] = {Kernel::linear, Kernel::rbf, Kernel::polynomial};  // in the order of the categories
constexpr double gamma_auto = -2;                                                // scikit-learn's default here, 1 / d

std::vector<ParameterSchema> parameters() {
  ParameterSchema kernel =
      category_parameter("kernel", {"linear", "rbf", "poly"}, "inner product that stands for the features");
  kernel.foreign_names = {"KernelFunction", "kernel_type"};
  std::vector<ParameterSchema> parameters = {
      kernel, real_parameter("alpha", 0, 1, "penalty on the squared weights; 0 = none, if the kernel matrix allows it",
                             {"lambda", "Lambda", "penalty", "reg_lambda"})};
  for (ParameterSchema& shape : kernel_shape(gamma_auto, 1)) parameters.push_back(std::move(shape));
  return parameters;
}

void lower(GroupBuilder& build) {
  const Kernel kernel = kernels[static_cast<std::size_t>(build.only("kernel"))];
  const std::vector<Binding> process = {{"noise_variance", build.bind("alpha").axis},
                                        fixed("signal_variance", 1),
                                        fixed("noise_floor", NoiseFloor::none),
                                        fixed("mean", Mean::zero),
                                        fixed("replicates", Replicates::keep)};
  AxisSet reads = build.rows() | build.axis("alpha");
  std::vector<Binding> matrix = process;
  matrix.insert(matrix.end(), {fixed("kernel", kernel), fixed("length_scale", 1), fixed("rq_alpha", 1)});
  const auto bind = [&](const char* parameter, bool is_read) {
    matrix.push_back(is_read ? build.bind(parameter) : fixed(parameter, 1));
    if (is_read) reads = reads | build.axis(parameter);
  };
  bind("gamma", kernel != Kernel::linear);
  bind("coef0", kernel == Kernel::polynomial);
  bind("degree", kernel == Kernel::polynomial);
  const NodeId scaled = build.standardize();
  const NodeId factor = build.add(Op::factor, std::move(matrix), {scaled}, reads);
  std::vector<Binding> answer = process;
  answer.push_back(fixed("form", Factorized::cholesky));
  build.add(Op::posterior, std::move(answer), {scaled, factor}, reads);
}

}  // namespace

Model kernel_ridge() {
  return {{"kernel_ridge", "kernel ridge regression", parameters()}, &lower, {false, false, {}}, {"kernel"}};
}

}  // namespace kilofold
