#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The kilofold authors
# SPDX-License-Identifier: Apache-2.0
"""Write golden.csv: what NumPy, SciPy and scikit-learn say of two tables.

Tables: `standin`, the shipped electrode table, and `made`, which tables.hpp makes by the same formulas.
"""
import pathlib

import numpy as np
from scipy import stats
from sklearn.metrics import mutual_info_score

HERE = pathlib.Path(__file__).parent
STANDIN = HERE.parent.parent / "experiments" / "data" / "electrode_standin.csv"


def made_table(n=137):
    rows = []
    for i in range(n):
        x = [
            (37 * i % n) / 7.0,  # all distinct
            (i * i % 6) / 3.0,  # three levels
            (29 * i % 50) / 11.0 - 2,  # ties, more levels than bins
            1000.0 + (41 * i % n) / (1.0 + i % 3),  # skewed, far from zero
        ]
        rows.append([*x, x[0] + 2 * x[1] * x[1] + (53 * i % 17) / 5.0])
    table = np.array(rows)
    return table[:, :-1], table[:, -1]


def standin_table():
    table = np.genfromtxt(STANDIN, delimiter=",", skip_header=1)
    return table[:, :4], table[:, 5]


def bins(x, edges, max_bins):
    levels = np.unique(x)
    if len(levels) <= max_bins:
        return np.searchsorted(levels, x)
    if edges == "quantile":
        return np.searchsorted(np.quantile(x, np.arange(1, max_bins) / max_bins), x, side="right")
    return np.minimum(np.floor((x - x.min()) / (x.max() - x.min()) * max_bins), max_bins - 1)


def f_test(x, y, edges, max_bins):
    code = bins(x, edges, max_bins)
    groups = [y[code == c] for c in np.unique(code)]
    k, n = len(groups), len(y)
    f, _ = stats.f_oneway(*groups)
    between = sum(len(g) * (g.mean() - y.mean()) ** 2 for g in groups) / (k - 1)
    return {"f": f, "minus_log_p": -stats.f.logsf(f, k - 1, n - k), "between_mean_square": between}


def greedy(relevance, redundancy, scheme, floor=1e-3):
    """(score, place) of every feature."""
    picked, score = [], np.full(len(relevance), np.nan)
    while len(picked) < len(relevance):
        target = np.full(len(relevance), -np.inf)
        for j in set(range(len(relevance))) - set(picked):
            w = np.mean([redundancy[j][s] for s in picked]) if picked else 0
            mid, miq = relevance[j] - w, relevance[j] / max(w, floor)
            target[j] = relevance[j] if not picked else mid if scheme == "mid" else miq
        best = int(np.argmax(target))
        score[best] = target[best]
        picked.append(best)
    return score, [picked.index(j) for j in range(len(relevance))]


def rrelieff(X, y, k, sigma):
    n, d = X.shape
    Z = (X - X.min(0)) / (X.max(0) - X.min(0))
    t = (y - y.min()) / (y.max() - y.min())
    weight = np.exp(-((np.arange(1, k + 1) / sigma) ** 2))
    weight /= weight.sum()
    n_y, n_a, n_ya = 0.0, np.zeros(d), np.zeros(d)
    for i in range(n):
        difference = np.abs(Z - Z[i])
        distance = np.zeros(n)
        for j in range(d):  # in this order: the last bit of a distance decides between near ties
            distance += difference[:, j]
        distance[i] = np.inf
        near = np.argsort(distance, kind="stable")[:k]
        in_y = np.abs(t[near] - t[i])
        n_y += weight @ in_y
        n_a += weight @ difference[near]
        n_ya += (weight * in_y) @ difference[near]
    return n_ya / n_y - (n_a - n_ya) / (n - n_y)


def quantities(X, y):
    features = range(X.shape[1])
    for edges in ("quantile", "equal_width"):
        for max_bins in (5, 10):
            tests = [f_test(X[:, j], y, edges, max_bins) for j in features]
            for name in ("f", "minus_log_p", "between_mean_square"):
                yield name, edges, max_bins, [test[name] for test in tests]
            codes = [bins(X[:, j], edges, max_bins) for j in features]
            target = bins(y, edges, max_bins)
            relevance = {
                "mi": [mutual_info_score(target, code) for code in codes],
                "f": [test["f"] for test in tests],
            }
            redundancy = {
                "mi": [[mutual_info_score(a, b) for b in codes] for a in codes],
                "f": [[abs(stats.pearsonr(X[:, a], X[:, b])[0]) for b in features] for a in features],
            }
            for estimator in ("mi", "f"):
                yield f"relevance_{estimator}", edges, max_bins, relevance[estimator]
                for scheme in ("mid", "miq"):
                    score, place = greedy(relevance[estimator], redundancy[estimator], scheme)
                    yield f"{scheme}_{estimator}", edges, max_bins, score
                    yield f"{scheme}_{estimator}_place", edges, max_bins, place
    for k, sigma in ((1, 50), (10, 50), (50, 20)):
        yield "rrelieff", k, sigma, rrelieff(X, y, k, sigma)


def main():
    lines = ["table,quantity,option,value_of_option,score_0,score_1,score_2,score_3"]
    for table, (X, y) in (("made", made_table()), ("standin", standin_table())):
        for *key, values in quantities(X, y):
            lines.append(",".join([table, *map(str, key), *(repr(float(v)) for v in values)]))
    (HERE / "golden.csv").write_text("\n".join(lines) + "\n", encoding="ascii")


if __name__ == "__main__":
    main()
