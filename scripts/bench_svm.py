#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The kilofold authors
# SPDX-License-Identifier: Apache-2.0
"""Time support vector regression against libsvm's own program, and ThunderSVM's, as the table grows, and draw it.

For every number of rows a table like experiments/data/benchmark_656.csv is made and a small grid answered on five folds: by
kilofold, one thread, from YAML to the committed file, and by svm-train, one process a fit, on the same scaled training rows at its
default tolerance of 1e-3. Figures are the processes' CPU time (user and system) a fit, so they mean something on a busy machine
too; what starting svm-train and reading its file costs is measured by a fit without an iteration and taken off. Above --peer-rows libsvm answers
the first fold only. The largest difference of predictions in units of sd(y) says how far its tolerance lies from the exact answer.

With --thundersvm the CPU build of ThunderSVM (package thundersvm-cpu) answers the same fits as libsvm, on one thread of this
process and at the same tolerance; its figure is the CPU time of `fit` alone. Its kernel values are single precision.

Needs numpy, matplotlib, h5py, scikit-learn (for its folds), pyyaml and the programs svm-train and svm-predict.
"""

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import plot_common
from plot_common import h5py, np

try:
    import sklearn
    import yaml
    from sklearn.model_selection import KFold
except ImportError as error:
    plot_common.missing = error

ROOT = Path(__file__).resolve().parent.parent
GRID = {"gamma": [0.25], "C": [1.0, 10.0, 100.0], "epsilon": [0.1, 0.3]}
FOLDS = 5


def cpu_seconds(command):
    """CPU time of a process that must succeed."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    environment = {k: v for k, v in os.environ.items() if not k.startswith("KILOFOLD_")}
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environment)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def write_rows(path, X, y):
    with open(path, "w", encoding="ascii") as out:
        for x, target in zip(X, y):
            out.write(f"{target:.17g} " + " ".join(f"{j}:{v:.17g}" for j, v in enumerate(x, 1)) + "\n")


def points():
    return [(g, C, e) for g in GRID["gamma"] for C in GRID["C"] for e in GRID["epsilon"]]


def run_kilofold(program, table, folder):
    """CPU seconds, and the held-out predictions by (gamma, C, epsilon)."""
    spec = {"spec": 1, "name": "growth", "data": {"file": str(table), "features": ["x1", "x2", "x3", "x4"], "target": "y"},
            "cv": {"folds": FOLDS, "seeds": [0]}, "scaling": {"features": "zscore", "target": "zscore", "fit_on": "fold"},
            "models": [{"name": "SVR", "model": "svr", "parameters": GRID}], "output": {"file": "growth.h5"}}
    (folder / "growth.yaml").write_text(yaml.safe_dump(spec))
    out = folder / "growth.h5"
    seconds = cpu_seconds([program, "run", folder / "growth.yaml", "-o", out, "--fresh", "-q", "-j1"])
    with h5py.File(out) as file:
        model = file["models/SVR"]
        keys = zip(*(model[f"param/{name}"][:] for name in ("gamma", "C", "epsilon")))
        return seconds, dict(zip(keys, model["prediction"][:, 0, :])), model["diagnostic/status"][:].ravel()


def run_libsvm(X, y, predictions, folds, folder):
    """CPU seconds of training a fit, start and reading taken off, and the largest difference of predictions in sd(y)."""
    total, count, apart = 0.0, 0, 0.0
    train_file, test_file, model, answer = (folder / name for name in ("train", "test", "model", "answer"))
    for train, held_out in folds:
        centre, scale = X[train].mean(axis=0), X[train].std(axis=0)
        mean, sd = y[train].mean(), y[train].std()
        write_rows(test_file, (X[held_out] - centre) / scale, np.zeros(len(held_out)))
        write_rows(train_file, (X[train] - centre) / scale, (y[train] - mean) / sd)
        idle = cpu_seconds(["svm-train", "-s", "3", "-g", "0.25", "-c", "1e-9", "-p", "1e9", train_file, model])
        for gamma, C, epsilon in points():
            total += cpu_seconds(["svm-train", "-q", "-s", "3", "-t", "2", "-m", "500", "-g", repr(gamma), "-c", repr(C), "-p",
                                  repr(epsilon), train_file, model]) - idle
            count += 1
            cpu_seconds(["svm-predict", test_file, model, answer])
            theirs = np.loadtxt(answer) * sd + mean
            apart = max(apart, difference(theirs, predictions, (gamma, C, epsilon), held_out, sd))
    return total / count, count, apart


def difference(theirs, predictions, point, held_out, sd):
    """Largest difference of held-out predictions from ours at a point of the grid, in sd(y)."""
    key = min(predictions, key=lambda k: sum(abs(a - b) for a, b in zip(k, point)))
    return float(np.abs(theirs - predictions[key][held_out]).max() / sd)


def run_thundersvm(X, y, predictions, folds):
    """CPU seconds of `fit`, and the largest difference of predictions in sd(y)."""
    from thundersvm import SVR

    total, count, apart = 0.0, 0, 0.0
    for train, held_out in folds:
        centre, scale = X[train].mean(axis=0), X[train].std(axis=0)
        mean, sd = y[train].mean(), y[train].std()
        for gamma, C, epsilon in points():
            model = SVR(kernel="rbf", gamma=gamma, C=C, epsilon=epsilon, tol=1e-3, n_jobs=1)
            begin = time.process_time()
            model.fit((X[train] - centre) / scale, (y[train] - mean) / sd)
            total += time.process_time() - begin
            count += 1
            theirs = model.predict((X[held_out] - centre) / scale) * sd + mean
            apart = max(apart, difference(theirs, predictions, (gamma, C, epsilon), held_out, sd))
    return {"thundersvm_cpu_seconds_a_fit": total / count, "thundersvm_largest_difference_sd": apart}


def measure(program, n, peer_rows, thundersvm, folder):
    table = folder / f"table_{n}.csv"
    maker = ROOT / "experiments/data/make_benchmark_656.py"
    subprocess.run([sys.executable, maker, "--rows", str(n), "-o", table], check=True)
    data = np.genfromtxt(table, delimiter=",", names=True)
    X, y = np.column_stack([data[f"x{j}"] for j in (1, 2, 3, 4)]), data["y"]
    seconds, predictions, status = run_kilofold(program, table, folder)
    folds = list(KFold(FOLDS, shuffle=True, random_state=0).split(X))[:FOLDS if n <= peer_rows else 1]
    libsvm, count, apart = run_libsvm(X, y, predictions, folds, folder)
    ours = seconds / (FOLDS * len(points()))
    more = run_thundersvm(X, y, predictions, folds) if thundersvm else {}
    return {"rows": n, "training_rows": int(n * (1 - 1 / FOLDS)), "kilofold_cpu_seconds_a_fit": ours, "libsvm_cpu_seconds_a_fit": libsvm,
            "ratio": libsvm / ours, "fits": FOLDS * len(points()), "libsvm_fits": count, "not_ok": int((status != 0).sum()),
            "largest_difference_sd": apart, **more}


def draw(figures, path):
    plt = plot_common.plt
    figure, axes = plt.subplots(figsize=(5, 3.6))
    rows = [f["training_rows"] for f in figures]
    for key, name, style, colour in (("thundersvm_cpu_seconds_a_fit", "ThunderSVM, one thread", "s--", plot_common.PERFECT),
                                     ("libsvm_cpu_seconds_a_fit", "libsvm's svm-train", "o-", plot_common.PERFECT),
                                     ("kilofold_cpu_seconds_a_fit", "kilofold", "o-", plot_common.ACCENT)):
        if key in figures[0]:
            axes.loglog(rows, [f[key] for f in figures], style, color=colour, label=name)
    axes.set_xticks(rows, [str(n) for n in rows])
    axes.minorticks_off()
    axes.set_xlabel("training rows")
    axes.set_ylabel("CPU time of a fit (s)")
    axes.set_title("Support vector regression, mean over a grid of 6")
    axes.legend(frameon=False)
    figure.savefig(path, dpi=100)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program", help="the built kilofold")
    parser.add_argument("--rows", type=int, nargs="+", default=[500, 1000, 2000, 5000])
    parser.add_argument("--peer-rows", type=int, default=1000, help="more rows than this: libsvm answers one fold")
    parser.add_argument("--thundersvm", action="store_true", help="time ThunderSVM's CPU build too")
    parser.add_argument("--json", type=Path, help="write the figures and the facts of the machine here")
    parser.add_argument("--picture", type=Path, help="draw them here")
    options = parser.parse_args()
    plot_common.require_packages(parser)
    figures = []
    with tempfile.TemporaryDirectory() as folder:
        for n in options.rows:
            figures.append(measure(Path(options.program).resolve(), n, options.peer_rows, options.thundersvm, Path(folder)))
            print(json.dumps(figures[-1]), flush=True)
    if options.json:
        facts = {"cores": os.cpu_count(), "machine": platform.machine(), "python": platform.python_version(),
                 "scikit-learn": sklearn.__version__}
        options.json.write_text(json.dumps({"machine": facts, "grid": GRID, "growth": figures}, indent=2) + "\n")
    if options.picture:
        draw(figures, options.picture)


if __name__ == "__main__":
    main()
