# SPDX-FileCopyrightText: 2026 The kilofold authors
# SPDX-License-Identifier: Apache-2.0
"""What the scripts of plots and tables share: reading a merged results file with h5py, labels with units, one look.

Layout: docs/store.md. Needs h5py, numpy and matplotlib; where one of them is missing, `--help` still works and `missing` says which.
"""

import argparse
import textwrap
from pathlib import Path

try:
    import h5py
    import matplotlib
    import numpy as np

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt
except ImportError as error:
    missing, h5py, np = error, None, None
else:
    missing = None
    plt.rcParams.update({
        "axes.spines.top": False, "axes.spines.right": False, "axes.edgecolor": "#9aa0a7", "axes.axisbelow": True,
        "axes.grid": True, "grid.color": "#ececea", "font.size": 10, "figure.dpi": 150, "savefig.bbox": "tight",
    })

ACCENT = "#20639b"
PERFECT = "#c2542d"
INK = "#1c1e21"
# Okabe & Ito 2008 without black and yellow: told apart with any colour vision, but not by it alone.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00")
DASHES = ("-", "--", ":", "-.", (0, (1, 1, 5, 1, 1, 1)))
INCH = 14  # letters of a small font in an inch


def series_style(number):
    """Colour and dashes of the n-th line of a plot: 30 pairs, neighbours differ in both."""
    return {"color": COLOURS[number % len(COLOURS)], "linestyle": DASHES[number % len(DASHES)]}


def wrapped(words, width):
    """A long name in lines of at most so many letters."""
    return "\n".join(textwrap.wrap(words, width)) or words


def note(figure, words):
    """What the marks of a picture are, above it."""
    figure.suptitle(wrapped(words, int(INCH * figure.get_figwidth())), fontsize=9, x=0.01, ha="left")


def require_packages(parser):
    if missing:
        parser.error(f"{missing}; pip install -r scripts/requirements.txt")


def parse(description, suffix, ending=".png", variant=None):
    """The common command line: FILE.h5 and -o; what is written lies beside the file unless -o says otherwise.

    `variant`, (name, help), is a flag for another picture, whose name is then the suffix.
    """
    parser = argparse.ArgumentParser(description=description.splitlines()[0])
    parser.add_argument("file", type=Path, help="merged results file")
    parser.add_argument("-o", "--output", type=Path, help=f"file to write (default: FILE_{suffix}{ending})")
    if variant:
        parser.add_argument(f"--{variant[0]}", dest="suffix", action="store_const", const=variant[0], help=variant[1])
    parser.set_defaults(suffix=suffix)
    arguments = parser.parse_args()
    require_packages(parser)
    if not arguments.file.is_file():
        parser.error(f"{arguments.file} is no file; kilofold merge joins parts")
    if arguments.output is None:
        arguments.output = arguments.file.with_name(f"{arguments.file.stem}_{arguments.suffix}{ending}")
    return arguments


def text(value):
    return value.decode() if isinstance(value, bytes) else str(value)


def with_unit(name, unit):
    return f"{name} ({unit})" if unit and unit != "1" else name


def label(dataset):
    """A dataset's long name with its unit."""
    return with_unit(text(dataset.attrs.get("long_name", dataset.name)), text(dataset.attrs.get("units", "")))


def feature_labels(file):
    return [text(name) for name in file["data/X"].attrs["feature_labels"]]


def best_trial(model):
    """Index of the trial with the smallest mean RMSE, among those finished for every seed; None without one."""
    mean = model["metric/rmse"][:].mean(axis=1)
    return None if np.isnan(mean).all() else int(np.nanargmin(mean))


def best_trials(file):
    """(entry's name, group, best trial) of every model that has one, best first."""
    found = [(name, model, best_trial(model)) for name, model in file["models"].items()]
    found = [entry for entry in found if entry[2] is not None]
    if not found:
        raise SystemExit("error: no trial is finished for every seed yet")
    return sorted(found, key=lambda entry: entry[1]["metric/rmse"][entry[2]].mean())


def published_trials(model):
    """Indices of the trials that are the setting of a published study."""
    return [int(t) for t in np.flatnonzero(model["param/as_published"][:] == 1)] if "as_published" in model["param"] else []


def selection(model):
    """What an entry's best trial was chosen from."""
    if "tuned_by" in model["param"]:
        return "tuned (nested)" if len(model["trial"]) == 1 else "best of tuned (nested), optimistic"
    return "best of grid, optimistic" if len(model["trial"]) > 1 else "one setting"


def settings(model):
    """(setting, trial) of an entry's published setting and of its best trial, where there is one; of a single trial once."""
    found = [("as published", trial) for trial in published_trials(model)]
    best = best_trial(model)
    return found if best is None or (found and len(model["trial"]) == 1) else [*found, (selection(model), best)]


def published(file, metric):
    """A metric's published value by entry, from `reference:` of the spec."""
    prefix = f"reference {metric} "
    return {key.removeprefix(prefix): float(text(value)) for key, value in file.attrs.items() if key.startswith(prefix)}


def mean_and_sd(values):
    """"1.051 ± 0.010": as many decimals as give the standard deviation two digits."""
    if len(values) < 2 or not np.std(values):
        return f"{np.mean(values):.4g}"
    sd = np.std(values, ddof=1)
    decimals = max(0, 1 - int(np.floor(np.log10(sd))))
    return f"{np.mean(values):.{decimals}f} ± {sd:.{decimals}f}"


def grid(n, width, height, most_columns=3):
    """A figure with n axes in rows, and the axes as a flat list."""
    columns = min(2 if n == 4 else n, most_columns)
    rows = -(-n // columns)
    figure, axes = plt.subplots(rows, columns, figsize=(width * columns, height * rows), squeeze=False,
                                layout="constrained")
    for axis in axes.flat[n:]:
        axis.set_visible(False)
    return figure, list(axes.flat[:n])


def open_results(path):
    return h5py.File(path, "r")


def save(figure, path):
    figure.savefig(path)
    plt.close(figure)
    print(path)
