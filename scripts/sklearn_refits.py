# SPDX-FileCopyrightText: 2026 The kilofold authors
# SPDX-License-Identifier: Apache-2.0
"""One fit again with scikit-learn, and how far two sound answers to it may lie apart. audit_sklearn.py says what is compared.

A refit takes the scaled rows of a training set and one trial's parameters, with the `status` of the stored fit and its `prediction`
of the held-out rows beside them. It gives an `Answer`; None where the matrix is too ill-conditioned for any bound.
"""

import sys
from typing import NamedTuple

import numpy as np
from sklearn.gaussian_process import GaussianProcessRegressor, kernels
from sklearn.kernel_ridge import KernelRidge
from sklearn.linear_model import LinearRegression, Ridge
from sklearn.metrics.pairwise import pairwise_kernels
from sklearn.svm import SVR
from sklearn.tree import DecisionTreeRegressor

EPS = sys.float_info.epsilon
LINEAR_BOUND = 1e-10  # of sd(y); the gate
SOLVED_BOUND = 100 * EPS  # of sd(y), times the condition number: two solutions within 50
WORST_CONDITION = 1e-3 / (50 * EPS)  # beyond it the file promises a status only
JITTER_FLOOR = 16 * EPS  # times the table's rows and the signal variance: the least noise of a fit that says `jittered`
SVR_BOUND = 1e-5  # of sd(y), times C max K_ii where that is above 1: a kernel in float32
SVR_TOLERANCE = 1e-8
TREE_BOUND = 1e-12  # of sd(y): means of at most n values, order of summation apart
LEAST_LEAF = 5  # rows; trees of smaller leaves are full of exact ties
TIE_STATES = 64  # most random_state values tried before a difference is no exact tie of scikit-learn's


class Answer(NamedTuple):
    """What scikit-learn says of the held-out rows: by dataset its answers, several where it ties, and the bound, of sd(y)."""

    values: dict
    bound: float


def differences(stored, answers, bound):
    """Differences of the closest answer from what is stored, 0 in rows where scikit-learn's answers differ; and which those are."""
    closest = min(answers, key=lambda answer: np.sum(np.abs(answer - stored)))
    tied = np.ptp(answers, axis=0) > bound
    return np.where(tied, 0.0, closest - stored), tied


class Scaled:
    """One training set and its held-out rows, standardised by the training rows."""

    def __init__(self, study, train, held_out):
        self.X_train, self.y_train, self.X_held_out = study.X[train], study.y[train], study.X[held_out]
        self.n_table, self.sd_table = len(study.y), study.sd
        mean, sd = self.X_train.mean(axis=0), self.X_train.std(axis=0)
        sd[sd == 0] = 1
        self.X, self.Z = (self.X_train - mean) / sd, (self.X_held_out - mean) / sd
        self.centre, self.scale = self.y_train.mean(), self.y_train.std() or 1.0
        self.y = (self.y_train - self.centre) / self.scale
        self.iqr = np.subtract(*np.quantile(self.y_train, [0.75, 0.25], method="hazen")) / self.scale

    def unscaled(self, prediction):
        return prediction * self.scale + self.centre

    def rounding(self):
        """Roundings of numbers of the target's size, which no scaling removes: n / 8 in each of the eight chains of a centre
        (docs/numerics.md), three that join them, the division, and four of leaving and returning to the target's unit."""
        return (len(self.y) / 8 + 8) * EPS * np.abs(self.y_train).max()


def refit_linear(rows, point):
    model = LinearRegression() if point["alpha"] == 0 else Ridge(alpha=point["alpha"], solver="svd")
    singular = np.linalg.svd(rows.X - rows.X.mean(axis=0), compute_uv=False)
    counted = singular[singular > max(rows.X.shape) * EPS * singular[0]]  # the others count as zero in both
    condition = counted[0] / counted[-1] if len(counted) else 1.0
    return Answer({"prediction": [rows.unscaled(model.fit(rows.X, rows.y).predict(rows.Z))]}, max(LINEAR_BOUND, 50 * EPS * condition))


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
    return Answer({"prediction": [rows.unscaled(model.fit(rows.X, rows.y).predict(rows.Z))]}, SVR_BOUND * max(1.0, C * K.diagonal().max()))


def condition_number(matrix):
    """Of a symmetric matrix; infinite where rounding leaves it no positive smallest eigenvalue."""
    eigenvalues = np.linalg.eigvalsh(matrix)
    return eigenvalues[-1] / eigenvalues[0] if eigenvalues[0] > 0 else np.inf


def refit_kernel_ridge(rows, point):
    shape = {"gamma": gamma_of(point["gamma"], rows.X), "degree": point["degree"], "coef0": point["coef0"]}
    K = pairwise_kernels(rows.X, metric=point["kernel"], filter_params=True, **shape)
    condition = condition_number(K + point["alpha"] * np.eye(len(K)))
    if condition > WORST_CONDITION:
        return None
    model = KernelRidge(alpha=point["alpha"], kernel=point["kernel"], **shape).fit(rows.X, rows.y)
    return Answer({"prediction": [rows.unscaled(model.predict(rows.Z))]}, SOLVED_BOUND * condition)


def refit_gpr(rows, point):
    """Length scales are divided out of the features, so that one a feature serves every kernel."""
    X, Z = rows.X / point["length_scales"], rows.Z / point["length_scales"]
    covariance = {"squared_exponential": kernels.RBF(), "matern32": kernels.Matern(nu=1.5), "matern52": kernels.Matern(nu=2.5),
                  "exponential": kernels.Matern(nu=0.5), "rational_quadratic": kernels.RationalQuadratic(alpha=point["rq_alpha"])}
    kernel = kernels.ConstantKernel(point["signal_variance"]) * covariance[point["kernel"]]
    noise = point["noise_variance"]
    if point["status"] == "jittered":
        noise = max(noise, JITTER_FLOOR * rows.n_table * point["signal_variance"])
    condition = condition_number(kernel(X) + noise * np.eye(len(X)))
    if condition > WORST_CONDITION:
        return None
    model = GaussianProcessRegressor(kernel, alpha=noise, optimizer=None).fit(X, rows.y)
    mean, sd = model.predict(Z, return_std=True)
    return Answer({"prediction": [rows.unscaled(mean)], "sd": [np.sqrt(sd**2 + noise) * rows.scale]}, SOLVED_BOUND * condition)


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


def refit_tree(rows, point):
    """Trees of one random_state after the other, until what is stored is explained."""
    X, X_ranks, limits = rows.X_train, ranks(rows.X_train), (point["max_depth"], point["min_samples_split"], point["min_samples_leaf"])
    centred, bound, answers = rows.y_train - rows.centre, TREE_BOUND * rows.sd_table + rows.rounding(), []
    for state in range(TIE_STATES):
        tree = grow(X_ranks, centred, *limits, state)
        answers.append(rows.centre + predict(tree, X, X_ranks, rows.X_held_out))
        if np.abs(differences(point["prediction"], answers, bound)[0]).max() <= bound:
            break
    return Answer({"prediction": answers}, TREE_BOUND)


REFITS = {"linear": refit_linear, "tree": refit_tree, "kernel_ridge": refit_kernel_ridge, "gpr": refit_gpr, "svr": refit_svr}


def has_peer(kind, point):
    """Has scikit-learn one answer to this trial? audit_sklearn.py says when not."""
    if kind == "gpr":
        return point["mean"] == "zero" and point["optimizer"] == "none"
    if kind == "svr":
        return point["max_iter"] < 0  # steps of another path
    if kind == "tree":
        limited = point["max_leaf_nodes"] > 0 or point["min_impurity_decrease"] > 0 or point["ccp_alpha"] > 0
        return point["min_samples_leaf"] >= LEAST_LEAF and not limited
    return True
