#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The kilofold authors
# SPDX-License-Identifier: Apache-2.0
"""How far the fold seed alone moves the result: RMSE of every model's best trial, seed by seed, and the mean so far.

A triangle marks what the spec's `reference:` says was published. It stands beside the trial of the published setting, which has a row of
its own; where no trial is marked `as_published`, beside the best one. The axis is logarithmic where the models are far apart.
Usage: plot_seeds.py FILE.h5 [-o PICTURE.png]
"""

import plot_common as common
from plot_common import np

WIDEST_NAME = 24  # letters in a line


class Row:
    """One trial of an entry: a row of the left plot, and of the best trial a line of the right one."""

    def __init__(self, number, name, model, setting, trial, published):
        self.number, self.name, self.setting, self.published = number, name, setting, published
        self.is_published = setting == "as published"
        self.is_best = not self.is_published or len(model["trial"]) == 1
        self.rmse = model["metric/rmse"][trial]

    def label(self):
        return f"{common.wrapped(self.name, WIDEST_NAME)}\n{self.setting.removesuffix(', optimistic')}"


def rows_of(file):
    """Every best trial, best first, each with the published setting of its entry below it."""
    rows, published = [], common.published(file, "rmse")
    for number, (name, model, _) in enumerate(common.best_trials(file)):
        settings = [one for one in common.settings(model) if not np.isnan(model["metric/rmse"][one[1]]).any()]
        for place, (setting, trial) in enumerate(settings[::-1]):
            beside = published.get(name) if place == len(settings) - 1 else None
            rows.append(Row(number, name, model, setting, trial, beside))
    return rows


def draw_rows(axis, rows, unit):
    for at, row in enumerate(rows):
        color = common.series_style(row.number)["color"]
        jitter = ((np.arange(len(row.rmse)) * 0.6180339887498949) % 1 - 0.5) * 0.4
        axis.plot(row.rmse, at + jitter, "o", color=color, markersize=4, alpha=0.7, markeredgewidth=0.8,
                  markerfacecolor="none" if row.is_published else color)
        axis.plot([row.rmse.mean()] * 2, [at - 0.3, at + 0.3], color=common.INK, linewidth=2)
        if row.published is not None:
            axis.plot(row.published, at, "^", color="white", markersize=7, markeredgecolor=common.INK)
    axis.set_yticks(range(len(rows)), [row.label() for row in rows], fontsize=8)
    axis.set_ylim(len(rows) - 0.4, -0.6)
    axis.grid(axis="y", visible=False)
    low, high = axis.get_xlim()
    if high > 2 * max(low, 0) > 0:
        axis.set_xscale("log")
        decades = 10.0 ** np.arange(np.floor(np.log10(low)), np.ceil(np.log10(high)) + 1)
        steps = (1, 1.5, 2, 3, 5, 7) if high < 10 * low else (1, 2, 5) if high < 1e3 * low else (1,)
        ticks = [tick for tick in np.outer(decades, steps).ravel() if low < tick < high]
        axis.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
        axis.minorticks_off()
    axis.set_xlabel(common.with_unit("RMSE", unit))


def draw_so_far(axis, rows):
    for row in rows:
        if not row.is_best:
            continue
        used = np.arange(1, len(row.rmse) + 1)
        mean_so_far = np.cumsum(row.rmse) / used
        axis.plot(used, 100 * (mean_so_far / row.rmse.mean() - 1), label=common.wrapped(row.name, WIDEST_NAME),
                  marker="o" if len(used) == 1 else None, **common.series_style(row.number))
    axis.set_xlabel("fold seeds used, in the order of the spec")
    axis.set_ylabel("mean RMSE so far, % above the final one")
    axis.xaxis.get_major_locator().set_params(integer=True)
    axis.legend(loc="center left", bbox_to_anchor=(1.02, 0.5), frameon=False, fontsize=8, handlelength=3.5)


def main():
    arguments = common.parse(__doc__, "seeds")
    with common.open_results(arguments.file) as file:
        rows = rows_of(file)
        lines = sum(row.label().count("\n") + 1 for row in rows)
        figure, (by_model, so_far) = common.plt.subplots(1, 2, figsize=(11.5, 1.4 + max(2.6, 0.19 * lines)), layout="constrained")
        draw_rows(by_model, rows, common.text(file["models"][rows[0].name]["metric/rmse"].attrs.get("units", "")))
        draw_so_far(so_far, rows)
        marks = ["Left: a dot every fold seed, a bar at their mean"]
        if any(row.is_published for row in rows):
            marks.append("hollow dots: the published setting")
        if any(row.published is not None for row in rows):
            marks.append("triangle: the published value")
        if any(row.setting.endswith("optimistic") for row in rows):
            marks.append("a best of grid is chosen by these very values, so it looks better than it is")
        common.note(figure, "; ".join(marks) + ". Right: the best trials.")
        common.save(figure, arguments.output)


if __name__ == "__main__":
    main()
