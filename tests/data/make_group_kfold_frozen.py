#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The kilofold authors
# SPDX-License-Identifier: Apache-2.0
"""Write group_kfold_frozen.csv: what scikit-learn's GroupKFold says, without shuffling and shuffled by 40 seeds.

Needs scikit-learn 1.6 or later. Sample i is in group (7 i^2 + 3 i) mod m, whose name is a number, a fraction or text; only text
sorts as text. A fold vector is held as the FNV-1a hash of one byte a sample; some are written out as digits too.
"""
import pathlib

import numpy as np
from sklearn.model_selection import GroupKFold, KFold, LeaveOneOut

from make_kfold_frozen import fnv1a

SHAPES = [(7, 5, 2), (40, 13, 3), (131, 37, 5), (656, 41, 10), (656, 300, 7)]  # n, m, k
SEEDS = [*range(36), 2024, 65536, 2**31, 2**32 - 1]
NAMES = {"number": lambda g: g, "fraction": lambda g: g / 4, "text": lambda g: f"g{g}"}


def fold_of_each_sample(splitter, n, groups=None):
    fold = np.full(n, -1)
    for f, (_, held_out) in enumerate(splitter.split(np.zeros(n), groups=groups)):
        fold[held_out] = f
    return fold


def row(splitter, kind, n, m, k, seed, fold):
    digits = "".join(map(str, fold)) if n <= 40 and k <= 10 and seed in ("", 0, 1) else ""
    return f"{splitter},{kind},{n},{m},{k},{seed},{fnv1a(fold)},{digits}"


def main():
    lines = ["splitter,kind,n,m,k,seed,fnv1a,folds"]
    for kind, name in NAMES.items():
        for n, m, k in SHAPES:
            groups = np.array([name((7 * i * i + 3 * i) % m) for i in range(n)])
            if len(np.unique(groups)) < k:
                continue
            plain = fold_of_each_sample(GroupKFold(k), n, groups)
            lines.append(row("group_kfold", kind, n, m, k, "", plain))
            for seed in SEEDS:
                shuffled = GroupKFold(k, shuffle=True, random_state=seed)
                lines.append(row("group_kfold", kind, n, m, k, seed, fold_of_each_sample(shuffled, n, groups)))
    for n, k in [(5, 2), (37, 5), (656, 10)]:
        lines.append(row("kfold", "number", n, 1, k, "", fold_of_each_sample(KFold(k), n)))
    lines.append(row("leave_one_out", "number", 37, 1, 37, "", fold_of_each_sample(LeaveOneOut(), 37)))
    pathlib.Path(__file__).with_name("group_kfold_frozen.csv").write_text("\n".join(lines) + "\n", encoding="ascii")


if __name__ == "__main__":
    main()
