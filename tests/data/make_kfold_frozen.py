#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The kilofold authors
# SPDX-License-Identifier: Apache-2.0
"""Write kfold_frozen.csv: what scikit-learn's KFold(k, shuffle=True, random_state=seed) says, for 100 seeds.

A fold vector is held as the FNV-1a hash of one byte a sample, its fold id; a few are written out as digits too.
"""
import pathlib

import numpy as np
from sklearn.model_selection import KFold

SHAPES = [(5, 2), (10, 10), (37, 5), (131, 10), (656, 5)]  # an odd size above a warp, equal and unequal folds, n = k
SEEDS = [*range(90), 99, 123, 1234, 2024, 65535, 65536, 2**31 - 1, 2**31, 2**32 - 2, 2**32 - 1]
LARGE = (70001, 7)  # needs draws of more than 16 bits


def fnv1a(values):
    digest = 0xCBF29CE484222325
    for value in values:
        digest = (digest ^ int(value)) * 0x100000001B3 % 2**64
    return f"{digest:016x}"


def fold_of_each_sample(n, k, seed):
    fold = np.full(n, -1)
    for f, (_, held_out) in enumerate(KFold(k, shuffle=True, random_state=seed).split(np.zeros(n))):
        fold[held_out] = f
    return fold


def main():
    lines = ["n,k,seed,fnv1a,folds"]
    cases = [(n, k, seed) for n, k in SHAPES for seed in SEEDS] + [(*LARGE, seed) for seed in SEEDS[:3]]
    for n, k, seed in cases:
        fold = fold_of_each_sample(n, k, seed)
        written_out = "".join(map(str, fold)) if seed < 2 and n <= 1000 else ""
        lines.append(f"{n},{k},{seed},{fnv1a(fold)},{written_out}")
    pathlib.Path(__file__).with_name("kfold_frozen.csv").write_text("\n".join(lines) + "\n", encoding="ascii")


if __name__ == "__main__":
    main()
