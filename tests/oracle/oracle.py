# SPDX-FileCopyrightText: 2026 The kilofold authors
# SPDX-License-Identifier: Apache-2.0
"""The built program against scikit-learn and xarray. Usage: oracle.py BUILD_FOLDER. Ends with 'N passed, N failed, N skipped'."""

import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from sklearn.model_selection import KFold

ROOT = Path(__file__).resolve().parents[2]
BUILT = Path(sys.argv[1]).resolve()
SHARED = ROOT.parent / "shared" / "data"
sys.path.insert(0, str(ROOT / "scripts"))
sys.path.insert(0, str(Path(__file__).resolve().parent))
import audit  # noqa: E402
import comparison  # noqa: E402
import ensembles  # noqa: E402
import kernel_ridge  # noqa: E402
import mutations  # noqa: E402
import pictures  # noqa: E402
import sklearn_refits  # noqa: E402  (it lives with the scripts that users run)
import svr  # noqa: E402
import tuning  # noqa: E402

TRAINING_ERROR_BOUND = 1e-9  # relative to the total sum of squares: order of summation, n eps
TIE_STATES = 12  # random_state values of scikit-learn that an exact tie is looked for in

SPEC = """spec: 1
name: {name}
data: {{file: {csv}, features: [{features}], target: {target}}}
cv: {{folds: [5, 10], seeds: [0, 1, 42]}}
models:
  - {{name: LR, model: linear}}
  - {{name: Ridge, model: linear, parameters: {{alpha: [1.0e-3, 1, 100]}}}}
  - {{name: DT, model: tree, parameters: {{max_depth: [1, 3, 6, 12, none], min_samples_leaf: [5, 12], min_samples_split: [2, 20]}}}}
"""


class Skip(Exception):
    pass


def table(name):
    """CSV, features, target of a table by name; the last column is the target, but for the shipped one."""
    if name == "electrode_standin":
        return ROOT / "experiments/data/electrode_standin.csv", ["CG", "S_LR", "AM_MC", "viscosity"], "mass_loading"
    csv = SHARED / f"{name}.csv"
    if not csv.exists():
        raise Skip(f"{csv.name} is not beside the repository")
    header = csv.read_text().splitlines()[0].split(",")
    return csv, header[:-1], header[-1]


def run_study(name, folder):
    csv, features, target = table(name)
    spec = folder / f"{name}.yaml"
    spec.write_text(SPEC.format(name=name, csv=csv, features=", ".join(features), target=target))
    results = folder / f"{name}.h5"
    if not results.exists():
        subprocess.run([BUILT / "kilofold", "run", spec, "-o", results, "-q"], check=True, stdout=subprocess.DEVNULL)
    return results


def predictions_agree(name, folder):
    results = run_study(name, folder)
    audit = subprocess.run(
        [sys.executable, ROOT / "scripts/audit_sklearn.py", results, "--fits", "0"], capture_output=True, text=True
    )
    assert audit.returncode == 0, audit.stdout + audit.stderr
    return audit.stdout.strip().replace("\n", "; ")


def training_errors_agree(name, folder):
    csv, features, target = table(name)
    ours = np.loadtxt(
        subprocess.run(
            [BUILT / "tests/training_error", csv, target, *features], check=True, capture_output=True, text=True
        ).stdout.splitlines()
    )
    columns = csv.read_text().splitlines()[0].split(",")
    values = np.genfromtxt(csv, delimiter=",", skip_header=1, usecols=[columns.index(c) for c in [*features, target]])
    X, y = values[:, :-1], values[:, -1]
    depths = np.unique(ours[:, 1]).astype(int)
    tied = 0
    for fold, (train, _) in enumerate(KFold(5, shuffle=True, random_state=0).split(X)):
        X_ranks, total = sklearn_refits.ranks(X[train]), np.sum((y[train] - y[train].mean()) ** 2)
        for depth in depths:
            own = ours[(ours[:, 0] == fold) & (ours[:, 1] == depth), 2].item()
            theirs = []
            for state in range(TIE_STATES):
                tree = sklearn_refits.grow(X_ranks, y[train], depth, 2, 1, state)
                theirs.append(np.sum((tree.predict(X_ranks) - y[train]) ** 2))
                if abs(theirs[-1] - own) <= TRAINING_ERROR_BOUND * total:
                    break
            low, high = min(theirs), max(theirs)
            differs = np.abs(np.array(theirs) - own).min() > TRAINING_ERROR_BOUND * total
            tied += len(theirs) > 1
            inside = low - TRAINING_ERROR_BOUND * total <= own <= high + TRAINING_ERROR_BOUND * total
            assert not differs or inside, f"fold {fold} depth {depth}: {own} outside {low} .. {high}"
    return f"{5 * len(depths)} (fold, depth) errors equal; {tied} only for another random_state of scikit-learn"


def folds_are_kfolds(_, __):
    """Live: the stored folds of 1000 seeds, read back from a results file."""
    import h5py

    with tempfile.TemporaryDirectory() as folder:
        rows = np.arange(57)
        Path(folder, "t.csv").write_text("x,y\n" + "".join(f"{i},{i * i % 7}\n" for i in rows))
        Path(folder, "s.yaml").write_text(
            "spec: 1\nname: s\ndata: {file: t.csv, features: [x], target: y}\n"
            "cv: {folds: 7, seeds: {from: 0, to: 999}}\nmodels: [{model: linear}]\n"
        )
        subprocess.run([BUILT / "kilofold", "run", "s.yaml", "-o", "s.h5", "-q"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
        stored = h5py.File(Path(folder, "s.h5"), "r")["splits/k7/fold"][()]
    for seed in range(1000):
        fold = np.empty(len(rows), int)
        for f, (_, held_out) in enumerate(KFold(7, shuffle=True, random_state=seed).split(rows)):
            fold[held_out] = f
        assert np.array_equal(stored[seed], fold), f"seed {seed}"
    return "1000 seeds"


def opens_in_xarray(name, folder):
    shown = subprocess.run(
        [sys.executable, ROOT / "tests/store/open_in_xarray.py", run_study(name, folder)], capture_output=True, text=True
    )
    assert shown.returncode == 0, shown.stdout + shown.stderr
    return shown.stdout.strip().splitlines()[-1]


def ensembles_agree(_, folder):
    return ensembles.agree(BUILT / "kilofold", folder)


def svr_agrees(_, folder):
    return svr.agree(BUILT / "kilofold", folder)


def kernel_ridge_agrees(_, folder):
    return kernel_ridge.agree(BUILT / "kilofold", folder)


def tuning_agrees(_, folder):
    return tuning.agree(BUILT / "kilofold", folder)


def comparison_agrees(_, folder):
    return comparison.agree(BUILT / "kilofold", folder)


def audit_sees_errors(_, folder):
    return audit.agree(BUILT / "kilofold", folder)


def pictures_hold_everything(_, folder):
    return pictures.agree(BUILT / "kilofold", folder)


def groups_are_group_kfolds(_, folder):
    """Live: the stored folds of 200 seeds over groups whose names are numbers."""
    import h5py
    from sklearn.model_selection import GroupKFold

    rows = np.arange(90)
    groups = rows * rows * 7 % 23
    (folder / "g.csv").write_text("x,y,g\n" + "".join(f"{i},{i * i % 7},{g}\n" for i, g in zip(rows, groups)))
    spec = ("spec: 1\nname: g\ndata: {file: g.csv, features: [x], target: y, groups: g}\n"
            "cv: {folds: 4, splitter: group_kfold, %s}\nmodels: [{model: linear}]\n")
    for name, cv, splitters in (("shuffled", "seeds: {from: 0, to: 199}", [GroupKFold(4, shuffle=True, random_state=s) for s in range(200)]),
                                ("plain", "shuffle: false", [GroupKFold(4)])):
        (folder / f"{name}.yaml").write_text(spec % cv)
        subprocess.run([BUILT / "kilofold", "run", f"{name}.yaml", "-o", f"{name}.h5", "-q"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
        (stored,) = [split["fold"][()] for split in h5py.File(folder / f"{name}.h5", "r")["splits"].values()]
        for s, splitter in enumerate(splitters):
            fold = np.empty(len(rows), int)
            for f, (_, held_out) in enumerate(splitter.split(rows, groups=groups)):
                fold[held_out] = f
            assert np.array_equal(stored[s], fold), f"{name}, seed {s}"
    return "200 seeds shuffled, and unshuffled"


def random_search_grows(_, folder):
    """20 trials grown to 200: only the new ones are computed, and the file holds what a fresh run gives, bit for bit."""
    import h5py

    csv, features, target = table("electrode_standin")
    (folder / "grow.yaml").write_text(
        f"spec: 1\nname: grow\ndata: {{file: {csv}, features: [{', '.join(features)}], target: {target}}}\n"
        "models:\n  - {name: DT, model: tree, method: random, trials: 20, parameters: {max_depth: {min: 1, max: 30, distribution: "
        "int_uniform}, min_samples_leaf: {min: 1, max: 99, distribution: int_uniform}}}\n")

    def run(results, *options):
        return subprocess.run([BUILT / "kilofold", "run", "grow.yaml", "-o", results, *options], cwd=folder, check=True,
                              capture_output=True, text=True).stderr

    more = ("--set", "models.0.trials=200")
    run("grown.h5")
    progress = run("grown.h5", *more)
    assert "180 cells" in progress and "20 of 200 cells are there already" in progress, progress
    run("fresh.h5", *more)
    grown, fresh = (h5py.File(folder / name, "r")["models/DT"] for name in ("grown.h5", "fresh.h5"))
    for name in ("trial", "prediction", "metric/rmse", "param/max_depth"):
        assert grown[name][()].tolist() == fresh[name][()].tolist(), name
    return "180 of 200 trials computed, equal to a fresh run"


def parser_and_schema_agree(_, __):
    return mutations.agree(BUILT)


CHECKS = [
    (folds_are_kfolds, ""),
    (groups_are_group_kfolds, ""),
    (parser_and_schema_agree, ""),
    (random_search_grows, ""),
    (ensembles_agree, ""),
    (svr_agrees, ""),
    (kernel_ridge_agrees, ""),
    (tuning_agrees, ""),
    (comparison_agrees, ""),
    (audit_sees_errors, ""),
    (pictures_hold_everything, ""),
    *((check, name) for check in (predictions_agree, training_errors_agree, opens_in_xarray)
      for name in ("electrode_standin", "concrete_strength", "pulsebat_lmo10_soh")),
]


def main():
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    with tempfile.TemporaryDirectory() as folder:
        for check, name in CHECKS:
            try:
                outcome, words = "passed", check(name, Path(folder))
            except Skip as why:
                outcome, words = "skipped", str(why)
            except (AssertionError, subprocess.CalledProcessError) as error:
                outcome, words = "failed", str(error)
            counts[outcome] += 1
            print(f"{outcome}: {check.__name__} {name}: {words}", flush=True)
    print(f"oracle: {counts['passed']} passed, {counts['failed']} failed, {counts['skipped']} skipped")
    return 1 if counts["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
