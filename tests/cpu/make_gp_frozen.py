#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The kilofold authors
# SPDX-License-Identifier: Apache-2.0
"""Write gp_frozen.csv: what scikit-learn's GaussianProcessRegressor(optimizer=None, normalize_y=True) says of a made table.

Features are scaled by the training rows. scikit-learn's standard deviation leaves alpha, the noise, out: it is added.
"""
import pathlib

import numpy as np
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, ConstantKernel, Matern, RationalQuadratic

N = 29
X = np.array([[(7 * i % N) / 4.0, (i * i % 6) / 3.0] for i in range(N)])
Y = X[:, 0] + 2 * X[:, 1] * X[:, 1] + np.array([(5 * i % 17) / 5.0 for i in range(N)])
HELD_OUT = np.arange(N) % 4 == 1

KERNELS = [  # the numbers are those of kilofold::Kernel
    (0, RBF),
    (1, lambda length_scale: Matern(length_scale, nu=1.5)),
    (2, lambda length_scale: Matern(length_scale, nu=2.5)),
    (3, lambda length_scale: RationalQuadratic(length_scale, alpha=0.7)),
    (4, lambda length_scale: Matern(length_scale, nu=0.5)),
]


def main():
    x = (X - X[~HELD_OUT].mean(axis=0)) / X[~HELD_OUT].std(axis=0)
    lines = ["kernel,length_scale_1,length_scale_2,noise,signal,log_marginal_likelihood,mean and sd of each held-out row"]
    for number, kernel in KERNELS:
        for length_scale in [(0.9, 0.9), (0.6, 2.5)]:
            if number == 3 and length_scale[0] != length_scale[1]:
                continue  # scikit-learn's has one length scale
            for noise, signal in [(1e-4, 1.0), (0.05, 2.5), (1.0, 0.3)]:
                covariance = kernel(length_scale[0] if number == 3 else length_scale)
                gpr = GaussianProcessRegressor(
                    ConstantKernel(signal) * covariance, alpha=noise, optimizer=None, normalize_y=True
                ).fit(x[~HELD_OUT], Y[~HELD_OUT])
                mean, latent = gpr.predict(x[HELD_OUT], return_std=True)
                sd = np.sqrt(latent**2 + noise * Y[~HELD_OUT].std() ** 2)
                numbers = [*length_scale, noise, signal, gpr.log_marginal_likelihood_value_]
                numbers += [value for pair in zip(mean, sd) for value in pair]
                lines.append(",".join([str(number), *(repr(float(value)) for value in numbers)]))
    pathlib.Path(__file__).with_name("gp_frozen.csv").write_text("\n".join(lines) + "\n", encoding="ascii")


if __name__ == "__main__":
    main()
