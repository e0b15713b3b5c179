#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The kilofold authors
# SPDX-License-Identifier: Apache-2.0
"""Make the synthetic electrode-coating table: four process settings -> mass loading.

Needs nothing but Python. The same options give the same bytes; README.md says what the table is worth.
"""
import argparse
import math
import random
import sys
from typing import NamedTuple

COMMA_GAP = [50, 75, 100, 200, 300, 400]  # um
SOLID_CONTENT = {  # % of slurry mass, by active material in % of solid mass
    92.7: [55, 58, 60, 67, 69, 71],
    94: [58, 60, 63, 65, 68, 71],
    95: [58, 60, 63, 65, 67.7, 71],
    96: [58, 60, 67, 69, 71, 73],
}
VISCOSITY = {  # Pa s, in the order of SOLID_CONTENT; invented, and without influence on the mass loading
    92.7: [2.48, 5.21, 2.64, 7.05, 10.47, 10.84],
    94: [3.14, 3.60, 3.88, 5.27, 7.62, 5.67],
    95: [1.70, 2.29, 2.87, 3.35, 4.14, 3.95],
    96: [1.06, 1.77, 3.06, 4.38, 7.33, 5.24],
}
KEPT_CONDITIONS = 82  # of the 144 of the full grid


class Transfer(NamedTuple):
    """How much of the gap's volume stays on the foil: a bell over the solid content, falling with active material."""

    k0: float  # at the bell's top
    A: float  # depth of the bell
    S0: float  # solid content at its top, %
    w0: float  # its width, %
    g: float  # fall per % of active material
    q: float  # exponent of the solid concentration


VARIANTS = {
    "A": Transfer(k0=0.97, A=0.9, S0=63, w0=9, g=0.09, q=1),
    "B": Transfer(k0=0.70, A=0.3, S0=64, w0=9, g=0.11, q=1.4),
}


class Condition(NamedTuple):
    comma_gap: float
    solid_content: float
    active_material: float
    viscosity: float
    slurry: int


def conditions(full_grid):
    """The grid with active material slowest and comma gap fastest; a balanced 82 of it unless full."""
    grid = []
    slurry = 0
    for active, solids in SOLID_CONTENT.items():
        for solid, viscosity in zip(solids, VISCOSITY[active]):
            slurry += 1
            grid += [Condition(gap, solid, active, viscosity, slurry) for gap in COMMA_GAP]
    return [c for i, c in enumerate(grid) if full_grid or (55 * i) % len(grid) < KEPT_CONDITIONS]


def mean_loading(condition, transfer):
    """Mass loading in mg/cm2 that a condition aims at: 0.1 k CG c^q, c = solids in g per cm3 of slurry."""
    active = condition.active_material / 100
    solid_density = 1 / (active / 4.75 + (1 - active) / 1.85)  # oxide; carbon and binder
    s = condition.solid_content / 100
    c = s / (s / solid_density + (1 - s) / 1.03)  # the rest is NMP
    bell = ((condition.solid_content - transfer.S0) / transfer.w0) ** 2
    k = transfer.k0 * math.exp(-transfer.A * bell - transfer.g * (condition.active_material - 94.4))
    return 0.1 * k * condition.comma_gap * c**transfer.q


def rows(transfer, replicates, full_grid, viscosity_jitter, seed):
    """Every row of the table as text fields, the replicates of one condition together."""
    normal = random.Random(seed).gauss
    # A stream of its own, so that jitter leaves the mass loadings as they are.
    jitter_normal = random.Random(f"viscosity {seed}").gauss
    for condition in conditions(full_grid):
        mu = mean_loading(condition, transfer) * math.exp(0.02 * normal(0, 1))
        for _ in range(replicates):
            loading = max(0.5, mu + (0.72 + 0.015 * mu) * normal(0, 1))
            viscosity = f"{condition.viscosity:.2f}"
            if viscosity_jitter > 0:
                viscosity = f"{condition.viscosity * (1 + viscosity_jitter * jitter_normal(0, 1)):.4f}"
            yield [f"{condition.comma_gap:g}", f"{condition.solid_content:g}", f"{condition.active_material:g}",
                   viscosity, str(condition.slurry), f"{loading:.2f}"]


def positive_integer(text):
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text} is not at least 1")
    return value


def fraction(text):
    value = float(text)
    if not 0 <= value < 0.2:
        raise argparse.ArgumentTypeError(f"{text} is not in [0, 0.2)")
    return value


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--variant", choices=sorted(VARIANTS), default="A", help="transfer constants (default A)")
    parser.add_argument("--replicates", type=positive_integer, default=8, metavar="R", help="rows a condition (default 8)")
    parser.add_argument("--full-grid", action="store_true", help="all 144 conditions instead of 82")
    parser.add_argument("--viscosity-jitter", type=fraction, default=0, metavar="FRACTION",
                        help="relative sd of a viscosity error a row, such as 0.01: breaks exact repeats (default 0)")
    parser.add_argument("--seed", type=int, default=1, help="of the random numbers (default 1)")
    parser.add_argument("-o", metavar="FILE", dest="output", help="write here instead of to standard output")
    return parser.parse_args()


def main():
    options = parse_arguments()
    lines = ["CG,S_LR,AM_MC,viscosity,slurry,mass_loading"]
    table = rows(VARIANTS[options.variant], options.replicates, options.full_grid, options.viscosity_jitter, options.seed)
    lines += [",".join(fields) for fields in table]
    text = "\n".join(lines) + "\n"
    if options.output is None:
        sys.stdout.write(text)
        return
    with open(options.output, "w", encoding="ascii", newline="\n") as file:
        file.write(text)


if __name__ == "__main__":
    main()
