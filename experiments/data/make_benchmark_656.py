#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The kilofold authors
# SPDX-License-Identifier: Apache-2.0
"""The table that every benchmark figure refers to: 656 rows, four continuous features, no repeated row.

A smooth target of every feature with one product and one bend, plus Gaussian noise of 0.095 of the target's standard deviation.
Feature values hold in a float, so that scikit-learn, which casts X to float32, sees the same table. Needs no packages.
"""

import argparse
import math
import random
import statistics
import struct

NOISE = 0.095  # of sd(y)


def as_float32(value):
    return struct.unpack("f", struct.pack("f", value))[0]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=656)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("-o", "--output", default="benchmark_656.csv")
    options = parser.parse_args()

    draw = random.Random(options.seed)
    X = [[as_float32(round(draw.random(), 6)) for _ in range(4)] for _ in range(options.rows)]
    smooth = [3 * a + math.sin(5 * b) + 2 * a * c + math.exp(-8 * (d - 0.5) ** 2) for a, b, c, d in X]
    noise = NOISE / math.sqrt(1 - NOISE**2) * statistics.pstdev(smooth)
    with open(options.output, "w", encoding="ascii") as out:
        out.write("x1,x2,x3,x4,y\n")
        for x, mean in zip(X, smooth):
            out.write(",".join(f"{v:.9g}" for v in x) + f",{mean + draw.gauss(0, noise):.6f}\n")


if __name__ == "__main__":
    main()
