# SPDX-FileCopyrightText: 2026 The kilofold authors
# SPDX-License-Identifier: Apache-2.0
"""Kernel ridge regression of a built program against scikit-learn's KernelRidge, every held-out prediction of a small study."""

import subprocess

import h5py
import numpy as np
from sklearn.compose import TransformedTargetRegressor
from sklearn.kernel_ridge import KernelRidge
from sklearn.metrics.pairwise import pairwise_kernels
from sklearn.model_selection import KFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

BOUND = 100 * np.finfo(float).eps  # times cond(K + alpha I), of sd(y): both solve within 50 eps cond
N = 120

SPEC = """spec: 1
name: kernel_ridge
data: {file: krr.csv, features: [a, b, c], target: y}
cv: {folds: 5, seeds: [0, 1]}
models:
  - {name: Linear, model: kernel_ridge, parameters: {alpha: [1.0e-3, 1, 30]}}
  - {name: Rbf, model: kernel_ridge, parameters: {kernel: rbf, gamma: [scale, auto, 0.05, 2], alpha: [1.0e-4, 0.1, 1, 30]}}
  - {name: Poly, model: kernel_ridge, parameters: {kernel: poly, gamma: [auto, 0.1], degree: [1, 3], coef0: [0, 1], alpha: [0.01, 1]}}
"""


def agree(program, folder):
    random = np.random.RandomState(5)
    X = random.randint(-3, 4, (N, 3)) / 2.0  # some rows are equal
    y = np.sin(2 * X[:, 0]) + X[:, 1] * X[:, 2] + 0.1 * random.standard_normal(N) + 7
    rows = ["a,b,c,y"] + [",".join(f"{v:.17g}" for v in (*x, t)) for x, t in zip(X, y)]
    (folder / "krr.csv").write_text("\n".join(rows) + "\n")
    (folder / "krr.yaml").write_text(SPEC)
    subprocess.run([program, "run", "krr.yaml", "-o", "krr.h5", "-q"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    worst, fits = {}, 0
    with h5py.File(folder / "krr.h5", "r") as results:
        for name, group in results["models"].items():
            trials = {key: group["param"][key][()] for key in group["param"]}
            for t in range(len(trials["alpha"])):
                point = {key: values[t].decode() if isinstance(values[t], bytes) else values[t] for key, values in trials.items()}
                for s, seed in enumerate(results["seed"][()].astype(int)):
                    for train, held_out in KFold(5, shuffle=True, random_state=int(seed)).split(X):
                        Z = StandardScaler().fit_transform(X[train])
                        gamma = {"scale": 1 / (3 * Z.var()), "auto": None}.get(point["gamma"])
                        if point["gamma"] not in ("scale", "auto"):
                            gamma = float(point["gamma"])
                        model = KernelRidge(alpha=point["alpha"], kernel=point["kernel"], gamma=gamma, degree=point["degree"],
                                            coef0=point["coef0"])
                        K = pairwise_kernels(Z, metric=point["kernel"], filter_params=True, gamma=gamma, degree=point["degree"],
                                             coef0=point["coef0"])
                        bound = BOUND * np.linalg.cond(K + point["alpha"] * np.eye(len(Z))) * y.std()
                        pipeline = TransformedTargetRegressor(make_pipeline(StandardScaler(), model), transformer=StandardScaler())
                        off = np.abs(group["prediction"][t, s, held_out] - pipeline.fit(X[train], y[train]).predict(X[held_out])).max()
                        worst[name] = max(worst.get(name, 0.0), off / bound)
                        fits += 1
    for name, off in worst.items():
        assert off <= 1, f"{name}: {off:.2f} of the bound"
    return f"{fits} fits; worst of the bound 100 eps cond sd(y): " + ", ".join(f"{n} {off:.3f}" for n, off in worst.items())
