#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The kilofold authors
# SPDX-License-Identifier: Apache-2.0
"""How the time of a Gaussian-process study grows with fold seeds, noise levels and rows.

Every point is a whole run, from YAML to the committed HDF5 file with predictions, standard deviations and likelihoods. Its time is
the processor time of the process and its threads, which other programs on the machine disturb little. Each point is run --rounds
times, round by round over all points; medians are drawn, everything is kept as JSON.

Usage: bench_growth.py PROGRAM -o results/reference/growth_gpr     (writes .json and .png)
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import tempfile
from pathlib import Path

import plot_common as common
from plot_common import np

SPEC = """spec: 1
name: growth
data: {{file: table_{n}.csv, features: [x1, x2, x3, x4], target: y}}
cv: {{folds: 5, seeds: {{from: 0, to: {last_seed}}}}}
scaling: {{fit_on: {fit_on}}}
models:
  - {{name: GPR, model: gpr, parameters: {{length_scale: {{geomspace: [0.3, 10, {n_lengths}]}}, noise_variance: {noises}}}}}
"""
SERIES = {
    "seeds": ("fold seeds, fit_on: all, 656 rows, 4 length scales", [1, 3, 10, 30, 100, 300, 1000]),
    "noises": ("noise levels, fit_on: fold, 656 rows, 1 seed", [1, 4, 16, 64, 256]),
    "rows": ("rows, fit_on: fold, 16 noise levels, 1 seed", [200, 500, 1000, 2000, 5000]),
}


def write_table(folder, n):
    path = folder / f"table_{n}.csv"
    if path.exists():
        return
    random = np.random.RandomState(1)
    X = random.uniform(size=(n, 4))
    y = np.sin(4 * X[:, 0]) + X[:, 1] * X[:, 2] + 0.1 * random.standard_normal(n)
    lines = ["x1,x2,x3,x4,y"] + [",".join(f"{v:.6g}" for v in (*x, t)) for x, t in zip(X, y)]
    path.write_text("\n".join(lines) + "\n")


def processor_seconds(program, folder, series, size):
    n = size if series == "rows" else 656
    count = {"seeds": 1, "noises": size, "rows": 16}[series]
    noises = 0.01 if count == 1 else f"{{geomspace: [1.0e-4, 1, {count}]}}"
    write_table(folder, n)
    (folder / "growth.yaml").write_text(SPEC.format(
        n=n, last_seed=size - 1 if series == "seeds" else 0, fit_on="all" if series == "seeds" else "fold",
        n_lengths=4 if series == "seeds" else 2, noises=noises))
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([program, "run", "growth.yaml", "-o", "growth.h5", "--fresh", "-q"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return round(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, 3)


def measure(program, rounds, most_rows):
    points = [(series, size) for series, (_, sizes) in SERIES.items() for size in sizes if series != "rows" or size <= most_rows]
    figures = {point: [] for point in points}
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(rounds):
            for series, size in points:
                figures[series, size].append(processor_seconds(program, Path(folder), series, size))
                print(f"{series} {size}: {figures[series, size][-1]:.2f} s", flush=True)
    return {series: [{"size": size, "seconds": statistics.median(figures[series, size]), "least": min(figures[series, size]),
                      "largest": max(figures[series, size])} for name, size in points if name == series] for series in SERIES}


def machine():
    names = [line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    return {"cpu": names[0] if names else "unknown", "cores": os.cpu_count()}


def draw(series, file):
    figure, axes = common.plt.subplots(1, 3, figsize=(9.5, 3), layout="constrained", sharey=True)
    for axis, (name, points) in zip(axes, series.items()):
        sizes, times = np.array([[p["size"], p["seconds"]] for p in points]).T
        axis.loglog(sizes, times, "o-", color=common.ACCENT, markersize=4)
        power = 3 if name == "rows" else 1
        axis.loglog(sizes, times[0] * (sizes / sizes[0]) ** power, ":", color="#9aa0a7", label=f"power {power} of the size")
        axis.set_xticks(sizes, [f"{size:,.0f}" for size in sizes], fontsize=8, minor=False)
        axis.xaxis.minorticks_off()
        axis.set_xlabel(SERIES[name][0], fontsize=8)
        axis.legend(frameon=False, fontsize=8)
    axes[0].set_ylabel("processor time (s)")
    figure.savefig(file)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program", help="the built kilofold")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--most-rows", type=int, default=5000, help="leave out larger tables")
    parser.add_argument("-o", "--output", type=Path, required=True, help="path of the two files, without suffix")
    options = parser.parse_args()
    common.require_packages(parser)
    series = measure(str(Path(options.program).resolve()), options.rounds, options.most_rows)
    figures = {"machine": machine(), "unit": "processor seconds", "rounds": options.rounds, "series": series}
    options.output.with_suffix(".json").write_text(json.dumps(figures, indent=1) + "\n")
    draw(series, options.output.with_suffix(".png"))


if __name__ == "__main__":
    main()
