#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The kilofold authors
# SPDX-License-Identifier: Apache-2.0
"""Plant the faults of tests/mutation/faults.txt one at a time and see which the tests catch.

Works on a copy of the committed tree in build/mutate/, so the working tree may be edited meanwhile. A fault is compiled into the
test programs of its folder, which run until the first test fails. Caught: a test failed, crashed or ran ten times as long as it
should. Refused: the compiler would not have it, which says nothing about the tests. The rest survived. Exit 1 where fewer than
--least percent of those that compile are caught, or where a fault does not compile or no longer fits its file.
"""

import argparse
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TREE = ROOT / "build/mutate"
BUILT = TREE / "build/cpu"
FAULTS = "tests/mutation/faults.txt"

# The first that fits a file's path: what has to be built, and the programs to run, those most likely to notice first.
PROGRAMS = {
    "src/core/random": ["core_test", "data_test"],
    "src/core": ["core_test"],
    "include/kilofold/core": ["core_test", "cpu_test", "equivalence_tests"],
    "src/data": ["data_test"],
    "src/plan": ["plan_tests", "equivalence_tests"],
    "src/models": ["models_tests", "plan_tests", "equivalence_tests"],
    "src/execute": ["equivalence_tests"],
    "src/cpu": ["cpu_test", "equivalence_tests"],
    "src/report": ["report_test"],
    "src/importance": ["importance_test"],
}


@dataclass
class Fault:
    number: int
    file: str
    right: str
    wrong: str

    def programs(self):
        return next(programs for start, programs in PROGRAMS.items() if self.file.startswith(start))


def read_faults(text):
    faults = []
    for paragraph in text.split("\n\n"):
        lines = [line for line in paragraph.splitlines() if line and not line.startswith("#")]
        if lines:
            file, right, wrong = lines
            faults.append(Fault(len(faults) + 1, file, right[2:], wrong[2:]))
    return faults


def build(programs):
    command = ["cmake", "--build", BUILT, "--parallel", "1", "--target", *programs]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def first_failure(programs, seconds):
    """(program, the test that failed or what else happened), or None where every program passes."""
    for program in programs:
        command = [BUILT / "tests" / program, "--gtest_fail_fast", "--gtest_brief=1"]
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=TREE,
                                  timeout=60 + 10 * seconds.get(program, 600))
        except subprocess.TimeoutExpired:
            return program, "does not end"
        if done.returncode != 0:
            failed = [line for line in done.stdout.splitlines() if line.startswith("[  FAILED  ]")]
            return program, failed[0].split()[3].rstrip(",") if failed else f"exit {done.returncode}"
    return None


def judge(fault, seconds):
    path = TREE / fault.file
    text = path.read_text(encoding="utf-8")
    if text.count(fault.right) != 1:
        return "misfit", f"the line occurs {text.count(fault.right)} times"
    path.write_text(text.replace(fault.right, fault.wrong), encoding="utf-8")
    try:
        built = build(fault.programs())
        if built.returncode != 0:
            return "refused", next((line for line in built.stdout.splitlines() if " error: " in line), "does not build")
        failure = first_failure(fault.programs(), seconds)
        return ("caught", " ".join(failure)) if failure else ("survived", ", ".join(fault.programs()))
    finally:
        path.write_text(text, encoding="utf-8")


def prepare(wanted, definitions):
    """Copy the committed tree, build its tests and time them; returns the seconds of each program."""
    TREE.mkdir(parents=True, exist_ok=True)
    files = subprocess.run(["git", "archive", "HEAD"], cwd=ROOT, capture_output=True, check=True).stdout
    subprocess.run(["tar", "-x", "-C", TREE], input=files, check=True)
    subprocess.run(["cmake", "--preset", "cpu", "-DKILOFOLD_TESTS=ON", *definitions], cwd=TREE, check=True, stdout=subprocess.DEVNULL)
    programs = sorted({program for fault in wanted for program in fault.programs()})
    built = build(programs)
    if built.returncode != 0:
        sys.exit(built.stdout[-3000:])
    seconds = {}
    for program in programs:
        start = time.monotonic()
        failure = first_failure([program], {})
        if failure:
            sys.exit(f"without a fault, {' '.join(failure)} fails")
        seconds[program] = time.monotonic() - start
    return seconds


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("faults", nargs="*", type=int, help="numbers of the faults to plant (default: all)")
    parser.add_argument("--define", action="append", default=[], metavar="NAME=VALUE", help="passed on to cmake")
    parser.add_argument("--least", type=float, default=90, help="percent that must be caught (default: 90)")
    args = parser.parse_args()
    faults = read_faults((ROOT / FAULTS).read_text(encoding="utf-8"))
    wanted = [fault for fault in faults if not args.faults or fault.number in args.faults]
    seconds = prepare(wanted, [f"-D{definition}" for definition in args.define])
    counts = dict.fromkeys(["caught", "survived", "refused", "misfit"], 0)
    for fault in wanted:
        verdict, by = judge(fault, seconds)
        counts[verdict] += 1
        print(f"{fault.number:3} {verdict:8} {fault.file}: {fault.wrong.strip() or 'without ' + fault.right}\n"
              f"{'':13}{by}", flush=True)
    judged = counts["caught"] + counts["survived"]
    print(f"{counts['caught']} of {judged} caught ({100 * counts['caught'] / max(judged, 1):.0f} %), "
          f"{counts['refused']} refused by the compiler, {counts['misfit']} fit no longer")
    return int(counts["caught"] < args.least / 100 * judged or counts["refused"] + counts["misfit"] > 0)


if __name__ == "__main__":
    sys.exit(main())
