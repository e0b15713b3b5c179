#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The kilofold authors
# SPDX-License-Identifier: Apache-2.0
"""Refit cells of a results file with scikit-learn and compare every held-out prediction.

Reads everything from the HDF5 file: data, folds, parameters, predictions. Checks that the stored folds are KFold's, then

linear        LinearRegression (alpha 0) or Ridge; agreement within max(1e-10, 50 eps cond(X)) of sd(y), cond of the scaled,
              centred training design
kernel_ridge  KernelRidge; predictions within 100 eps cond(K + alpha I) of sd(y): both solve within 50
gpr           GaussianProcessRegressor(optimizer=None); mean and standard deviation of a new observation within 100 eps cond(A) of
              sd(y). Only the zero mean, which is all that scikit-learn has, and hyperparameters as given: what an optimizer found is
              stored in float32
svr           SVR at tol 1e-8; within 1e-5 max(1, C max K_ii) of sd(y), because libsvm keeps its kernel matrix in float32
tree          DecisionTreeRegressor. From min_samples_leaf 5 on: predictions within 1e-12 of sd(y), rows excepted where
              scikit-learn's own answer depends on its random_state (exact ties between features, which it breaks at random).
              Below 5 exact ties are everywhere; tests/oracle compares training errors instead.

Features and target are standardised on the training rows (StandardScaler); a file of another scaling is refused. Two of
scikit-learn's habits are undone before comparing, or they would be all that is measured. It casts X to float32, so a
held-out value near a midpoint may go the other way: trees are fitted on the ranks of the training values (their order is all
that growing sees) and cut at midpoints of the double values. And where several features part a node's rows in the same two
sets it takes one at random: the lowest is taken, as kilofold does.

Prints one line a model; exit code 5 on a breach.
"""

import argparse
import json
import sys

import h5py
import numpy as np
from sklearn.gaussian_process import GaussianProcessRegressor, kernels
from sklearn.kernel_ridge import KernelRidge
from sklearn.linear_model import LinearRegression, Ridge
from sklearn.metrics.pairwise import pairwise_kernels
from sklearn.model_selection import KFold
from sklearn.svm import SVR
from sklearn.tree import DecisionTreeRegressor

EPS = np.finfo(float).eps
LINEAR_BOUND = 1e-10  # of sd(y); the gate
SOLVED_BOUND = 100 * EPS  # of sd(y), times the condition number: two solutions within 50
WORST_CONDITION = 1e-3 / (50 * EPS)  # beyond it the file promises a status only
SVR_BOUND = 1e-5  # of sd(y), times C max K_ii where that is above 1: a kernel in float32
SVR_TOLERANCE = 1e-8
TREE_BOUND = 1e-12  # of sd(y): means of at most n values, order of summation apart
LEAST_LEAF = 5  # rows; trees of smaller leaves are full of exact ties
TIE_STATES = 4  # random_state values tried to see whether an answer of scikit-learn is an exact tie


def text(value):
    return value.decode() if isinstance(value, bytes) else str(value)


class Study:
    """What the audit needs of a results file."""

    def __init__(self, path):
        self.file = h5py.File(path, "r")
        self.X = self.file["data/X"][()]
        self.y = self.file["data/y"][()]
        self.sd = self.y.std()
        self.seeds = self.file["seed"][()].astype(int)
        self.scaling = json.loads(self.file["spec/canonical"][()])["scaling"]

    def models(self):
        return self.file["models"]

    def folds(self, k):
        return self.file[f"splits/k{k}/fold"][()]

    def parameters(self, model):
        group = self.file[f"models/{model}/param"]
        return {name: group[name][()] for name in group}


def check_folds(study, k):
    stored = study.folds(k)
    for s, seed in enumerate(study.seeds):
        fold = np.empty(len(study.y), int)
        for f, (_, held_out) in enumerate(KFold(k, shuffle=True, random_state=int(seed)).split(study.X)):
            fold[held_out] = f
        if not np.array_equal(fold, stored[s]):
            raise SystemExit(f"folds of k={k}, seed={seed} are not scikit-learn's")


class Scaled:
    """One training set and its held-out rows, standardised by the training rows."""

    def __init__(self, study, train, held_out):
        mean, sd = study.X[train].mean(axis=0), study.X[train].std(axis=0)
        sd[sd == 0] = 1
        self.X, self.Z = (study.X[train] - mean) / sd, (study.X[held_out] - mean) / sd
        self.centre, self.scale = study.y[train].mean(), study.y[train].std() or 1.0
        self.y = (study.y[train] - self.centre) / self.scale
        self.iqr = np.subtract(*np.quantile(study.y[train], [0.75, 0.25], method="hazen")) / self.scale

    def unscaled(self, prediction):
        return prediction * self.scale + self.centre


def refit_linear(rows, point):
    model = LinearRegression() if point["alpha"] == 0 else Ridge(alpha=point["alpha"], solver="svd")
    singular = np.linalg.svd(rows.X - rows.X.mean(axis=0), compute_uv=False)
    bound = max(LINEAR_BOUND, 50 * EPS * singular[0] / singular[-1])
    return {"prediction": rows.unscaled(model.fit(rows.X, rows.y).predict(rows.Z))}, bound


def gamma_of(word, X):
    """A kernel's gamma as written: a number, or one of the words of docs/spec.md."""
    d = X.shape[1]
    words = {"scale": 1 / (d * X.var()), "auto": 1 / d, "matlab_fine": 16 / d, "matlab_medium": 1 / d, "matlab_coarse": 1 / (16 * d)}
    return words[word] if word in words else float(word)


def refit_svr(rows, point):
    C = rows.iqr / 1.349 if point["C"] == "iqr" else float(point["C"])
    epsilon = rows.iqr / 13.49 if point["epsilon"] == "iqr" else float(point["epsilon"])
    shape = {"gamma": gamma_of(point["gamma"], rows.X), "degree": int(point["degree"]), "coef0": point["coef0"]}
    model = SVR(kernel=point["kernel"], C=C, epsilon=epsilon, tol=SVR_TOLERANCE, shrinking=False, cache_size=500, **shape)
    K = pairwise_kernels(rows.X, metric=point["kernel"], filter_params=True, **shape)
    bound = SVR_BOUND * max(1.0, C * K.diagonal().max())
    return {"prediction": rows.unscaled(model.fit(rows.X, rows.y).predict(rows.Z))}, bound


def refit_kernel_ridge(rows, point):
    shape = {"gamma": gamma_of(point["gamma"], rows.X), "degree": point["degree"], "coef0": point["coef0"]}
    model = KernelRidge(alpha=point["alpha"], kernel=point["kernel"], **shape).fit(rows.X, rows.y)
    K = pairwise_kernels(rows.X, metric=point["kernel"], filter_params=True, **shape)
    bound = SOLVED_BOUND * np.linalg.cond(K + point["alpha"] * np.eye(len(K)))
    return {"prediction": rows.unscaled(model.predict(rows.Z))}, bound


def refit_gpr(rows, point):
    """Length scales are divided out of the features, so that one a feature serves every kernel."""
    scales = [value for name, value in point.items() if name.split(".")[0] == "length_scale"]
    covariance = {"squared_exponential": kernels.RBF(), "matern32": kernels.Matern(nu=1.5), "matern52": kernels.Matern(nu=2.5),
                  "exponential": kernels.Matern(nu=0.5), "rational_quadratic": kernels.RationalQuadratic(alpha=point["rq_alpha"])}
    kernel = kernels.ConstantKernel(point["signal_variance"]) * covariance[point["kernel"]]
    noise = point["noise_variance"]
    model = GaussianProcessRegressor(kernel, alpha=noise, optimizer=None).fit(rows.X / scales, rows.y)
    mean, sd = model.predict(rows.Z / scales, return_std=True)
    condition = np.linalg.cond(kernel(rows.X / scales) + noise * np.eye(len(rows.X)))
    if condition > WORST_CONDITION:
        return None, 0.0
    return {"prediction": rows.unscaled(mean), "sd": np.sqrt(sd**2 + noise) * rows.scale}, SOLVED_BOUND * condition


def ranks(X):
    """Each column's values as dense ranks: what a tree sees, exact in float32."""
    return np.column_stack([np.unique(column, return_inverse=True)[1] for column in X.T]).astype(np.float32)


def first_feature(X, left, right):
    """The lowest feature that parts these rows, whether its low side is `left`, and the midpoint in double."""
    for f in range(X.shape[1]):
        for low, high, straight in ((left, right, True), (right, left, False)):
            a, b = X[low, f].max(), X[high, f].min()
            if a < b:
                cut = a / 2 + b / 2
                return f, straight, a if cut == b else cut
    raise AssertionError("scikit-learn split on no feature")


def predict(tree, X, X_ranks, X_held_out):
    """Held-out predictions of a tree fitted on X_ranks, cut at midpoints of X."""
    nodes = tree.tree_
    out = np.empty(len(X_held_out))
    stack = [(0, np.arange(len(X)), np.arange(len(X_held_out)))]
    while stack:
        node, rows, held_out = stack.pop()
        if nodes.feature[node] < 0:
            out[held_out] = nodes.value[node].item()
            continue
        goes_left = X_ranks[rows, nodes.feature[node]] <= nodes.threshold[node]
        left, right = rows[goes_left], rows[~goes_left]
        feature, straight, cut = first_feature(X, left, right)
        held_left = (X_held_out[held_out, feature] <= cut) == straight
        stack.append((nodes.children_left[node], left, held_out[held_left]))
        stack.append((nodes.children_right[node], right, held_out[~held_left]))
    return out


def grow(X_ranks, y, depth, split, leaf, state, weight=None):
    depth = int(depth) if depth > 0 else None  # -1 or NaN: no limit
    return DecisionTreeRegressor(
        max_depth=depth, min_samples_split=int(split), min_samples_leaf=int(leaf), random_state=state
    ).fit(X_ranks, y, sample_weight=weight)


class Tally:
    def __init__(self):
        self.fits = 0
        self.worst = 0.0  # largest |difference| / (bound sd(y))
        self.breaches = 0
        self.ill_conditioned = 0
        self.tied_rows = 0
        self.rows = 0

    def add(self, difference, bound, sd):
        ratio = float(np.max(np.abs(difference), initial=0.0)) / (bound * sd)
        self.fits += 1
        self.rows += len(difference)
        self.worst = max(self.worst, ratio)
        self.breaches += ratio > 1 or not np.isfinite(ratio)


def point_of(study, name, t):
    return {key: text(values[t]) if isinstance(values[t], bytes) else values[t] for key, values in study.parameters(name).items()}


def has_peer(kind, point):
    """Has scikit-learn one answer to this trial? See the head for Gaussian processes and trees."""
    if kind == "gpr":
        return point["mean"] == "zero" and point["optimizer"] == "none"
    if kind == "svr":
        return point.get("max_iter", -1) < 0  # steps of another path
    return kind != "tree" or point["min_samples_leaf"] >= LEAST_LEAF


def audit_refits(study, name, trials, tally, refit):
    """Every fit of these trials against `refit`, which gives what to compare and the bound, or None beyond any bound."""
    model = study.file[f"models/{name}"]
    for t in trials:
        point = point_of(study, name, t)
        folds = study.folds(int(point["cv.folds"]))
        for s, f in np.ndindex(len(study.seeds), int(point["cv.folds"])):
            held_out = np.flatnonzero(folds[s] == f)
            answer, bound = refit(Scaled(study, np.flatnonzero(folds[s] != f), held_out), point)
            if answer is None:
                tally.ill_conditioned += 1
                continue
            tally.add(np.concatenate([model[what][t, s][held_out] - values for what, values in answer.items()]), bound, study.sd)


def audit_tree(study, name, trials, tally):
    parameters = study.parameters(name)
    prediction = study.file[f"models/{name}/prediction"]
    for t in trials:
        k = int(parameters["cv.folds"][t])
        folds = study.folds(k)
        depth, split, leaf = (parameters[p][t] for p in ("max_depth", "min_samples_split", "min_samples_leaf"))
        for s in range(len(study.seeds)):
            stored = prediction[t, s]
            for f in range(k):
                train, held_out = np.flatnonzero(folds[s] != f), np.flatnonzero(folds[s] == f)
                X, X_ranks = study.X[train], ranks(study.X[train])
                refits = [
                    predict(grow(X_ranks, study.y[train], depth, split, leaf, state), X, X_ranks, study.X[held_out])
                    for state in range(TIE_STATES)
                ]
                closest = min(refits, key=lambda refit: np.sum(np.abs(refit - stored[held_out])))
                tied = np.ptp(refits, axis=0) > TREE_BOUND * study.sd
                difference = np.where(tied, 0.0, closest - stored[held_out])
                tally.tied_rows += int(tied.sum())
                tally.add(difference, TREE_BOUND, study.sd)


def pick(n, limit, random):
    return range(n) if limit <= 0 or n <= limit else sorted(random.choice(n, limit, replace=False))


REFITS = {"linear": refit_linear, "kernel_ridge": refit_kernel_ridge, "gpr": refit_gpr, "svr": refit_svr}


def audit(study, name, limit, random):
    """Audit one model and print its line; the number of breaches."""
    kind = text(study.file[f"models/{name}"].attrs["model"])
    if kind not in REFITS and kind != "tree":
        print(f"{name}: not audited, scikit-learn's {kind} draws at random; tests/oracle/ensembles.py injects the draws")
        return 0
    n_folds = study.parameters(name)["cv.folds"]
    for k in np.unique(n_folds):
        check_folds(study, int(k))
    known = [t for t in range(len(n_folds)) if has_peer(kind, point_of(study, name, t))]
    trials, tally = [known[i] for i in pick(len(known), limit, random)], Tally()
    if kind == "tree":
        audit_tree(study, name, trials, tally)
    else:
        audit_refits(study, name, trials, tally, REFITS[kind])
    ties = f", {tally.tied_rows} of {tally.rows} rows are ties in scikit-learn itself" if tally.tied_rows else ""
    ill = f", {tally.ill_conditioned} too ill-conditioned to compare" if tally.ill_conditioned else ""
    alone = len(n_folds) - len(known)
    without = f", {alone} of {len(n_folds)} trials left out, to which scikit-learn has no one answer" if alone else ""
    print(f"{name}: {tally.fits} fits refitted, {tally.breaches} beyond their bound, worst {tally.worst:.3g} of it"
          f"{ties}{ill}{without}")
    return tally.breaches


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file")
    parser.add_argument("--trials", type=int, default=0, help="audit at most this many random trials a model (0 = all)")
    arguments = parser.parse_args()
    study = Study(arguments.file)
    if study.scaling != {"features": "zscore", "target": "zscore", "fit_on": "fold"}:
        raise SystemExit(f"not audited: scaling is {study.scaling}, the audit standardises both on the training rows")
    random = np.random.RandomState(0)
    return 5 if sum(audit(study, name, arguments.trials, random) for name in study.models()) else 0


if __name__ == "__main__":
    sys.exit(main())
