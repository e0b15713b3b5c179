# SPDX-FileCopyrightText: 2026 The kilofold authors
# SPDX-License-Identifier: Apache-2.0
"""svr_sweep.py PROGRAM_DIR: the 40,000 fits of support vector regression in experiments/benchmark_kernels.yaml, several ways.

One run of the whole sweep is compared with others that must give its bits: another instruction set and shards in a shuffled
order, each C from a cold start and not along a path; and, for the 4,000 fits of one seed, every fit on its own and scalar code.
What is compared is every prediction, status, diagnostic and metric of every cell. Also printed: how the fits ended, how far the
answers are from optimal at most, and the program's CPU time (kernel matrices, predictions and file included), which depends on what
else the machine does. Exit code 5 where a bit differs or a fit did not converge.
"""

import os
import random
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

import h5py
import numpy as np
import yaml

ROOT = Path(__file__).resolve().parents[2]
N_SHARDS = 8
GROUPS = ("prediction", "metric", "fold_metric", "diagnostic")
LARGEST = ("gap", "cond", "correction")


def write_spec(folder, seeds):
    spec = yaml.safe_load((ROOT / "experiments/benchmark_kernels.yaml").read_text())
    spec["models"] = [entry for entry in spec["models"] if entry["name"] == "SVR"]
    spec["data"]["file"] = str(ROOT / "experiments" / spec["data"]["file"])
    spec["cv"]["seeds"] = {"from": 0, "to": seeds - 1}
    path = folder / f"seeds_{seeds}.yaml"
    path.write_text(yaml.safe_dump(spec))
    return path


class Runs:
    def __init__(self, program, folder):
        self.program, self.folder, self.count = program, folder, 0

    def run(self, seeds, switches=(), isa="", shards=("0/1",)):
        """Arrays of the finished file by name, and the CPU seconds of all shards."""
        self.count += 1
        out = self.folder / f"{self.count}.h5"
        environment = {name: value for name, value in os.environ.items() if not name.startswith("KILOFOLD_")}
        if isa:
            environment["KILOFOLD_ISA"] = isa
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        for shard in shards:
            command = [self.program, "run", write_spec(self.folder, seeds), "-o", out, "-q", "-j1", "--shard", shard, *switches]
            subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        arrays = {}
        with h5py.File(out) as file:
            group = file["models/SVR"]
            for name in GROUPS:
                leaves = {name: group[name]} if isinstance(group[name], h5py.Dataset) else group[name]
                for leaf, dataset in leaves.items():
                    if leaf not in ("trial", "seed", "fold", "sample"):
                        arrays[f"{name}/{leaf}"] = dataset[()]
            status = group["diagnostic/status"]
            self.meanings = dict(zip(status.attrs["flag_values"], status.attrs["flag_meanings"].split()))
        return arrays, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def differing_fits(one, other):
    """Fits of which anything differs; `other` may have the first seeds only."""
    status = other["diagnostic/status"]
    cells, fits = np.zeros(status.shape[:2], bool), np.zeros(status.shape, bool)
    for name, theirs in other.items():
        differs = one[name][:, :theirs.shape[1]].view(f"u{theirs.itemsize}") != theirs.view(f"u{theirs.itemsize}")
        if differs.shape == fits.shape:
            fits |= differs
        elif differs.ndim == 3:
            cells |= differs.any(axis=2)
        else:
            cells |= differs
    return int((fits | cells[:, :, None]).sum())


def main():
    program = Path(sys.argv[1] if len(sys.argv) > 1 else "build/cpu").resolve() / "kilofold"
    with tempfile.TemporaryDirectory() as name:
        runs = Runs(program, Path(name))
        whole, seconds = runs.run(10)
        status = whole["diagnostic/status"]
        n = status.size
        ends = {runs.meanings[value]: int((status == value).sum()) for value in np.unique(status)}
        print(f"{n:,} fits in {seconds:.1f} s of CPU time, {1e3 * seconds / n:.2f} ms each: "
              + ", ".join(f"{count:,} {word}" for word, count in ends.items()))
        print("largest " + ", ".join(f"{key} {np.nanmax(whole[f'diagnostic/{key}']):.1e}" for key in LARGEST), flush=True)
        good = set(ends) <= {"ok", "converged_degenerate"}
        shards = [f"{i}/{N_SHARDS}" for i in range(N_SHARDS)]
        random.Random(1).shuffle(shards)
        ways = (
            ("avx2, shards " + " ".join(shards), 10, {"isa": "avx2", "shards": shards}),
            ("--no-rule svr_path: every C from a cold start", 10, {"switches": ("--no-rule", "svr_path")}),
            ("--no-sharing: every fit on its own, seed 0", 1, {"switches": ("--no-sharing",)}),
            ("scalar, seed 0", 1, {"isa": "scalar"}),
        )
        for what, seeds, how in ways:
            other, seconds = runs.run(seeds, **how)
            fits, differ = other["diagnostic/status"].size, differing_fits(whole, other)
            good &= differ == 0
            print(f"{what}: {fits - differ:,} of {fits:,} fits bitwise equal, {seconds:.1f} s", flush=True)
    print("every bit agrees, every fit converged" if good else "BREACH")
    sys.exit(0 if good else 5)


if __name__ == "__main__":
    main()
