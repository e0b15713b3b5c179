# SPDX-FileCopyrightText: 2026 The kilofold authors
# SPDX-License-Identifier: Apache-2.0
"""scripts/audit_sklearn.py on a study of every model that it refits: it agrees, and notices an error planted in any of them."""

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


def audited(folder):
    return subprocess.run([sys.executable, AUDIT, "audit.h5"], cwd=folder, capture_output=True, text=True)


def agree(program, folder):
    random = np.random.RandomState(8)
    X = random.standard_normal((N, 3))
    y = np.sin(2 * X[:, 0]) + X[:, 1] * X[:, 2] + 0.2 * random.standard_normal(N) + 7
    rows = ["a,b,c,y"] + [",".join(f"{v:.17g}" for v in (*x, t)) for x, t in zip(X, y)]
    (folder / "audit.csv").write_text("\n".join(rows) + "\n")
    (folder / "audit.yaml").write_text(SPEC)
    subprocess.run([program, "run", "audit.yaml", "-o", "audit.h5", "-q"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    sound = audited(folder)
    assert sound.returncode == 0, sound.stdout + sound.stderr
    assert "GPR: 320 fits refitted" in sound.stdout and "1 of 41 trials left out" in sound.stdout, sound.stdout
    for name in ("LR", "DT", "KRR", "GPR", "SVR"):
        with h5py.File(folder / "audit.h5", "r+") as file:
            prediction = file[f"models/{name}/prediction"]
            kept = prediction[0, 1, 7]
            prediction[0, 1, 7] = kept + PLANTED * y.std()
        assert audited(folder).returncode == 5, f"the audit does not see an error of {PLANTED} sd(y) in {name}"
        with h5py.File(folder / "audit.h5", "r+") as file:
            file[f"models/{name}/prediction"][0, 1, 7] = kept
    return sound.stdout.strip().replace("\n", "; ")
