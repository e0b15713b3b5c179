#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The kilofold authors
# SPDX-License-Identifier: Apache-2.0
"""Refit cells of a results file with scikit-learn and compare every held-out prediction.

Reads everything from the HDF5 file: data, folds, parameters, predictions. Checks that the stored folds are KFold's, then

linear  StandardScaler on the training rows, LinearRegression (alpha 0) or Ridge; agreement within
        max(1e-10, 50 eps cond(X)) of sd(y), cond of the scaled, centred training design
tree    DecisionTreeRegressor. From min_samples_leaf 5 on: predictions within 1e-12 of sd(y), rows excepted where
        scikit-learn's own answer depends on its random_state (exact ties between features, which it breaks at random).
        Below 5 exact ties are everywhere; tests/oracle compares training errors instead.

Two of scikit-learn's habits are undone before comparing, or they would be all that is measured. It casts X to float32, so a
held-out value near a midpoint may go the other way: trees are fitted on the ranks of the training values (their order is all
that growing sees) and cut at midpoints of the double values. And where several features part a node's rows in the same two
sets it takes one at random: the lowest is taken, as kilofold does.

Prints one line a model; exit code 5 on a breach.
"""

import argparse
import sys

import h5py
import numpy as np
from sklearn.linear_model import LinearRegression, Ridge
from sklearn.model_selection import KFold
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeRegressor

EPS = np.finfo(float).eps
LINEAR_BOUND = 1e-10  # of sd(y); the gate
TREE_BOUND = 1e-12  # of sd(y): means of at most n values, order of summation apart
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


def refit_linear(study, train, held_out, alpha):
    scaler = StandardScaler().fit(study.X[train])
    X = scaler.transform(study.X[train])
    mean, sd = study.y[train].mean(), study.y[train].std()
    y = (study.y[train] - mean) / sd
    model = LinearRegression() if alpha == 0 else Ridge(alpha=alpha, solver="svd")
    model.fit(X, y)
    singular = np.linalg.svd(X - X.mean(axis=0), compute_uv=False)
    cond = singular[0] / singular[-1]
    return model.predict(scaler.transform(study.X[held_out])) * sd + mean, max(LINEAR_BOUND, 50 * EPS * cond)


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


def grow(X_ranks, y, depth, split, leaf, state):
    depth = int(depth) if depth > 0 else None  # -1 or NaN: no limit
    return DecisionTreeRegressor(
        max_depth=depth, min_samples_split=int(split), min_samples_leaf=int(leaf), random_state=state
    ).fit(X_ranks, y)


class Tally:
    def __init__(self):
        self.fits = 0
        self.worst = 0.0  # largest |difference| / (bound sd(y))
        self.breaches = 0
        self.tied_rows = 0
        self.rows = 0

    def add(self, difference, bound, sd):
        ratio = float(np.max(np.abs(difference), initial=0.0)) / (bound * sd)
        self.fits += 1
        self.rows += len(difference)
        self.worst = max(self.worst, ratio)
        self.breaches += ratio > 1 or not np.isfinite(ratio)


def audit_linear(study, name, trials, tally):
    parameters = study.parameters(name)
    prediction = study.file[f"models/{name}/prediction"]
    for t in trials:
        k = int(parameters["cv.folds"][t])
        folds = study.folds(k)
        for s in range(len(study.seeds)):
            stored = prediction[t, s]
            for f in range(k):
                train, held_out = np.flatnonzero(folds[s] != f), np.flatnonzero(folds[s] == f)
                refit, bound = refit_linear(study, train, held_out, parameters["alpha"][t])
                tally.add(stored[held_out] - refit, bound, study.sd)


def audit_tree(study, name, trials, tally):
    parameters = study.parameters(name)
    prediction = study.file[f"models/{name}/prediction"]
    for t in trials:
        k = int(parameters["cv.folds"][t])
        folds = study.folds(k)
        depth, split, leaf = (parameters[p][t] for p in ("max_depth", "min_samples_split", "min_samples_leaf"))
        if leaf < 5:
            continue
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


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file")
    parser.add_argument("--trials", type=int, default=0, help="audit at most this many random trials a model (0 = all)")
    arguments = parser.parse_args()
    study = Study(arguments.file)
    random = np.random.RandomState(0)
    failed = False
    for name in study.models():
        kind = text(study.file[f"models/{name}"].attrs["model"])
        parameters = study.parameters(name)
        for k in np.unique(parameters["cv.folds"]):
            check_folds(study, int(k))
        tally = Tally()
        trials = pick(len(parameters["cv.folds"]), arguments.trials, random)
        audit = {"linear": audit_linear, "tree": audit_tree}.get(kind)
        if audit is None:
            print(f"{name}: not audited, its {kind} is drawn at random; tests/oracle/ensembles.py injects the draws")
            continue
        audit(study, name, trials, tally)
        failed |= tally.breaches > 0
        ties = f", {tally.tied_rows} of {tally.rows} rows are ties in scikit-learn itself" if tally.tied_rows else ""
        print(f"{name}: {tally.fits} fits refitted, {tally.breaches} beyond their bound, worst {tally.worst:.3g} of it{ties}")
    return 5 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
