# SPDX-FileCopyrightText: 2026 The kilofold authors
# SPDX-License-Identifier: Apache-2.0
"""Ensembles of a built program against scikit-learn's trees and forests, on continuous data that float32 holds exactly.

Small nodes are often parted alike by several features, and scikit-learn then takes one at random. So chains are rebuilt from
its trees with the lowest such feature (sklearn_refits.predict). GradientBoostingRegressor and RandomForestRegressor themselves
are compared by their RMSE over 20 fold seeds, paired on the same folds.
"""

import subprocess
from pathlib import Path

import h5py
import numpy as np
from sklearn.ensemble import GradientBoostingRegressor, RandomForestRegressor
from sklearn.tree import DecisionTreeRegressor

from sklearn_refits import grow, predict, ranks

BOUND = 1e-10  # of sd(y): sums of n values in another order, once a member
STANDARD_ERRORS = 5  # a right forest exceeds this once in 10^6 runs
N, FEATURES = 300, ["a", "b", "c", "d"]

SPEC = """spec: 1
name: ensembles
data: {file: table.csv, features: [a, b, c, d], target: y}
cv: {folds: 5, seeds: {from: 0, to: 19}}
models:
  - {name: GB, model: gradient_boosting, parameters: {n_estimators: [1, 10, 60], max_depth: 4, min_samples_leaf: [5, 12], init: [mean, zero]}}
  - {name: BDT, model: adaboost, parameters: {n_estimators: [1, 8, 30], max_depth: 4, min_samples_leaf: [5], loss: [linear, square, exponential], learning_rate: [0.5, 1]}}
  - {name: Weighted, model: adaboost, parameters: {n_estimators: [1, 8, 30], max_depth: 4, min_samples_leaf: [5, 12], loss: [linear, square, exponential], resample: off}}
  - {name: RF, model: forest, parameters: {n_estimators: 50, max_features: [2, none]}}
  - {name: Pruned, model: tree, parameters: {min_samples_leaf: 8, max_depth: [4, none], max_leaf_nodes: [2, 9, none], min_impurity_decrease: [0, 0.01], ccp_alpha: [0, 0.01]}}
"""


def make_table(folder):
    random = np.random.RandomState(7)
    X = random.random_sample((N, len(FEATURES))).astype(np.float32).astype(float)
    y = 5 * X[:, 0] + np.sin(6 * X[:, 1]) + X[:, 2] * X[:, 3] + 0.3 * random.standard_normal(N)
    rows = ["a,b,c,d,y"] + [",".join(f"{v:.17g}" for v in (*x, t)) for x, t in zip(X, y)]
    (folder / "table.csv").write_text("\n".join(rows) + "\n")
    return X, y


def philox(key, counter):
    """Philox4x32-10, words 0 and 1 as one 64-bit number. Salmon et al. 2011."""
    c, k, mask = list(counter), list(key), 0xFFFFFFFF
    for _ in range(10):
        p0, p1 = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [(p1 >> 32) ^ c[1] ^ k[0], p1 & mask, (p0 >> 32) ^ c[3] ^ k[1], p0 & mask]
        k = [(k[0] + 0x9E3779B9) & mask, (k[1] + 0xBB67AE85) & mask]
    return c[1] << 32 | c[0]


def uniforms(seed, fold, member, n):
    """The draws of one member: model seed 0, purpose 1 (bootstrap)."""
    return np.array([(philox((0, seed), (fold, member, i, 1)) >> 11) * 2.0**-53 for i in range(n)])


def parts(weight):
    """Weights as whole parts of their sum, 2^22 of them."""
    return np.maximum(1, np.rint(weight * ((2**22 - len(weight)) / weight.sum())))


def adaboost(X, y, X_held_out, depth, leaf, members, loss, rate, seed, fold, resample=True):
    """AdaBoost.R2 step by step over scikit-learn's trees, with the program's bootstrap or rounded weights injected."""
    weight, predictions, votes = np.full(len(y), 1 / len(y)), [], []
    for t in range(members):
        weight = np.maximum(weight, np.finfo(float).eps)
        if resample:
            cumulative = np.cumsum(weight)
            rows = np.minimum(np.searchsorted(cumulative, uniforms(seed, fold, t, len(y)) * cumulative[-1], side="right"), len(y) - 1)
        else:
            rows = np.arange(len(y))
        drawn_ranks = ranks(X[rows])
        tree = grow(drawn_ranks, y[rows], depth, 2, leaf, 0, None if resample else parts(weight))
        error = np.abs(predict(tree, X[rows], drawn_ranks, X) - y)
        error = error / error.max() if error.max() > 0 else error
        error = {"linear": error, "square": error**2, "exponential": 1 - np.exp(-error)}[loss]
        mean_loss = np.sum(weight * error)
        if mean_loss >= 0.5 and predictions:
            break
        predictions.append(predict(tree, X[rows], drawn_ranks, X_held_out))
        votes.append(1.0 if mean_loss <= 0 else 0.0 if mean_loss >= 0.5 else rate * np.log((1 - mean_loss) / mean_loss))
        if mean_loss <= 0 or mean_loss >= 0.5:
            break
        beta = mean_loss / (1 - mean_loss)
        weight = weight * beta ** ((1 - error) * rate)
        weight /= weight.sum()
    predictions, votes = np.array(predictions), np.array(votes)
    order = np.argsort(predictions, axis=0, kind="stable")
    reached = np.cumsum(votes[order], axis=0)
    first = np.argmax(reached >= 0.5 * reached[-1], axis=0)
    return np.take_along_axis(predictions, order, axis=0)[first, np.arange(predictions.shape[1])], len(votes)


def gradient_boosting(X, y, X_held_out, depth, leaf, members, init):
    start = y.mean() if init == "mean" else 0.0
    fitted, predicted, X_ranks = np.full(len(y), start), np.full(len(X_held_out), start), ranks(X)
    for _ in range(members):
        tree = grow(X_ranks, y - fitted, depth, 2, leaf, 0)
        fitted += 0.1 * tree.predict(X_ranks)
        predicted += 0.1 * predict(tree, X, X_ranks, X_held_out)
    return predicted


def same_rmse(mine, theirs, what):
    """Paired over seeds on the same folds: the means differ by no more than chance."""
    difference = np.asarray(mine) - np.asarray(theirs)
    z = difference.mean() / (difference.std(ddof=1) / np.sqrt(len(difference)))
    assert abs(z) < STANDARD_ERRORS, f"{what}: rmse {np.mean(mine):.4f}, scikit-learn's {np.mean(theirs):.4f}, z = {z:.1f}"
    return f"{what} z = {z:.1f}"


def held_out_rmse(results, X, y, make):
    """RMSE of a scikit-learn model over the stored folds, one a seed."""
    scores = []
    for s in range(len(results.fold)):
        predicted = np.empty(len(y))
        for f in range(5):
            train, out = np.flatnonzero(results.fold[s] != f), np.flatnonzero(results.fold[s] == f)
            predicted[out] = make(1000 * s + f).fit(X[train], y[train]).predict(X[out])
        scores.append(np.sqrt(np.mean((predicted - y) ** 2)))
    return scores


def text(value):
    return value.decode() if isinstance(value, bytes) else str(value)


class Results:
    def __init__(self, path, model):
        file = h5py.File(path, "r")
        self.fold = file["splits/k5/fold"][()]
        group = file[f"models/{model}"]
        self.parameters = {name: group[f"param/{name}"][()] for name in group["param"] if name != "trial"}
        self.prediction = group["prediction"][()]
        self.members = group["diagnostic/n_members"][()] if "n_members" in group["diagnostic"] else None
        self.rmse = group["metric/rmse"][()]


def worst_difference(results, y, seeds, refit):
    worst, fits = 0.0, 0
    for t in range(len(results.prediction)):
        for s in seeds:
            for f in range(5):
                train, held_out = np.flatnonzero(results.fold[s] != f), np.flatnonzero(results.fold[s] == f)
                worst = max(worst, np.abs(refit(t, s, f, train, held_out) - results.prediction[t, s, held_out]).max() / y.std())
                fits += 1
    return worst, fits


def pruned_tree(X, y, X_held_out, parameters):
    """DecisionTreeRegressor with limits on leaves; at min_samples_leaf 8 it meets no exact ties."""
    depth, leaves = (None if np.isinf(v) or v < 0 else int(v) for v in (parameters["max_depth"], parameters["max_leaf_nodes"]))
    tree = DecisionTreeRegressor(max_depth=depth, max_leaf_nodes=leaves, min_samples_leaf=8, random_state=0,
                                 min_impurity_decrease=parameters["min_impurity_decrease"], ccp_alpha=parameters["ccp_alpha"])
    return tree.fit(X, y).predict(X_held_out)


def agree(program, folder):
    folder = Path(folder)
    X, y = make_table(folder)
    (folder / "ensembles.yaml").write_text(SPEC)
    subprocess.run([program, "run", "ensembles.yaml", "-o", "e.h5", "-q"], cwd=folder, check=True, stdout=subprocess.DEVNULL)

    gb = Results(folder / "e.h5", "GB")
    gb_worst, gb_fits = worst_difference(
        gb, y, [0, 7],
        lambda t, s, f, train, out: gradient_boosting(
            X[train], y[train], X[out], 4, int(gb.parameters["min_samples_leaf"][t]), int(gb.parameters["n_estimators"][t]),
            text(gb.parameters["init"][t])))
    assert gb_worst <= BOUND, f"gradient boosting differs by {gb_worst:.3g} sd(y)"

    def refit_adaboost(results, t, s, f, train, out):
        p = results.parameters
        prediction, members = adaboost(X[train], y[train], X[out], 4, int(p["min_samples_leaf"][t]), int(p["n_estimators"][t]),
                                       text(p["loss"][t]), float(p["learning_rate"][t]), s, f, text(p["resample"][t]) == "on")
        assert members == results.members[t, s, f], f"{results.members[t, s, f]} members, not {members}"
        return prediction

    bdt = Results(folder / "e.h5", "BDT")
    bdt_worst, bdt_fits = worst_difference(bdt, y, [0], lambda *fit: refit_adaboost(bdt, *fit))
    assert bdt_worst <= BOUND, f"AdaBoost differs by {bdt_worst:.3g} sd(y)"
    weighted = Results(folder / "e.h5", "Weighted")
    weighted_worst, weighted_fits = worst_difference(weighted, y, [0], lambda *fit: refit_adaboost(weighted, *fit))
    assert weighted_worst <= BOUND, f"AdaBoost on weighted rows differs by {weighted_worst:.3g} sd(y)"

    pruned = Results(folder / "e.h5", "Pruned")
    names = ("max_depth", "max_leaf_nodes", "min_impurity_decrease", "ccp_alpha")
    pruned_worst, pruned_fits = worst_difference(
        pruned, y, [0, 7],
        lambda t, s, f, train, out: pruned_tree(X[train], y[train], X[out], {n: float(pruned.parameters[n][t]) for n in names}))
    assert pruned_worst <= BOUND, f"pruned trees differ by {pruned_worst:.3g} sd(y)"

    rf = Results(folder / "e.h5", "RF")
    compared = [
        same_rmse(rf.rmse[t], held_out_rmse(rf, X, y, lambda seed, k=k: RandomForestRegressor(50, max_features=k, random_state=seed)),
                  f"forest({k})")
        for t, k in enumerate((2, 1.0))
    ]
    last = int(np.flatnonzero((gb.parameters["n_estimators"] == 60) & (gb.parameters["min_samples_leaf"] == 5)
                              & (np.array([text(v) for v in gb.parameters["init"]]) == "mean"))[0])
    compared.append(same_rmse(
        gb.rmse[last],
        held_out_rmse(gb, X, y, lambda seed: GradientBoostingRegressor(
            n_estimators=60, max_depth=4, min_samples_leaf=5, learning_rate=0.1, random_state=seed)),
        "GradientBoostingRegressor"))
    return (f"gradient boosting {gb_fits} fits within {gb_worst:.2g} sd(y); AdaBoost {bdt_fits} fits within {bdt_worst:.2g} "
            f"with the same bootstrap, {weighted_fits} within {weighted_worst:.2g} on weighted rows; pruned trees {pruned_fits} fits within {pruned_worst:.2g}; rmse over 20 seeds: {', '.join(compared)}")
