# SPDX-FileCopyrightText: 2026 The kilofold authors
# SPDX-License-Identifier: Apache-2.0
"""What `compare` says of a results file, against numpy and scipy on the predictions stored there: tests over unequal folds, and the
bias correction by draws of our own."""

import json
import subprocess

import h5py
import numpy as np
from scipy import stats

SAME = 1e-9  # relative: both sum some hundred numbers and evaluate Student's t to near rounding
DRAWS = 20000
ERRORS = 4  # standard errors by which two estimates from different draws may differ

SPEC = """spec: 1
name: comparison
data: {file: comparison.csv, features: [a, b, c], target: y, groups: g}
cv: {splitter: group_kfold, folds: 4, seeds: [0, 1, 2]}
models:
  - {name: LR, model: linear}
  - {name: DT, model: tree, as_published: {max_depth: 2}, parameters: {max_depth: [3, 5, none], min_samples_leaf: {from: 1, to: 12}}}
  - {name: KRR, model: kernel_ridge, as_published: {alpha: 1}, parameters: {kernel: rbf, gamma: [0.1, 1, 10], alpha: [0.01, 0.1]}}
"""


def write_study(folder):
    rng = np.random.default_rng(20260301)
    group = np.repeat(np.arange(14), rng.integers(1, 9, 14))  # groups of one to eight rows
    X = rng.uniform(size=(14, 3))[group] + 0.1 * rng.uniform(size=(len(group), 3))
    y = np.sin(5 * X[:, 0]) + X[:, 1] ** 2 + 0.2 * rng.standard_normal(len(group))
    rows = "".join(f"{a!r},{b!r},{c!r},{t!r},{g}\n" for (a, b, c), t, g in zip(X.tolist(), y.tolist(), group))
    (folder / "comparison.csv").write_text("a,b,c,y,g\n" + rows)
    (folder / "comparison.yaml").write_text(SPEC)
    return group


def close(ours, theirs, what):
    assert abs(ours - theirs) <= SAME * max(abs(theirs), 1e-6), f"{what}: {ours}, by numpy {theirs}"


def fold_rmse(file, entry, fold, y):
    """(seeds, folds) of the trial that compare names."""
    stored = file[f"models/{entry['name']}"]
    trial = [t.decode() for t in stored["trial"][()]].index(entry["trial"])
    squares = (stored["prediction"][trial] - y) ** 2
    return np.sqrt([[squares[s][fold[s] == f].mean() for f in range(entry["folds"])] for s in range(len(fold))])


def pairs_agree(file, compared):
    y, fold = file["data/y"][()], file["splits/k4/fold"][()]
    rho = np.mean([np.mean(fold[s] == f) / np.mean(fold[s] != f) for s in range(len(fold)) for f in range(4)])
    assert rho > 1 / 3 + 1e-3, "the folds are meant to differ in size"
    by_fold = {entry["name"]: fold_rmse(file, entry, fold, y).ravel() for entry in compared["models"]}
    p = []
    for pair in compared["pairs"]:
        d, test = by_fold[pair["first"]] - by_fold[pair["second"]], pair["test"]
        scale = np.sqrt((1 / len(d) + rho) * d.var(ddof=1))
        posterior = stats.t(len(d) - 1, d.mean(), scale)
        p.append(2 * stats.t.sf(abs(d.mean() / scale), len(d) - 1))
        close(test["t"], d.mean() / scale, "t")
        close(test["p"], p[-1], "p")
        close(test["less"], posterior.cdf(-compared["rope"]), "P(less)")
        close(test["more"], posterior.sf(compared["rope"]), "P(more)")
    largest = 0
    for place, i in enumerate(np.argsort(p)):
        largest = max(largest, min(1, (len(p) - place) * p[i]))
        close(compared["pairs"][i]["test"]["p_holm"], largest, "p(Holm)")
    return len(p)


def correction_agrees(file, entry, group):
    """Draws of our own. Where they are of rows: the paper's loop with the root last, less the variance of the seeds' RMSE, which
    `rmse` as a mean of roots does not hold. Groups differ in size, so that the rows a draw leaves out are no random subset: there the
    mean is of differences to the overall best trial, as docs/compare.md says."""
    loss = (file[f"models/{entry['name']}/prediction"][()] - file["data/y"][()]) ** 2
    rmse, loss = np.sqrt(loss.mean(axis=2)).mean(axis=1).min(), loss.mean(axis=1)
    of_rows = len(np.unique(group)) == len(group)
    rng = np.random.default_rng(1)
    n_groups = group.max() + 1
    out_of_draw = []
    for drawn in rng.integers(0, n_groups, (DRAWS, n_groups)):
        rows = np.concatenate([np.flatnonzero(group == g) for g in drawn])
        out = ~np.isin(group, drawn)
        if out.any():
            best = loss[loss.mean(axis=1).argmin()]
            of_best = best.mean() if of_rows else best[out].mean()
            out_of_draw.append(loss[loss[:, rows].sum(axis=1).argmin()][out].mean() - of_best)
    theirs = np.sqrt(rmse**2 + np.mean(out_of_draw))
    error = np.hypot(stats.sem(out_of_draw) / (2 * theirs), entry["corrected"]["error"])
    close(entry["rmse"], rmse, "rmse")
    off = abs(entry["corrected"]["rmse"] - theirs)
    assert off <= ERRORS * error + SAME * rmse, f"{entry['name']}: {entry['corrected']['rmse']}, by numpy {theirs} +- {error}"
    return f"{entry['name']} {entry['corrected']['rmse']:.4f} of {rmse:.4f}, off by {off:.1g} +- {error:.1g}"


def agree(program, folder):
    group = write_study(folder)
    (folder / "rows.yaml").write_text(SPEC.replace(", groups: g", "").replace("splitter: group_kfold, ", ""))
    for name in ("comparison", "rows"):
        run = ["run", f"{name}.yaml", "-o", f"{name}.h5", "-q"]
        subprocess.run([program, *run], cwd=folder, check=True, stdout=subprocess.DEVNULL)

    def compare(name, *options):
        words = [program, "compare", f"{name}.h5", "--json", *options]
        return json.loads(subprocess.run(words, cwd=folder, check=True, capture_output=True, text=True).stdout)

    best, published, by_row = compare("comparison"), compare("comparison", "--as-published", "--rope", "0.02"), compare("rows")
    with h5py.File(folder / "comparison.h5") as file:
        tested = pairs_agree(file, best) + pairs_agree(file, published)
        corrected = [correction_agrees(file, entry, group) for entry in best["models"]]
    with h5py.File(folder / "rows.h5") as file:
        corrected += [correction_agrees(file, entry, np.arange(len(group))) for entry in by_row["models"]]
    assert (best["draws_of"], by_row["draws_of"], published["rope"]) == ("groups", "rows", 0.02)
    assert sorted(entry["name"] for entry in published["models"]) == ["DT", "KRR"]
    return f"{tested} pairs; corrected {', '.join(corrected)}"
