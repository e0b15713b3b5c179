#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The kilofold authors
# SPDX-License-Identifier: Apache-2.0
"""Time parts of experiments/benchmark_*.yaml against scikit-learn, in turn, on the same two cores.

A *part* is one model entry of a spec. kilofold's time is that of the whole process, from YAML to the committed HDF5 file with
every held-out prediction, both cores. A *peer* answers the same grid on the same folds (KFold(5, shuffle, random_state=seed)) and
keeps one RMSE a fit: GridSearchCV(n_jobs=2, refit=False), its workers warm, imports and start not counted. A peer that would take
long answers the first few fold seeds only and its time is scaled by their number; `seeds` in the result says how many.

Rounds alternate: ours, each peer, ours, ... A ratio is formed within a round; its median, least and largest are printed, and
everything as JSON with --json. Adding a part: a peer function and a line in PARTS.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ[variable] = "1"  # two processes share two cores: threads of linear algebra would compete

try:
    import numpy as np
    import sklearn
    import yaml
    from joblib import Parallel, delayed
    from sklearn.ensemble import AdaBoostRegressor, GradientBoostingRegressor, RandomForestRegressor
    from sklearn.compose import TransformedTargetRegressor
    from sklearn.gaussian_process import GaussianProcessRegressor
    from sklearn.gaussian_process.kernels import RBF
    from sklearn.model_selection import GridSearchCV, KFold
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from sklearn.svm import SVR
    from sklearn.tree import DecisionTreeRegressor
except ImportError as error:
    missing = error
else:
    missing = None

JOBS = 2
ROOT = Path(__file__).resolve().parent.parent


def values(parameter):
    """A parameter's values as the spec's short forms mean them."""
    if isinstance(parameter, list):
        return [v for item in parameter for v in values(item)]
    if not isinstance(parameter, dict):
        return [parameter]
    if "from" in parameter:
        return list(range(parameter["from"], parameter["to"] + 1))
    (form, (first, last, count)), = parameter.items()
    return [float(v) for v in getattr(np, form)(first, last, count)]


class Study:
    """One model entry of a spec: its table, folds and grid, and a spec file of its own."""

    def __init__(self, spec_file, model, folder):
        path = ROOT / "experiments" / spec_file
        spec = yaml.safe_load(path.read_text())
        entry, = (m for m in spec["models"] if m["name"] == model)
        self.data = path.parent / spec["data"]["file"]
        table = np.genfromtxt(self.data, delimiter=",", names=True)
        self.X = np.column_stack([table[name] for name in spec["data"]["features"]])
        self.y = table[spec["data"]["target"]]
        self.grid = {name: values(v) for name, v in entry["parameters"].items()}
        self.all_seeds = values(spec["cv"]["seeds"])
        self.n_folds = spec["cv"]["folds"]
        self.on_all_rows = spec.get("scaling", {}).get("fit_on") == "all"
        spec["models"] = [entry]
        spec["data"]["file"] = str(self.data)
        self.file = folder / f"{model}.yaml"
        self.file.write_text(yaml.safe_dump(spec, sort_keys=False))
        self.results = folder / f"{model}.h5"

    def folds(self, n_seeds):
        return [s for seed in self.all_seeds[:n_seeds]
                for s in KFold(self.n_folds, shuffle=True, random_state=seed).split(self.X)]

    def search(self, estimator, n_seeds, **names):
        """GridSearchCV over the whole grid; `names` are scikit-learn's names of parameters where they differ."""
        grid = {names.get(name, name): v for name, v in self.grid.items()}
        GridSearchCV(estimator, grid, cv=self.folds(n_seeds), scoring="neg_root_mean_squared_error", n_jobs=JOBS,
                     refit=False).fit(self.X, self.y)

    def kernels(self, estimator, n_seeds, grid):
        """GridSearchCV of a kernel method behind a StandardScaler of features and target; `fit_on: all`: of X beforehand."""
        if self.on_all_rows:
            scaled = TransformedTargetRegressor(estimator, transformer=StandardScaler())
            GridSearchCV(scaled, {"regressor__" + name: v for name, v in grid.items()}, cv=self.folds(n_seeds),
                         scoring="neg_root_mean_squared_error", n_jobs=JOBS, refit=False).fit(StandardScaler().fit_transform(self.X), self.y)
            return
        scaled = TransformedTargetRegressor(make_pipeline(StandardScaler(), estimator), transformer=StandardScaler())
        prefix = f"regressor__{type(estimator).__name__.lower()}__"
        GridSearchCV(scaled, {prefix + name: v for name, v in grid.items()}, cv=self.folds(n_seeds),
                     scoring="neg_root_mean_squared_error", n_jobs=JOBS, refit=False).fit(self.X, self.y)

    def chains(self, fit, n_seeds):
        """One chain a grid point but n_estimators: fit(X, y, X held out, point, stages) -> predictions after each stage."""
        points = [{}]
        for name in self.grid.keys() - {"n_estimators"}:
            points = [{**point, name: v} for point in points for v in self.grid[name]]
        Parallel(n_jobs=JOBS)(delayed(staged_rmse)(fit, self.X, self.y, train, out, point, self.grid["n_estimators"])
                              for point in points for train, out in self.folds(n_seeds))


def staged_rmse(fit, X, y, train, held_out, point, stages):
    return [float(np.sqrt(np.mean((p - y[held_out]) ** 2))) for p in fit(X[train], y[train], X[held_out], point, stages)]


def staged_adaboost(X, y, X_held_out, point, stages):
    """What a thrifty user writes: staged_predict would ask every tree again at every stage."""
    tree = DecisionTreeRegressor(max_depth=point["max_depth"])
    model = AdaBoostRegressor(tree, n_estimators=max(stages), random_state=0).fit(X, y)
    predictions = np.array([member.predict(X_held_out) for member in model.estimators_])
    for stage in stages:
        order = np.argsort(predictions[:stage], axis=0)
        reached = np.cumsum(model.estimator_weights_[order], axis=0)
        first = np.argmax(reached >= 0.5 * reached[-1], axis=0)
        yield predictions[order[first, np.arange(len(first))], np.arange(len(first))]


def staged_gradient_boosting(X, y, X_held_out, point, stages):
    model = GradientBoostingRegressor(n_estimators=max(stages), random_state=0, **point).fit(X, y)
    return [p for t, p in enumerate(model.staged_predict(X_held_out), 1) if t in stages]


def staged_xgboost(tree_method, X, y, X_held_out, point, stages):
    import xgboost

    parameters = {"tree_method": tree_method, "eta": point["learning_rate"], "max_depth": point["max_depth"], "lambda": 0,
                  "min_child_weight": 1, "nthread": 1, "verbosity": 0}
    model = xgboost.train(parameters, xgboost.DMatrix(X, label=y, nthread=1), max(stages))
    held_out = xgboost.DMatrix(X_held_out, nthread=1)
    return [model.predict(held_out, iteration_range=(0, stage)) for stage in stages]


def staged_lightgbm(X, y, X_held_out, point, stages):
    import lightgbm

    parameters = {"learning_rate": point["learning_rate"], "max_depth": point["max_depth"], "num_leaves": 2 ** point["max_depth"],
                  "min_data_in_leaf": 1, "min_sum_hessian_in_leaf": 0, "max_bin": 255, "num_threads": 1, "verbose": -1}
    model = lightgbm.train(parameters, lightgbm.Dataset(X, label=y), max(stages))
    return [model.predict(X_held_out, num_iteration=stage, num_threads=1) for stage in stages]


def sixteenth_of_processes(study, n_seeds):
    """Every fourth length scale with every fourth noise."""
    study.kernels(GaussianProcessRegressor(optimizer=None), n_seeds, {
        "kernel": [RBF(length) for length in study.grid["length_scale"][::4]], "alpha": study.grid["noise_variance"][::4]})


# Part: its spec, and its peers as (name, seeds answered or None for all, function of study and seeds[, how many times the
# points it answers the whole grid has]).
PARTS = {
    "DT": ("benchmark_sweep.yaml", [
        ("GridSearchCV", None, lambda s, n: s.search(DecisionTreeRegressor(random_state=0), n))]),
    "RF": ("benchmark_sweep.yaml", [
        ("GridSearchCV", 1, lambda s, n: s.search(RandomForestRegressor(random_state=0), n))]),
    "GPR": ("benchmark_kernels.yaml", [
        ("GridSearchCV, no sd", 1, lambda s, n: s.kernels(GaussianProcessRegressor(optimizer=None), n, {
            "kernel": [RBF(length) for length in s.grid["length_scale"]], "alpha": s.grid["noise_variance"]}))]),
    "GPR64": ("benchmark_kernels.yaml", [("GridSearchCV, no sd", 1, sixteenth_of_processes, 16)]),
    "GPR_all_rows": ("benchmark_all_rows.yaml", [("GridSearchCV, no sd", 1, sixteenth_of_processes, 16)]),
    "GPR_electrode": ("benchmark_electrode.yaml", [("GridSearchCV, no sd", 1, sixteenth_of_processes, 16)]),
    "SVR": ("benchmark_kernels.yaml", [
        # every third gamma, the ends among them: one alone costs from a tenth of the mean to twice it
        ("GridSearchCV, 4 of 10 gammas", 1, lambda s, n: s.kernels(SVR(cache_size=500), n, {
            "gamma": s.grid["gamma"][::3], "C": s.grid["C"], "epsilon": s.grid["epsilon"]}), 2.5)]),
    "BDT": ("benchmark_sweep.yaml", [
        ("GridSearchCV, T a grid axis", 1, lambda s, n: s.search(
            AdaBoostRegressor(DecisionTreeRegressor(), random_state=0), n, max_depth="estimator__max_depth")),
        ("staged by the user", 1, lambda s, n: s.chains(staged_adaboost, n))]),
    "GB": ("benchmark_boosting.yaml", [
        ("GridSearchCV, T a grid axis", 1, lambda s, n: s.search(GradientBoostingRegressor(random_state=0), n)),
        ("staged by the user", 1, lambda s, n: s.chains(staged_gradient_boosting, n)),
        ("XGBoost exact, staged", 1, lambda s, n: s.chains(partial(staged_xgboost, "exact"), n)),
        ("XGBoost hist, staged", 1, lambda s, n: s.chains(partial(staged_xgboost, "hist"), n)),
        ("LightGBM, staged", 1, lambda s, n: s.chains(staged_lightgbm, n))]),
}


def seconds(call, *arguments):
    start = time.perf_counter()
    call(*arguments)
    return time.perf_counter() - start


def run_kilofold(program, study):
    subprocess.run([program, "run", study.file, "-o", study.results, "-q"], check=True, stdout=subprocess.DEVNULL,
                   env={k: v for k, v in os.environ.items() if not k.startswith("KILOFOLD_")})


def spread(figures):
    return {"median": statistics.median(figures), "least": min(figures), "largest": max(figures)}


def bench(part, program, rounds, wanted_peers, folder):
    spec_file, peers = PARTS[part]
    peers = [(*p, 1)[:4] for p in peers if not wanted_peers or any(w in p[0] for w in wanted_peers)]
    study = Study(spec_file, part, folder)
    Parallel(n_jobs=JOBS)(delayed(time.sleep)(0.2) for _ in range(2 * JOBS))
    ours, theirs = [], {name: [] for name, *_ in peers}
    for _ in range(rounds):
        study.results.unlink(missing_ok=True)  # of the round before: nobody is asked to remove results
        ours.append(seconds(run_kilofold, program, study))
        for name, n_seeds, peer, of_grid in peers:
            scale = of_grid * len(study.all_seeds) / (n_seeds or len(study.all_seeds))
            theirs[name].append(scale * seconds(peer, study, n_seeds))
    return {"part": part, "rounds": rounds, "kilofold_seconds": spread(ours), "peers": [
        {"peer": name, "seeds": n_seeds or len(study.all_seeds), "of_seeds": len(study.all_seeds), "seconds": spread(theirs[name]),
         "ratio": spread([t / o for t, o in zip(theirs[name], ours)]), "of_grid": f"1/{of_grid:g}"}
        for name, n_seeds, _, of_grid in peers]}


def machine():
    names = [line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    return {"cpu": names[0] if names else platform.processor(), "cores": os.cpu_count(), "python": platform.python_version(),
            "scikit-learn": sklearn.__version__, "numpy": np.__version__}


def print_table(result):
    ours = result["kilofold_seconds"]
    print(f"{result['part']}: kilofold {ours['median']:.3f} s ({ours['least']:.3f}-{ours['largest']:.3f}), {result['rounds']} rounds")
    for peer in result["peers"]:
        t, r = peer["seconds"], peer["ratio"]
        scaled = "" if peer["seeds"] == peer["of_seeds"] else f", scaled from {peer['seeds']} of {peer['of_seeds']} seeds"
        print(f"  {r['median']:6.1f}x ({r['least']:.1f}-{r['largest']:.1f})  {peer['peer']}: {t['median']:.2f} s{scaled}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program", help="the built kilofold")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--peers", nargs="+", help="only peers whose names contain one of these words")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=Path, help="write the figures and the facts of the machine here")
    options = parser.parse_args()
    if missing:
        parser.error(f"{missing}; pip install -r scripts/requirements.txt")
    results = []
    with tempfile.TemporaryDirectory() as folder:
        for part in options.parts:
            results.append(bench(part, Path(options.program).resolve(), options.rounds, options.peers, Path(folder)))
            print_table(results[-1])
            sys.stdout.flush()
    if options.json:
        options.json.write_text(json.dumps({"machine": machine(), "parts": results}, indent=2) + "\n")


if __name__ == "__main__":
    main()
