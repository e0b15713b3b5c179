# SPDX-FileCopyrightText: 2026 The kilofold authors
# SPDX-License-Identifier: Apache-2.0
"""many_seeds.py PROGRAM_DIR: ensembles against scikit-learn's own over 200 fold seeds, within Monte-Carlo error.

Both draw their bootstraps and features by themselves, so no prediction agrees; their distributions must. On the same folds of
every seed, with d = ours - scikit-learn's, mean(d) / (sd(d) / sqrt(200)) over the seeds has a t distribution if the two agree:

RMSE  d of the pooled RMSE; within 4 standard errors (a right program exceeds that once in 11,000 models)
rows  d of each row's held-out prediction; the largest of 300 rows within 5.5 (once in 30,000 models, whatever the dependence)

Exact ties between features would be a difference that is there by definition (scikit-learn takes one at random, we the lowest).
They are rare down to depth 3 or leaves of 5 rows, and impossible with max_features 1. A forest has no min_samples_leaf here, as
scikit-learn counts distinct rows in it. The last line compares different losses and must be told apart. Exit code 5 on a breach.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import h5py
import numpy as np
from sklearn.ensemble import AdaBoostRegressor, RandomForestRegressor
from sklearn.model_selection import KFold
from sklearn.tree import DecisionTreeRegressor

N_SEEDS, T = 200, 15
RMSE_BOUND, ROW_BOUND = 4, 5.5
LOSSES = "linear, square, exponential"
SPEC = f"""spec: 1
name: many_seeds
data: {{file: table.csv, features: [a, b, c, d], target: y}}
cv: {{folds: 5, seeds: {{from: 0, to: {N_SEEDS - 1}}}}}
models:
  - {{name: RF, model: forest, parameters: {{n_estimators: {T}, max_depth: 3, max_features: [2, none]}}}}
  - {{name: RF1, model: forest, parameters: {{n_estimators: {T}, max_features: 1}}}}
  - {{name: BDT, model: adaboost, parameters: {{n_estimators: {T}, max_depth: 4, min_samples_leaf: 5, loss: [{LOSSES}]}}}}
"""


def make_table(folder):
    random = np.random.RandomState(11)
    X = random.random_sample((300, 4)).astype(np.float32).astype(float)
    y = 5 * X[:, 0] + np.sin(6 * X[:, 1]) + X[:, 2] * X[:, 3] + 0.3 * random.standard_normal(len(X))
    rows = ["a,b,c,d,y"] + [",".join(f"{v:.17g}" for v in (*x, t)) for x, t in zip(X, y)]
    (folder / "table.csv").write_text("\n".join(rows) + "\n")
    return X, y


def boosted(loss):
    return lambda seed: AdaBoostRegressor(DecisionTreeRegressor(max_depth=4, min_samples_leaf=5), n_estimators=T, loss=loss,
                                          random_state=seed)


def forest(**limits):
    return lambda seed: RandomForestRegressor(n_estimators=T, random_state=seed, **limits)


def held_out(make, X, y):
    """Predictions (seed, sample) of scikit-learn on the program's folds."""
    out = np.empty((N_SEEDS, len(y)))
    for seed in range(N_SEEDS):
        for fold, (train, test) in enumerate(KFold(5, shuffle=True, random_state=seed).split(X)):
            out[seed, test] = make(5 * seed + fold).fit(X[train], y[train]).predict(X[test])
    return out


def standard_errors(d):
    return np.abs(d.mean(axis=0)) / (d.std(axis=0, ddof=1) / np.sqrt(len(d)))


def compare(name, ours, theirs, y):
    """Print one line; are both within their bounds?"""
    rmse = [np.sqrt(np.mean((p - y) ** 2, axis=1)) for p in (ours, theirs)]
    of_rmse, of_rows = standard_errors(rmse[0] - rmse[1]), standard_errors(ours - theirs).max()
    print(f"{name:34} RMSE {rmse[0].mean():.5f} and {rmse[1].mean():.5f}: {of_rmse:5.2f} standard errors; rows: {of_rows:5.2f}")
    return of_rmse <= RMSE_BOUND and of_rows <= ROW_BOUND


def main():
    program = Path(sys.argv[1] if len(sys.argv) > 1 else "build/cpu").resolve() / "kilofold"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        X, y = make_table(folder)
        (folder / "study.yaml").write_text(SPEC)
        subprocess.run([program, "run", "study.yaml", "-o", "out.h5", "-q"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
        with h5py.File(folder / "out.h5") as file:
            ours = {model: file[f"models/{model}/prediction"][()] for model in ("RF", "RF1", "BDT")}
    good = compare("forest, 2 features, depth 3", ours["RF"][0], held_out(forest(max_depth=3, max_features=2), X, y), y)
    good &= compare("forest, all features, depth 3", ours["RF"][1], held_out(forest(max_depth=3), X, y), y)
    good &= compare("forest, 1 feature, any depth", ours["RF1"][0], held_out(forest(max_features=1), X, y), y)
    for i, loss in enumerate(LOSSES.split(", ")):
        theirs = held_out(boosted(loss), X, y)
        good &= compare(f"adaboost, {loss} loss", ours["BDT"][i], theirs, y)
    good &= not compare("adaboost, square against exponential", ours["BDT"][1], theirs, y)
    print(f"{N_SEEDS} fold seeds: " + ("distributions agree" if good else "BREACH"))
    sys.exit(0 if good else 5)


if __name__ == "__main__":
    main()
