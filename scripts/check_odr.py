#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The kilofold authors
# SPDX-License-Identifier: Apache-2.0
"""Find inline functions that were compiled for AVX outside Highway's per-target namespaces.

The linker keeps one copy of a weak symbol. If that copy holds AVX instructions, a CPU without them dies in code that never
asked for any. Kernels are safe: their names carry N_AVX2 or N_AVX3. What else must hold none.

Usage: check_odr.py FILE.o|LIB.a|FOLDER...    exit 1 with the list where there are such symbols
"""
import pathlib
import re
import subprocess
import sys

WEAK = re.compile(r"^[0-9a-f]+ [WVu] (\S+)$")
FUNCTION = re.compile(r"^[0-9a-f]+ <(.*)>:$")
# VEX or EVEX coded, or one of the BMI2 instructions that the AVX2 target brings along
AVX = re.compile(r"\tv[a-z0-9]+ .*%[xyz]mm|\t(?:shlx|shrx|sarx|rorx|mulx|pdep|pext) ")
PER_TARGET = re.compile(r"N_AVX\d")


def output(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()


def leaked(binary):
    """Weak symbols of an object file or archive with AVX code and no per-target name."""
    weak = {match[1] for line in output("nm", binary) if (match := WEAK.match(line))}
    found, current = set(), None
    for line in output("objdump", "-d", "--no-show-raw-insn", binary):
        if match := FUNCTION.match(line):
            current = match[1]
        elif current in weak and not PER_TARGET.search(current) and AVX.search(line):
            found.add(current)
    return sorted(found)


def main(arguments):
    if not arguments:
        sys.exit(__doc__)
    binaries = []
    for argument in map(pathlib.Path, arguments):
        binaries += sorted(argument.rglob("*.o")) if argument.is_dir() else [argument]
    if not binaries:
        sys.exit("check_odr: no object files there")
    n_leaked = 0
    for binary in binaries:
        for symbol in leaked(str(binary)):
            print(f"{binary}: {output('c++filt', symbol)[0]}")
            n_leaked += 1
    if n_leaked:
        sys.exit(f"check_odr: {n_leaked} weak symbols hold AVX code outside N_AVX namespaces")
    print(f"check_odr: {len(binaries)} files, no leaked symbol")


main(sys.argv[1:])
