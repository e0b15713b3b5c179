# SPDX-FileCopyrightText: 2026 The kilofold authors
# SPDX-License-Identifier: Apache-2.0
"""scripts/audit_sklearn.py on studies of every model that it refits: it agrees, and notices an error planted in any of them.

Its folds are those of every splitter; some of its fits are tuned, some failed, and some targets are far from 0.
"""

import subprocess
import sys
from pathlib import Path

import h5py
import numpy as np

AUDIT = Path(__file__).resolve().parents[2] / "scripts/audit_sklearn.py"
PLANTED = 1e-3  # of sd(y): beyond the bound of each first trial
N = 120

SPEC = """spec: 1
name: audit
data: {file: audit.csv, features: [a, b, c], target: y}
cv: {folds: 4, seeds: [0, 3]}
models:
  - {name: LR, model: linear, parameters: {alpha: [0, 1]}}
  - {name: DT, model: tree, parameters: {max_depth: [3, none], min_samples_leaf: [5, 12]}}
  - {name: KRR, model: kernel_ridge, parameters: {kernel: [linear, rbf, poly], gamma: [scale, 0.2], degree: 2, alpha: [0.1, 1]}}
  - name: GPR
    model: gpr
    as_published: {tune: {by: log_marginal_likelihood, search: lbfgs}}
    parameters:
      kernel: [squared_exponential, matern32, matern52, rational_quadratic, exponential]
      length_scale: [0.7, [1, 2, 4]]
      noise_variance: [1.0e-3, 0.1]
      signal_variance: [0.5, 2]
  - {name: SVR, model: svr, parameters: {kernel: [rbf, linear, poly], C: [iqr, 0.5], epsilon: [iqr, 0.2], gamma: [scale, matlab_medium], degree: 2}}
"""

GROUPED = """spec: 1
name: grouped
data: {file: grouped.csv, features: [a, b, c], target: y, groups: g}
cv: {folds: 4, splitter: group_kfold, seeds: [0, 3]}
numerics: {jitter: none}
models:
  - {name: LR, model: linear, parameters: {alpha: [0, 1]}, tune: {by: rmse, inner_folds: 3}}
  - {name: DT, model: tree, parameters: {max_depth: [3, none], min_samples_leaf: [5, 12]}, tune: {by: rmse, inner_folds: 3}}
  - {name: KRR, model: kernel_ridge, parameters: {kernel: [linear, rbf], gamma: [scale, 0.2], alpha: [0, 0.1, 1]}, tune: {by: mae, inner_folds: 3}}
  - {name: GPR, model: gpr, parameters: {length_scale: [0.7, 2], noise_variance: [1.0e-18, 0.1]}, tune: {by: log_marginal_likelihood}}
"""
SPLITTERS = {"kfold": "{folds: 4, shuffle: false}", "group_kfold": "{folds: 4, splitter: group_kfold, shuffle: false}",
             "leave_one_out": "{splitter: leave_one_out}", "file": "{splitter: file, column: g}"}
FAR = 1e9  # an offset of the target that leaves it seven decimals


def audited(folder, results="audit.h5", *options):
    return subprocess.run([sys.executable, AUDIT, results, *options], cwd=folder, capture_output=True, text=True)


def run(program, folder, spec, *options):
    subprocess.run([program, "run", spec, *options, "-q"], cwd=folder, stdout=subprocess.DEVNULL)


def is_noticed(folder, results, dataset, place, change):
    with h5py.File(folder / results, "r+") as file:
        kept = file[dataset][place]
        file[dataset][place] = change(kept)
    noticed = audited(folder, results).returncode == 5
    with h5py.File(folder / results, "r+") as file:
        file[dataset][place] = kept
    return noticed


def agree(program, folder):
    return f"{agree_on_kfold(program, folder)}; {agree_on_groups(program, folder)}"


def agree_on_groups(program, folder):
    """Groups, tuned entries, failed fits, a target far from 0; then the other splitters."""
    random = np.random.RandomState(9)
    X = random.standard_normal((60, 3))
    y = FAR + np.sin(2 * X[:, 0]) + X[:, 1] * X[:, 2] + 0.2 * random.standard_normal(60)
    rows = ["a,b,c,g,y"] + [",".join([*(f"{v:.17g}" for v in x), f"{i * i % 13}", f"{t:.17g}"]) for i, (x, t) in enumerate(zip(X, y))]
    (folder / "grouped.csv").write_text("\n".join(rows) + "\n")
    (folder / "grouped.yaml").write_text(GROUPED)
    run(program, folder, "grouped.yaml", "-o", "grouped.h5")
    sound = audited(folder, "grouped.h5")
    assert sound.returncode == 0, sound.stdout + sound.stderr
    assert "folds of k=4: those of GroupKFold, 2 seeds" in sound.stdout, sound.stdout
    assert "fits failed (not_positive_definite)" in sound.stdout, sound.stdout
    for name in ("LR.tuned", "DT.tuned", "KRR.tuned", "GPR.tuned", "DT"):
        assert f"{name}: {'8' if 'tuned' in name else '32'} fits refitted, 0 beyond" in sound.stdout, sound.stdout
        assert is_noticed(folder, "grouped.h5", f"models/{name}/prediction", (0, 1, 7), lambda v: v + 1e-3), name
    assert is_noticed(folder, "grouped.h5", "splits/k4/fold", (1, 7), lambda fold: (fold + 1) % 4), "a wrong fold"
    limited = audited(folder, "grouped.h5", "--fits", "5")
    assert "LR: 5 fits refitted" in limited.stdout and "11 FITS NOT DRAWN" in limited.stdout, limited.stdout
    for splitter, cv in SPLITTERS.items():
        run(program, folder, "grouped.yaml", "-o", f"{splitter}.h5", "--set", f"cv={cv}", "--set", "models=[{model: linear}]")
        ran = audited(folder, f"{splitter}.h5")
        assert ran.returncode == 0 and ("taken from the file" in ran.stdout) == (splitter == "file"), ran.stdout + ran.stderr
    return sound.stdout.strip().splitlines()[-1]


def agree_on_kfold(program, folder):
    random = np.random.RandomState(8)
    X = random.standard_normal((N, 3))
    y = np.sin(2 * X[:, 0]) + X[:, 1] * X[:, 2] + 0.2 * random.standard_normal(N) + 7
    rows = ["a,b,c,y"] + [",".join(f"{v:.17g}" for v in (*x, t)) for x, t in zip(X, y)]
    (folder / "audit.csv").write_text("\n".join(rows) + "\n")
    (folder / "audit.yaml").write_text(SPEC)
    run(program, folder, "audit.yaml", "-o", "audit.h5")
    sound = audited(folder)
    assert sound.returncode == 0, sound.stdout + sound.stderr
    assert "GPR: 320 fits refitted" in sound.stdout and "1 of 41 trials left out" in sound.stdout, sound.stdout
    for name in ("LR", "DT", "KRR", "GPR", "SVR"):
        assert is_noticed(folder, "audit.h5", f"models/{name}/prediction", (0, 1, 7), lambda value: value + PLANTED * y.std()), name
    return sound.stdout.strip().replace("\n", "; ")
