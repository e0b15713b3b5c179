# SPDX-FileCopyrightText: 2026 The kilofold authors
# SPDX-License-Identifier: Apache-2.0
"""SVR of a built program against scikit-learn's (libsvm at tol 1e-8), every held-out prediction of a small study.

libsvm keeps its kernel matrix in float32, which moves its answer in proportion to 2^-24 C times the kernel: that floor, not its
tolerance, sets the bound. The second study's kernel values are integers that float32 holds exactly; there only the tolerance is
left.
"""

import subprocess

import h5py
import numpy as np
from sklearn.model_selection import KFold
from sklearn.svm import SVR

FLOAT_BOUND = 1e-5  # of sd(y), times C where that is above 1
EXACT_BOUND = 1e-6  # of sd(y): 100 times the tolerance
TOLERANCE = 1e-8
N, FEATURES = 200, ["a", "b", "c"]

SPEC = """spec: 1
name: svr
data: {{file: {file}, features: [a, b, c], target: y}}
cv: {{folds: 5, seeds: [0, 1]}}
scaling: {{features: {scaling}, target: {scaling}}}
models:
{models}
"""
SCALED = """  - {name: RBF, model: svr, parameters: {C: [0.1, 1, 10], epsilon: [0, 0.01, 0.1, 0.5], gamma: [scale, auto, 0.05, 2]}}
  - {name: Linear, model: svr, parameters: {kernel: linear, C: [0.1, 1], epsilon: [0.01, 0.1]}}
  - {name: Poly, model: svr, parameters: {kernel: poly, degree: [2, 3], coef0: [0.5, 1], C: [0.01, 0.1], gamma: auto}}
"""
EXACT = """  - {name: Exact_linear, model: svr, parameters: {kernel: linear, C: [0.01, 0.5, 16], epsilon: [0.125, 1]}}
  - {name: Exact_poly, model: svr, parameters: {kernel: poly, degree: 2, coef0: 1, gamma: 1, C: [1.0e-4, 1.0e-3], epsilon: [0.125, 1]}}
"""


def make_tables(folder):
    random = np.random.RandomState(3)
    X = random.standard_normal((N, len(FEATURES)))
    y = np.sin(2 * X[:, 0]) + X[:, 1] * X[:, 2] + 0.1 * random.standard_normal(N)
    whole = random.randint(-4, 5, (N, len(FEATURES))).astype(float)
    line = whole @ [1.0, -2.0, 0.5] + random.standard_normal(N)
    for name, features, target in (("table.csv", X, y), ("whole.csv", whole, line)):
        rows = ["a,b,c,y"] + [",".join(f"{v:.17g}" for v in (*x, t)) for x, t in zip(features, target)]
        (folder / name).write_text("\n".join(rows) + "\n")


def scaled(values, train):
    mean, sd = values[train].mean(axis=0), values[train].std(axis=0)
    return (values - mean) / sd, mean, sd


def refit(X, y, train, held_out, point, scaling):
    X, _, _ = scaled(X, train) if scaling == "zscore" else (X, 0.0, 1.0)
    target, mean, sd = scaled(y, train) if scaling == "zscore" else (y, 0.0, 1.0)
    gamma = point["gamma"] if point["gamma"] in ("scale", "auto") else float(point["gamma"])
    model = SVR(kernel=point["kernel"], C=point["C"], epsilon=point["epsilon"], gamma=gamma, degree=int(point["degree"]),
                coef0=point["coef0"], tol=TOLERANCE, shrinking=False, cache_size=500)
    return model.fit(X[train], target[train]).predict(X[held_out]) * sd + mean


def worst(file, scaling):
    """Largest difference of each entry, of sd(y) and of max(1, C), and the number of fits compared."""
    X, y, seeds, differences, fits = file["data/X"][()], file["data/y"][()], file["seed"][()].astype(int), {}, 0
    for name, group in file["models"].items():
        trials = {key: group["param"][key][()] for key in ("kernel", "C", "epsilon", "gamma", "degree", "coef0")}
        assert not group["diagnostic/status"][()].any(), f"{name}: not every fit is ok"
        for t in range(len(trials["C"])):
            point = {key: values[t].decode() if isinstance(values[t], bytes) else values[t] for key, values in trials.items()}
            for s, seed in enumerate(seeds):
                for train, held_out in KFold(5, shuffle=True, random_state=int(seed)).split(X):
                    theirs = refit(X, y, train, held_out, point, scaling)
                    off = np.abs(group["prediction"][t, s, held_out] - theirs).max() / y.std() / max(1.0, point["C"])
                    differences[name] = max(differences.get(name, 0.0), off)
                    fits += 1
    return differences, fits


def agree(program, folder):
    make_tables(folder)
    total, words = 0, []
    for name, file, scaling, models in (("svr", "table.csv", "zscore", SCALED), ("exact", "whole.csv", "none", EXACT)):
        (folder / f"{name}.yaml").write_text(SPEC.format(file=file, scaling=scaling, models=models))
        subprocess.run([program, "run", f"{name}.yaml", "-o", f"{name}.h5", "-q"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
        with h5py.File(folder / f"{name}.h5", "r") as results:
            differences, fits = worst(results, scaling)
        total += fits
        for entry, off in differences.items():
            bound = EXACT_BOUND if entry.startswith("Exact") else FLOAT_BOUND
            assert off <= bound, f"{entry}: {off:.1e} of sd(y) max(1, C), bound {bound:.0e}"
            words.append(f"{entry} {off:.0e}")
    return f"{total} fits; worst difference of sd(y) max(1, C): {', '.join(words)}"
