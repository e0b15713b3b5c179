# SPDX-FileCopyrightText: 2026 The kilofold authors
# SPDX-License-Identifier: Apache-2.0
"""SVR of a built program against scikit-learn's, which is libsvm's, every held-out prediction of two small studies.

libsvm stops at a KKT violation of its tolerance (1e-8 here, in the scaled target's unit) of a kernel matrix that it keeps in
float32, each entry rounded by up to 2^-24 of itself. So with the true kernel its coefficients beta violate row i's condition by up to

    r_i = 1e-8 + 2^-24 sum_j |K_ij beta_j|.

Its prediction at x is off by sum_i w_i(x) (error of free row i), where w solves the free rows' block of K, bordered by ones, for the
kernel values at x: to first order by at most |w(x)|_1 max r. Twice that is the tolerance of each prediction, as a row whose
coefficient is within that error of its bound may be free on one side only. Where the tolerance is below 1e-5 sd(y), that is what
libsvm's cache permits; counts are printed. The second study's kernel values are integers that float32 holds exactly: there the
tolerance is that of the gap alone.
"""

import subprocess

import h5py
import numpy as np
from sklearn.metrics.pairwise import linear_kernel, polynomial_kernel, rbf_kernel
from sklearn.model_selection import KFold
from sklearn.svm import SVR

CLOSE = 1e-5  # of sd(y): the agreement promised where libsvm's float32 kernel permits it
TOLERANCE = 1e-8
FLOAT_ROUNDING = {"zscore": 2.0**-24, "none": 0.0}  # of a kernel value; unscaled kernel values are integers
CHANGED_SETS = 2
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
  - {name: RBF_C_100, model: svr, parameters: {C: 100, epsilon: [0.1, 0.5], gamma: [scale, 2]}}
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


def kernel_of(model, A, B):
    if model.kernel == "rbf":
        return rbf_kernel(A, B, gamma=model._gamma)
    if model.kernel == "poly":
        return polynomial_kernel(A, B, degree=model.degree, gamma=model._gamma, coef0=model.coef0)
    return linear_kernel(A, B)


def prediction_tolerance(model, X, test, rounding):
    """How far libsvm's predictions may be off, one a row of `test`, in the scaled target's unit."""
    K = kernel_of(model, X, X)
    beta = np.zeros(len(X))
    beta[model.support_] = model.dual_coef_[0]
    r = TOLERANCE + rounding * (np.abs(K) @ np.abs(beta)).max()
    free = np.flatnonzero((beta != 0) & (np.abs(beta) < model.C))
    if len(free) == 0:
        return np.full(len(test), CHANGED_SETS * r)
    bordered = np.ones((len(free) + 1, len(free) + 1))
    bordered[:-1, :-1] = K[np.ix_(free, free)]
    bordered[-1, -1] = 0
    w = np.linalg.lstsq(bordered, np.vstack([kernel_of(model, X[free], test), np.ones(len(test))]), rcond=None)[0][:-1]
    return CHANGED_SETS * r * np.maximum(1.0, np.abs(w).sum(axis=0))


def refit(X, y, train, held_out, point, scaling):
    """libsvm's predictions of the held-out rows and their tolerance, in the target's unit."""
    X, _, _ = scaled(X, train) if scaling == "zscore" else (X, 0.0, 1.0)
    target, mean, sd = scaled(y, train) if scaling == "zscore" else (y, 0.0, 1.0)
    gamma = point["gamma"] if point["gamma"] in ("scale", "auto") else float(point["gamma"])
    model = SVR(kernel=point["kernel"], C=point["C"], epsilon=point["epsilon"], gamma=gamma, degree=int(point["degree"]),
                coef0=point["coef0"], tol=TOLERANCE, shrinking=False, cache_size=500).fit(X[train], target[train])
    tolerance = prediction_tolerance(model, X[train], X[held_out], FLOAT_ROUNDING[scaling])
    return model.predict(X[held_out]) * sd + mean, tolerance * sd


class Agreement:
    """What was compared of one entry."""

    def __init__(self):
        self.fits = self.close = 0
        self.worst = self.share = 0.0

    def add(self, off, tolerance, sd):
        self.fits += 1
        self.close += bool((tolerance <= CLOSE * sd).all())
        self.worst = max(self.worst, (off / sd).max())
        self.share = max(self.share, (off / tolerance).max())


def compare(file, scaling):
    """Agreement of each entry of a results file."""
    X, y, seeds, found = file["data/X"][()], file["data/y"][()], file["seed"][()].astype(int), {}
    for name, group in file["models"].items():
        trials = {key: group["param"][key][()] for key in ("kernel", "C", "epsilon", "gamma", "degree", "coef0")}
        assert not group["diagnostic/status"][()].any(), f"{name}: not every fit is ok"
        agreement = found[name] = Agreement()
        for t in range(len(trials["C"])):
            point = {key: values[t].decode() if isinstance(values[t], bytes) else values[t] for key, values in trials.items()}
            for s, seed in enumerate(seeds):
                for train, held_out in KFold(5, shuffle=True, random_state=int(seed)).split(X):
                    theirs, tolerance = refit(X, y, train, held_out, point, scaling)
                    agreement.add(np.abs(group["prediction"][t, s, held_out] - theirs), tolerance, y.std())
    return found


def agree(program, folder):
    make_tables(folder)
    total, close, words = 0, 0, []
    for name, file, scaling, models in (("svr", "table.csv", "zscore", SCALED), ("exact", "whole.csv", "none", EXACT)):
        (folder / f"{name}.yaml").write_text(SPEC.format(file=file, scaling=scaling, models=models))
        subprocess.run([program, "run", f"{name}.yaml", "-o", f"{name}.h5", "-q"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
        with h5py.File(folder / f"{name}.h5", "r") as results:
            found = compare(results, scaling)
        for entry, agreement in found.items():
            assert agreement.share <= 1, f"{entry}: {agreement.share:.2g} of libsvm's tolerance, worst {agreement.worst:.1e} sd(y)"
            total += agreement.fits
            close += agreement.close
            words.append(f"{entry} {agreement.worst:.0e} ({agreement.share:.2f} of the tolerance)")
    return (f"{total} fits within libsvm's tolerance, {close} of them within {CLOSE:.0e} sd(y) as its float32 kernel permits; "
            f"worst difference of sd(y): {', '.join(words)}")
