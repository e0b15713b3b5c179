// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "models/gpr.hpp"

#include "kilofold/core/op_options.hpp"
#include "models/parameters.hpp"

namespace kilofold {
namespace {

std::vector<ParameterSchema> parameters() {
  ParameterSchema length_scale = positive_parameter(
      "length_scale", 1, "length scale in units of the scaled features; a list holds one a feature (ARD)",
      {"lengthscale", "sigmaL", "SigmaL", "ls", "theta"});
  length_scale.per_feature = true;
  return {
      category_parameter("kernel", {"squared_exponential", "matern32", "matern52", "rational_quadratic", "exponential"},
                         "covariance of two samples as a function of their scaled distance"),
      std::move(length_scale),
      positive_parameter(
          "rq_alpha", 1,
          "scale mixture of rational_quadratic (RationalQuadratic's alpha in scikit-learn); other kernels ignore it",
          {"alpha_rq", "scale_mixture", "shape"}),
      positive_parameter("noise_variance", 0.01, "variance of the noise, in units of the scaled target's variance",
                         {"alpha", "Sigma", "sigma_n", "noise", "noise_level", "likelihood_noise", "nugget"}),
      positive_parameter("signal_variance", 1, "variance of the process, in units of the scaled target's variance",
                         {"SigmaF", "sigmaF", "outputscale", "constant_value", "sigma_f"}),
      category_parameter("mean", {"zero", "constant", "linear"}, "mean function (MATLAB: BasisFunction)"),
      category_parameter(
          "optimizer", {"none", "lbfgs", "lbfgs_ard"},
          "lbfgs: start from these hyperparameters and maximise the log marginal likelihood in every training set, "
          "length scales keeping their ratios; lbfgs_ard: a length scale a feature"),
      integer_parameter("n_restarts_optimizer", 0, 0, "further starts of the optimizer, drawn within its bounds",
                        {"n_restarts", "restarts", "num_restarts"})};
}

/// Hyperparameters found inside each training set: nodes that lack a parameter take it from `maximize_lml`.
void lower_tuned(GroupBuilder& build, NodeId scaled, const std::vector<Binding>& shape, const Binding& rq_alpha,
                 AxisSet reads) {
  std::vector<Binding> start = shape;
  start.insert(start.end(),
               {build.bind("length_scale"), rq_alpha, build.bind("noise_variance"), build.bind("signal_variance"),
                build.bind("n_restarts_optimizer"), fixed("per_feature", build.only("optimizer") == 2 ? 1.0 : 0.0)});
  reads = reads | build.axis("n_restarts_optimizer");
  const NodeId tuned = build.add(Op::maximize_lml, std::move(start), {scaled}, reads);
  const NodeId matrix = build.add(Op::factor, shape, {scaled, tuned}, reads);
  std::vector<Binding> answer(shape.begin() + 1, shape.end());
  answer.push_back(fixed("form", Factorized::cholesky));
  build.add(Op::posterior, std::move(answer), {scaled, matrix, tuned}, reads);
}

void lower(GroupBuilder& build) {
  const auto kernel = static_cast<Kernel>(static_cast<std::int32_t>(build.only("kernel")));
  const Binding mean = fixed("mean", build.only("mean"));
  const Binding replicates = fixed("replicates", Replicates::keep);
  AxisSet reads =
      build.rows() | build.axis("length_scale") | build.axis("noise_variance") | build.axis("signal_variance");
  Binding rq_alpha = fixed("rq_alpha", 1.0);
  if (kernel == Kernel::rational_quadratic) {
    rq_alpha = build.bind("rq_alpha");
    reads = reads | build.axis("rq_alpha");
  }
  const NodeId scaled = build.standardize();
  if (build.only("optimizer") != 0)
    return lower_tuned(build, scaled, {fixed("kernel", kernel), mean, replicates, build.noise_floor()}, rq_alpha,
                       reads);
  const NodeId matrix = build.add(Op::factor,
                                  {fixed("kernel", kernel), build.bind("length_scale"), rq_alpha, mean, replicates,
                                   build.noise_floor(), build.bind("noise_variance"), build.bind("signal_variance")},
                                  {scaled}, reads);
  build.add(Op::posterior,
            {mean, replicates, build.noise_floor(), fixed("form", Factorized::cholesky), build.bind("noise_variance"),
             build.bind("signal_variance")},
            {scaled, matrix}, reads);
}

}  // namespace

Model gpr() {
  ModelSchema schema{"gpr", "Gaussian process regression", parameters()};
  schema.tuned_by = {"log_marginal_likelihood", "mae", "rmse", "r2"};
  schema.tuned_by_gradient = true;
  schema.tune_lacks = {"bounds"};
  schema.tuner = {"optimizer", "n_restarts_optimizer"};
  return {schema,
          &lower,
          {false,
           true,
           {{"log_marginal_likelihood", "log marginal likelihood of the scaled training target", false},
            {"jitter", "variance added to the noise to keep the matrix positive definite", false},
            {"noise_variance", "noise variance of the fit, as given or as found by the optimizer", false},
            {"signal_variance", "signal variance of the fit, as given or as found by the optimizer", false}},
           {{"length_scale", "length scale found by the optimizer", false},
            {"rq_alpha", "scale mixture found by the optimizer", false}}},
          {"kernel", "mean", "optimizer"}};
}

}  // namespace kilofold
