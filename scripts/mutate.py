#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The kilofold authors
# SPDX-License-Identifier: Apache-2.0
"""Plant the faults of tests/mutation/faults.txt one at a time and see which the tests catch.

Works on a copy of the committed tree in build/mutate/, so the working tree may be edited meanwhile. A fault is compiled into the
test programs that can see it, which run until the first test fails; the test that docs/mutation.md names for it runs first.
With --new only the faults that the page does not name are planted: the page says of each at which commit it was.
Caught: a test failed, crashed or ran ten times as long as it should. Refused: the compiler would not have it, which says nothing
about the tests. The rest survived. Verdicts are kept with the commit they hold for: a stopped run goes on, and --page writes them to
docs/mutation.md. Exit 1 where a fault does not fit its file, before anything is built; where one does not compile; or where fewer
than --least percent are caught.
"""

import argparse
import io
import json
import re
import subprocess
import sys
import tarfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TREE = ROOT / "build/mutate"
BUILT = TREE / "build/cpu"
KEPT = TREE / "verdicts.json"
PAGE = ROOT / "docs/mutation.md"
FAULTS = "tests/mutation/faults.txt"

# The first that fits a file's path: the programs that can see it, those most likely to notice first.
PROGRAMS = {
    "src/core/random": ["core_test", "data_test"],
    "src/core/lbfgs": ["core_test", "cpu_test", "equivalence_tests"],
    "src/core": ["core_test"],
    "include/kilofold/core": ["core_test", "cpu_test", "equivalence_tests"],
    "include/kilofold/backend": ["cpu_test", "equivalence_tests"],
    "src/data": ["data_test"],
    "src/plan": ["plan_tests", "equivalence_tests"],
    "src/models": ["models_tests", "plan_tests", "equivalence_tests"],
    "src/execute": ["equivalence_tests", "execute_tests"],
    "cuda": ["emu_test"],
    "src/cpu": ["cpu_test", "equivalence_tests"],
    "src/report": ["report_test"],
    "src/importance": ["importance_test"],
    "src/store": ["store_test"],
}


@dataclass
class Fault:
    number: int
    file: str
    right: str
    wrong: str
    why: str  # it survives; empty for a fault the tests should catch

    def programs(self):
        return next(programs for start, programs in PROGRAMS.items() if self.file.startswith(start))

    def planted(self):
        return self.wrong.strip() or "without " + self.right

    def key(self):
        return self.file, self.planted()


@dataclass
class Verdict:
    verdict: str  # caught, survived or refused
    program: str
    by: str  # the test that failed or what else happened
    commit: str


def read_faults():
    faults = []
    for paragraph in (ROOT / FAULTS).read_text(encoding="utf-8").split("\n\n"):
        lines = [line for line in paragraph.splitlines() if line and not line.startswith("#")]
        if lines:
            file, right, wrong, *why = lines
            faults.append(Fault(len(faults) + 1, file, right[2:], wrong[2:], why[0][2:] if why else ""))
    return faults


def misfit(fault):
    """Why a fault cannot be planted, or None."""
    path = ROOT / fault.file
    times = path.read_text(encoding="utf-8").count(fault.right) if path.exists() else 0
    if times != 1:
        return f"{fault.number} {fault.file}: the line occurs {times} times: {fault.right}"
    return None


def on_page():
    """What the page says of every fault that was caught, by its file and what was planted."""
    row = r"^\| \d+ \| `([^`]+)` \| `(.+)` \| `([^`]+)` \| `([^`]+)` \| `(\w+)` \|$"
    rows = re.findall(row, PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    return {(file, planted.replace("\\|", "|")): Verdict("caught", *said) for file, planted, *said in rows}


def build(programs):
    """The compiler's first error, or None."""
    command = ["cmake", "--build", BUILT, "--parallel", "1", "--target", *programs]
    built = subprocess.run(command, capture_output=True, text=True, check=False)
    if built.returncode == 0:
        return None
    return next((line for line in built.stdout.splitlines() if " error: " in line), built.stdout[-1000:] or "does not build")


def failure_of(program, seconds, only="*"):
    """The test that failed or what else happened, or None where every test passes."""
    command = [BUILT / "tests" / program, "--gtest_fail_fast", "--gtest_brief=1", f"--gtest_filter={only}"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=TREE, timeout=60 + 10 * seconds)
    except subprocess.TimeoutExpired:
        return "does not end"
    if done.returncode == 0:
        return None
    failed = [line for line in done.stdout.splitlines() if line.startswith("[  FAILED  ]")]
    return failed[0].split()[3].rstrip(",") if failed else f"exit {done.returncode}"


def attempts(fault, before):
    """Programs with the tests of them to run, in order."""
    last = before.get(fault.number)
    first = [(last.program, last.by)] if last and " " not in last.by else []
    return first + [(program, "*") for program in fault.programs()]


def judge(fault, seconds, before, head):
    path = TREE / fault.file
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(fault.right, fault.wrong), encoding="utf-8")
    try:
        for program, tests in attempts(fault, before):
            if error := build([program]):
                return Verdict("refused", program, error, head)
            if failure := failure_of(program, seconds[program], tests):
                return Verdict("caught", program, failure, head)
        return Verdict("survived", ", ".join(fault.programs()), "", head)
    finally:
        path.write_text(text, encoding="utf-8")


def commit():
    command = ["git", "rev-parse", "--short=7", "HEAD"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()


def copy_tree():
    """Copy the committed files that differ, so that only what they touch is built again."""
    files = subprocess.run(["git", "archive", "HEAD"], cwd=ROOT, capture_output=True, check=True).stdout
    with tarfile.open(fileobj=io.BytesIO(files)) as archive:
        for member in filter(tarfile.TarInfo.isfile, archive):
            path, content = TREE / member.name, archive.extractfile(member).read()
            if not path.exists() or path.read_bytes() != content:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
                path.chmod(member.mode)


def prepare(programs, definitions):
    """Build the tests without a fault and time them; returns the seconds of each program."""
    copy_tree()
    configure = ["cmake", "--preset", "cpu", "-DKILOFOLD_TESTS=ON", *definitions]
    subprocess.run(configure, cwd=TREE, check=True, stdout=subprocess.DEVNULL)
    seconds = {}
    for program in programs:
        if error := build([program]):
            sys.exit(error)
        start = time.monotonic()
        if failure := failure_of(program, 600):
            sys.exit(f"without a fault, {program} {failure} fails")
        seconds[program] = time.monotonic() - start
    return seconds


def kept(head):
    """Verdicts of this commit by number, and the seconds of its programs."""
    if KEPT.exists():
        of = json.loads(KEPT.read_text(encoding="utf-8"))
        if of["commit"] == head:
            return {int(number): Verdict(**verdict) for number, verdict in of["verdicts"].items()}, of["seconds"]
    return {}, {}


def keep(head, verdicts, seconds):
    of = {"commit": head, "seconds": seconds, "verdicts": {number: vars(verdict) for number, verdict in verdicts.items()}}
    KEPT.write_text(json.dumps(of, indent=1), encoding="utf-8")


def summary(verdicts):
    """Percent caught of those that compile, how many do not, and both in words."""
    caught, survived, refused = (sum(v.verdict == which for v in verdicts.values()) for which in ("caught", "survived", "refused"))
    share = 100 * caught / max(caught + survived, 1)
    return share, refused, f"{caught} of {caught + survived} caught ({share:.0f} %), {refused} refused by the compiler"


def cell(text):
    return "`" + text.replace("|", "\\|") + "`"


def page(faults, verdicts):
    """docs/mutation.md."""
    def judged(as_what):
        return [fault for fault in faults if fault.number in verdicts and verdicts[fault.number].verdict == as_what]

    lines = ["# Planted faults", "",
             "Written by `scripts/mutate.py --page`, which plants the faults of `tests/mutation/faults.txt` one at a time, builds the",
             "test programs that can see it and runs them until a test fails.", "",
             f"{summary(verdicts)[2]}; {len(faults) - len(verdicts)} of {len(faults)} not run. At commit " +
             ", ".join(f"`{of}` {n}" for of, n in Counter(verdict.commit for verdict in verdicts.values()).items()) + "."]
    if survivors := judged("survived"):
        lines += ["", "Survivors:", "", "| fault | file | as it is | as planted | why |", "|---|---|---|---|---|"]
        lines += [f"| {fault.number} | `{fault.file}` | {cell(fault.right)} | {cell(fault.planted())} | {fault.why or 'no test sees it'} |"
                  for fault in survivors]
    lines += ["", "Caught, by the first test that failed; `exit` with a negative number is a signal:", "",
              "| fault | file | as planted | program | test | commit |", "|---|---|---|---|---|---|"]
    for fault in judged("caught"):
        said = verdicts[fault.number]
        lines.append(f"| {fault.number} | `{fault.file}` | {cell(fault.planted())} | `{said.program}` | `{said.by}` | `{said.commit}` |")
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("faults", nargs="*", type=int, help="numbers of the faults to plant (default: all without a verdict)")
    parser.add_argument("--check", action="store_true", help="only see whether every fault fits its file")
    parser.add_argument("--new", action="store_true", help="plant only the faults that docs/mutation.md does not name as caught")
    parser.add_argument("--page", action="store_true",
                        help="write docs/mutation.md from the verdicts of this commit and, for faults not planted at it, the page's")
    parser.add_argument("--define", action="append", default=[], metavar="NAME=VALUE", help="passed on to cmake")
    parser.add_argument("--least", type=float, default=90, help="percent that must be caught (default: 90)")
    args = parser.parse_args()
    faults = read_faults()
    if misfits := [reason for reason in map(misfit, faults) if reason]:
        sys.exit("\n".join(misfits))
    if args.check:
        return 0
    head, said = commit(), on_page()
    before = {fault.number: said[fault.key()] for fault in faults if fault.key() in said}
    verdicts, seconds = kept(head)
    without = [fault for fault in faults if fault.number not in verdicts and not (args.new and fault.number in before)]
    wanted = [fault for fault in faults if fault.number in args.faults] if args.faults else without
    programs = sorted({program for fault in wanted for program, _ in attempts(fault, before)} - seconds.keys())
    if wanted:
        seconds |= prepare(programs, [f"-D{definition}" for definition in args.define])
    for fault in wanted:
        verdicts[fault.number] = judge(fault, seconds, before, head)
        keep(head, verdicts, seconds)
        print(f"{fault.number:3} {verdicts[fault.number].verdict:8} {fault.file}: {fault.planted()}\n"
              f"{'':13}{verdicts[fault.number].program} {verdicts[fault.number].by}", flush=True)
    share, refused, text = summary(verdicts)
    print(text)
    if args.page:
        PAGE.write_text(page(faults, before | verdicts), encoding="utf-8")
    return int(share < args.least or refused > 0)


if __name__ == "__main__":
    sys.exit(main())
