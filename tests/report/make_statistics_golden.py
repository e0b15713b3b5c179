#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The kilofold authors
# SPDX-License-Identifier: Apache-2.0
"""Writes statistics_golden.csv: tests and corrections by numpy and scipy, frozen for statistics_test.cpp.

Rows: t, rho, rope, mean, scale, t, p, P(below), P(within), P(above), d...
      ranks, n, ranks..., values...
      best, samples, configurations, groups, draws, flattered, error, low, high, loss..., group..., draw...
      holm, n, adjusted..., p...
      share, folds, n_test / n_train, fold...
      gap, samples, groups, draws, first, second, difference, low, high, losses first..., second..., group..., draw...
"""

import csv
import sys

import numpy as np
from scipy import stats


def corrected_t(rng, n, k, mean):
    d = mean + rng.standard_normal(n) * rng.uniform(0.1, 3)
    rho, rope = 1 / (k - 1), 0.25
    scale = np.sqrt((1 / n + rho) * d.var(ddof=1))
    t = d.mean() / scale
    posterior = stats.t(n - 1, d.mean(), scale)
    below, above = posterior.cdf(-rope), posterior.sf(rope)
    p = 2 * stats.t.sf(abs(t), n - 1)
    return ["t", rho, rope, d.mean(), scale, t, p, below, posterior.cdf(rope) - below, above, *d]


def ranks(rng, n):
    values = rng.integers(0, 6, n).astype(float)
    return ["ranks", n, *stats.rankdata(values), *values]


def best(rng, n, configurations, groups, draws):
    loss = rng.uniform(0, 1, (n, configurations)) ** 2
    group = np.arange(n) if groups == n else np.append(np.arange(groups), rng.integers(0, groups, n - groups))
    draw = rng.integers(0, groups, (draws, groups))
    of_chosen, of_best = [], []
    for drawn in draw:
        rows = np.concatenate([np.flatnonzero(group == g) for g in drawn])
        out = np.setdiff1d(np.arange(n), rows)
        if len(out):
            of_chosen.append(loss[out, loss[rows].sum(axis=0).argmin()].mean())
            of_best.append(loss[out, loss.sum(axis=0).argmin()].mean())
    flattered = np.mean(of_chosen) - np.mean(of_best)
    error = stats.sem(np.subtract(of_chosen, of_best))
    low, high = np.quantile(np.sqrt(of_chosen), [0.025, 0.975])
    numbers = [n, configurations, groups, draws, flattered, error, low, high]
    return ["best", *numbers, *loss.ravel(), *group, *draw.ravel()]


def share(rng, k, n):
    fold = np.append(np.arange(k), rng.integers(0, k, n - k))
    return ["share", k, np.mean([np.mean(fold == f) / np.mean(fold != f) for f in range(k)]), *fold]


def holm(rng, n):
    p = rng.uniform(0, 0.2, n)
    adjusted = [max(min(1, np.sum(p >= p[j]) * p[j]) for j in range(n) if p[j] <= p[i]) for i in range(n)]
    return ["holm", n, *adjusted, *p]


def gap(rng, n, groups, draws):
    group = np.append(np.arange(groups), rng.integers(0, groups, n - groups))
    first, second = rng.uniform(0, 1, (2, n)) ** 2
    draw = rng.integers(0, groups, (draws, groups))

    def of(rows):
        return np.sqrt(second[rows].mean()) - np.sqrt(first[rows].mean())

    gaps = [of(np.concatenate([np.flatnonzero(group == g) for g in drawn])) for drawn in draw]
    low, high = np.quantile(gaps, [0.025, 0.975])
    both = np.sqrt(first.mean()), np.sqrt(second.mean()), of(np.arange(n))
    return ["gap", n, groups, draws, *both, low, high, *first, *second, *group, *draw.ravel()]


def main():
    rng = np.random.default_rng(20260101)
    rows = [corrected_t(rng, n, k, mean) for n, k in ((2, 2), (10, 5), (50, 5), (100, 10)) for mean in (0, 0.3, -2, 8)]
    rows += [ranks(rng, n) for n in (1, 7, 12)]
    rows += [best(rng, *size) for size in ((5, 3, 5, 4), (17, 6, 17, 40), (20, 9, 7, 40))]
    rows += [holm(rng, n) for n in (1, 6, 15)]
    rows += [share(rng, *size) for size in ((2, 9), (5, 50))]
    rows += [gap(rng, *size) for size in ((3, 3, 5), (20, 6, 30), (12, 1, 2))]
    with open(sys.argv[1] if len(sys.argv) > 1 else "statistics_golden.csv", "w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([[v if isinstance(v, str) else repr(float(v)) for v in row] for row in rows])


if __name__ == "__main__":
    main()
