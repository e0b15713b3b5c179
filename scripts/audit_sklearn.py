#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The kilofold authors
# SPDX-License-Identifier: Apache-2.0
"""Refit cells of a results file with scikit-learn and compare every held-out prediction.

Reads everything from the HDF5 file: data, folds, parameters, predictions. The stored folds are held against scikit-learn's splitter
of the same name; folds from a column have none and are taken as they are. Then fits drawn at random are done again:

linear        LinearRegression (alpha 0) or Ridge; agreement within max(1e-10, 50 eps cond(X)) of sd(y), cond of the scaled,
              centred training design
kernel_ridge  KernelRidge; predictions within 100 eps cond(K + alpha I) of sd(y): both solve within 50
gpr           GaussianProcessRegressor(optimizer=None); mean and standard deviation of a new observation within 100 eps cond(A) of
              sd(y). Only the zero mean, which is all that scikit-learn has, and hyperparameters as given: what an optimizer found is
              stored in float32
svr           SVR at tol 1e-8; within 1e-5 max(1, C max K_ii) of sd(y), because libsvm keeps its kernel matrix in float32. Not with
              `max_iter`
tree          DecisionTreeRegressor. From min_samples_leaf 5 on: predictions within 1e-12 of sd(y), rows excepted where
              scikit-learn's own answer depends on its random_state (exact ties between features, which it breaks at random); up
              to 64 of them are tried where the first disagrees.
              Below 5 exact ties are everywhere; tests/oracle compares training errors instead. Without limits on leaves and gains,
              for the same reason

To each bound come (n / 8 + 8) eps max |y| for n training rows: a target far from 0 is rounded where it is read and written. A tuned
fit is done again as the trial that the file says was chosen. Fits that failed, and those whose matrix is too ill-conditioned for
any bound, are not compared but counted.

Features and target are standardised on the training rows (StandardScaler); a file of another scaling is refused. Three of
scikit-learn's habits are undone before comparing, or they would be all that is measured. It casts X to float32, so a
held-out value near a midpoint may go the other way: trees are fitted on the ranks of the training values (their order is all
that growing sees) and cut at midpoints of the double values. Where several features part a node's rows in the same two
sets it takes one at random: the lowest is taken, as kilofold does. And it compares splits by squared sums of the target, which
lose the gain where the target is far from 0: trees are fitted to the target less its mean.

Prints one line a model, progress on stderr; exit code 5 on a breach.
"""

import argparse
import json
import re
import sys
import time
import warnings
from collections import Counter

try:
    import h5py
    import numpy as np
    import sklearn_refits as refits
    from sklearn.model_selection import GroupKFold, KFold, LeaveOneOut
except ImportError as error:
    missing = error
else:
    missing = None

DEFAULT_FITS = 500  # a model: minutes for Gaussian processes of some hundred rows
PROGRESS_SECONDS = 5
FAILED = {"not_positive_definite", "not_finite", "time_limit"}


def text(value):
    return value.decode() if isinstance(value, bytes) else str(value)


def numbers_if_all_are(names):
    """Group names sort as numbers where all are numbers, else as text."""
    try:
        return np.array([float(name) for name in names])
    except ValueError:
        return np.array(names)


class Study:
    """What the audit needs of a results file."""

    def __init__(self, path):
        self.file = h5py.File(path, "r")
        self.X = self.file["data/X"][()]
        self.y = self.file["data/y"][()]
        self.sd = self.y.std() or 1.0
        self.features = [text(name) for name in self.file["data/feature"][()]]
        self.seeds = self.file["seed"][()].astype(int)
        spec = json.loads(self.file["spec/canonical"][()])
        self.scaling, self.cv = spec["scaling"], spec["cv"]

    def folds(self, k):
        return self.file[f"splits/k{k}/fold"][()]

    def groups(self):
        group = self.file["data/group"]
        return numbers_if_all_are([text(name) for name in group.attrs["names"]])[group[()]]


def peer_splitter(study, k, seed):
    """scikit-learn's splitter of these folds, or None."""
    splitter, shuffle = study.cv["splitter"], study.cv.get("shuffle", True)
    if splitter == "leave_one_out":
        return LeaveOneOut()
    drawn = {"shuffle": True, "random_state": int(seed)} if shuffle else {}
    try:
        return {"kfold": KFold, "group_kfold": GroupKFold}[splitter](k, **drawn)
    except (KeyError, TypeError):  # folds from a column; scikit-learn before 1.6 does not shuffle groups
        return None


def check_folds(study, k):
    """Hold the stored folds of every seed against scikit-learn's and say so; the number of seeds that differ."""
    stored, wrong = study.folds(k), []
    for s, seed in enumerate(study.seeds):
        splitter = peer_splitter(study, k, seed)
        if splitter is None:
            print(f"folds of k={k}: taken from the file, scikit-learn has no splitter for {study.cv['splitter']}"
                  f"{'' if study.cv['splitter'] == 'file' else ' before 1.6'}")
            return 0
        fold = np.empty(len(study.y), int)
        groups = study.groups() if study.cv["splitter"] == "group_kfold" else None
        for f, (_, held_out) in enumerate(splitter.split(study.X, groups=groups)):
            fold[held_out] = f
        if not np.array_equal(fold, stored[s]):
            wrong.append(seed)
    name = type(splitter).__name__
    print(f"folds of k={k}: " + (f"NOT those of {name} for seeds {', '.join(map(str, wrong))}" if wrong else f"those of {name}, {len(stored)} seeds"))
    return len(wrong)


class Entry:
    """One entry of the spec's models: its stored values and the parameters of each fit."""

    def __init__(self, study, name):
        self.study, self.name, self.group = study, name, study.file[f"models/{name}"]
        self.kind = text(self.group.attrs["model"])
        self.columns = {key: column[()] for key, column in self.group["param"].items() if key != "trial"}
        self.n_folds = self.columns["cv.folds"]
        status = self.group["diagnostic/status"]
        self.status = status[()]
        self.status_name = dict(zip(status.attrs["flag_values"], text(status.attrs["flag_meanings"]).split()))
        self.grid = Entry(study, name.removesuffix(".tuned")) if "tuned_by" in self.columns else None
        if self.grid:
            self.chosen = {key.removeprefix("tuned_"): column[()] for key, column in self.group["diagnostic"].items() if key.startswith("tuned_")}
            self.kept = {key: self.kept_values(key) for key in self.chosen}

    def point(self, t):
        """A trial's parameters."""
        point = {key: text(values[t]) if isinstance(values[t], bytes) else values[t] for key, values in self.columns.items()}
        if "length_scale" in point or f"length_scale.{self.study.features[0]}" in point:
            point["length_scales"] = point.get("length_scale") or [point[f"length_scale.{f}"] for f in self.study.features]
        return point

    def kept_values(self, key):
        """Of every trial of the grid the float32 that a tuned fit keeps of a parameter; `long_name` numbers its words."""
        numbered = re.findall(r"(infinite|-?\d+) = (\w+)", text(self.group[f"diagnostic/tuned_{key}"].attrs["long_name"]))
        words = {word: np.inf if number == "infinite" else float(number) for number, word in numbered}
        column = self.grid.columns.get(key, self.grid.columns.get(key.partition(".")[0]))

        def kept(value):
            value = text(value) if isinstance(value, bytes) else value
            if isinstance(value, str):
                return words[value] if value in words else float(value)
            return words["none"] if "none" in words and not value >= 0 else value

        return np.array([kept(value) for value in column], np.float32)

    def candidate(self, t, s, f):
        """The parameters a fit has: its trial's, or of a tuned one those of the grid's trial that was chosen; None without one."""
        if not self.grid:
            return self.point(t)
        matches = np.ones(len(self.grid.n_folds), bool)
        for key, column in self.columns.items():
            if key in self.grid.columns:
                matches &= self.grid.columns[key] == column[t]
        for key, values in self.chosen.items():
            matches &= self.kept[key] == values[t, s, f]
        return self.grid.point(int(np.argmax(matches))) if matches.any() else None

    def stored(self, what, t, s):
        return self.group[what][t, s]


class Tally:
    """What came of one entry's fits."""

    def __init__(self):
        self.fits = self.breaches = self.tied_rows = self.rows = 0
        self.worst = 0.0  # largest |difference| / bound
        self.left_out = Counter()  # fits that were not compared, by reason

    def ratio(self, stored, answers, bound):
        """Largest difference between one fit's values and scikit-learn's closest answer, over the bound, ties between answers excepted."""
        difference, tied = refits.differences(stored, answers, bound)
        self.rows += len(stored)
        self.tied_rows += int(tied.sum())
        return float(np.abs(difference).max()) / bound

    def close(self, ratios):
        """Count a fit whose datasets take these shares of their bounds; NaN is a breach."""
        self.fits += 1
        self.worst = max(self.worst, *ratios)
        self.breaches += any(not ratio <= 1 for ratio in ratios)


def audit_fit(entry, tally, t, s, f):
    study, status = entry.study, entry.status_name.get(entry.status[t, s, f])
    if status is None or status in FAILED:
        tally.left_out["not computed yet" if status is None else f"failed ({status})"] += 1
        return
    point = entry.candidate(t, s, f)
    if point is None:
        tally.left_out["OF NO TRIAL OF THE GRID"] += 1
        tally.breaches += 1
        return
    if entry.grid and not refits.has_peer(entry.kind, point):
        tally.left_out["of a chosen trial to which scikit-learn has no one answer"] += 1
        return
    folds = study.folds(int(entry.n_folds[t]))[s]
    held_out = np.flatnonzero(folds == f)
    prediction = entry.stored("prediction", t, s)[held_out]
    if np.isnan(prediction).all():
        tally.left_out["without kept predictions"] += 1
        return
    rows = refits.Scaled(study, np.flatnonzero(folds != f), held_out)
    answer = refits.REFITS[entry.kind](rows, point | {"status": status, "prediction": prediction})
    if answer is None:
        tally.left_out["too ill-conditioned to compare"] += 1
        return
    ratios = []
    for what, answers in answer.values.items():
        bound = answer.bound * study.sd + (rows.rounding() if what == "prediction" else 0)
        ratios.append(tally.ratio(entry.stored(what, t, s)[held_out], answers, bound))
    tally.close(ratios)


def draw(entry, trials, limit, random):
    """(trial, seed, fold) of at most `limit` fits of these trials, in their order, and how many there are."""
    ends = np.cumsum([len(entry.study.seeds) * int(entry.n_folds[t]) for t in trials])
    total = int(ends[-1]) if len(ends) else 0
    drawn = range(total) if limit <= 0 or total <= limit else np.sort(random.choice(total, limit, replace=False))
    fits = []
    for at in drawn:
        place = int(np.searchsorted(ends, at, side="right"))
        k = int(entry.n_folds[trials[place]])
        s, f = divmod(int(at - (ends[place - 1] if place else 0)), k)
        fits.append((trials[place], s, f))
    return fits, total


def audit(study, name, limit, random):
    """Audit one entry and print its line; (breaches, fits compared, fits not drawn, fits there are)."""
    entry = Entry(study, name)
    n_trials, there = len(entry.n_folds), len(study.seeds) * int(entry.n_folds.sum())
    if entry.kind not in refits.REFITS:
        print(f"{name}: not audited, scikit-learn's {entry.kind} draws at random; tests/oracle/ensembles.py injects the draws")
        return 0, 0, 0, there
    known = [t for t in range(n_trials) if entry.grid or refits.has_peer(entry.kind, entry.point(t))]
    fits, total = draw(entry, known, limit, random)
    tally, told = Tally(), time.monotonic()
    for done, fit in enumerate(fits):
        if time.monotonic() - told > PROGRESS_SECONDS:
            print(f"{name}: {done:,} of {len(fits):,} fits", file=sys.stderr)
            told = time.monotonic()
        audit_fit(entry, tally, *fit)
    notes = [f"{tally.fits:,} fits refitted, {tally.breaches} beyond their bound, worst {tally.worst:.3g} of it"]
    if tally.tied_rows:
        notes.append(f"{tally.tied_rows} of {tally.rows} rows are ties in scikit-learn itself")
    notes += [f"{count:,} fits {reason}" for reason, count in tally.left_out.items()]
    if len(known) < n_trials:
        notes.append(f"{n_trials - len(known)} of {n_trials} trials left out, to which scikit-learn has no one answer")
    if len(fits) < total:
        notes.append(f"{total - len(fits):,} FITS NOT DRAWN")
    print(f"{name}: {', '.join(notes)}", flush=True)
    return tally.breaches, tally.fits, total - len(fits), there


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", help="merged results file")
    parser.add_argument("--fits", type=int, default=DEFAULT_FITS, metavar="N",
                        help="refit at most N fits of each model, drawn at random (default: %(default)s; 0 = all)")
    arguments = parser.parse_args()
    if missing:
        parser.error(f"{missing}; pip install -r scripts/requirements.txt")
    study = Study(arguments.file)
    if study.scaling != {"features": "zscore", "target": "zscore", "fit_on": "fold"}:
        parser.error(f"not audited: scaling is {study.scaling}, the audit standardises both on the training rows")
    random = np.random.default_rng(0)
    n_folds = sorted({int(k) for model in study.file["models"].values() for k in np.unique(model["param/cv.folds"][()])})
    wrong = sum(check_folds(study, k) for k in n_folds)
    results = [audit(study, name, arguments.fits, random) for name in study.file["models"]]
    breaches, compared, undrawn, there = (sum(column) for column in zip(*results))
    rest = f": {there - compared:,} WERE NOT" if compared < there else ""
    print(f"{compared:,} of {there:,} fits compared{rest}{'; --fits 0 draws all' if undrawn else ''}")
    return 5 if breaches or wrong else 0


if __name__ == "__main__":
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        sys.exit(main())
