#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The kilofold authors
# SPDX-License-Identifier: Apache-2.0
"""Predicted against true values of every model's best trial, held out, mean over the fold seeds.

Bars reach from the smallest to the largest prediction over the seeds. All plots share their axes, which hold all true values, and
predictions up to a quarter of their span beyond; what lies farther out is a triangle at the edge, and counted. With --traces both lie
over the samples in the order of the table, predictions as bars again, the first 120 samples of a longer one.
Usage: plot_predictions.py FILE.h5 [--traces] [-o PICTURE.png]
"""

import plot_common as common
from plot_common import np

MOST_TRACED = 120  # samples; more would run together
REACH = 0.25  # of the span of the true values
MARGIN = 0.04  # likewise
WIDEST_TITLE = 36  # letters in a line


class Predictions:
    """A trial's held-out predictions over the seeds for which all of them are kept."""

    def __init__(self, name, model, trial):
        prediction = model["prediction"][trial]
        kept = prediction[~np.isnan(prediction).any(axis=1)]
        self.name, self.rmse = name, model["metric/rmse"][trial]
        self.unit = common.text(model["metric/rmse"].attrs.get("units", ""))
        self.n_seeds, self.n_kept = len(prediction), len(kept)
        self.mean, self.low, self.high = (kept.mean(axis=0), kept.min(axis=0), kept.max(axis=0)) if len(kept) else [None] * 3

    def title(self, *more):
        unit = "" if self.unit == "1" else f" {self.unit}"
        lines = [common.wrapped(self.name, WIDEST_TITLE), f"RMSE {common.mean_and_sd(self.rmse)}{unit}", *more]
        if 0 < self.n_kept < self.n_seeds:
            lines.append(f"predictions kept of {self.n_kept} of {self.n_seeds} seeds")
        return "\n".join(lines)


def shared_limits(y, models):
    span = y.max() - y.min() or 1.0
    means = np.concatenate([y, *(model.mean for model in models if model.n_kept)])
    low = max(means.min(), y.min() - REACH * span)
    high = min(means.max(), y.max() + REACH * span)
    return low - MARGIN * span, high + MARGIN * span


def count_beyond(model, limits):
    return int(np.sum((model.mean < limits[0]) | (model.mean > limits[1]))) if model.n_kept else 0


def draw(axis, x, model, limits=None):
    """Points and bars, points beyond the limits as triangles at the edge."""
    if not model.n_kept:
        axis.text(0.5, 0.5, "predictions not kept", transform=axis.transAxes, ha="center")
        return
    mean, low, high = (of[: len(x)] for of in (model.mean, model.low, model.high))
    beyond = np.zeros(len(x), bool) if limits is None else (mean < limits[0]) | (mean > limits[1])
    axis.vlines(x, low, high, color=common.ACCENT, linewidth=0.8, alpha=0.25)
    axis.plot(x[~beyond], mean[~beyond], ".", color=common.ACCENT, markersize=3, label="predicted", alpha=1 if limits is None else 0.6)
    for marker, edge, outside in (("^", 1, mean > limits[1]), ("v", 0, mean < limits[0])) if limits else ():
        if outside.any():  # an empty line that is not clipped has no extent, and the layout collapses
            axis.plot(x[outside], np.full(outside.sum(), limits[edge]), marker, color=common.INK, markersize=5, clip_on=False, zorder=3)

def what_is_drawn(models):
    n = max(model.n_seeds for model in models)
    if n == 1:
        return "Dots: held-out predictions of each model's best trial at the one fold seed; RMSE: of these."
    return (f"Dots: mean held-out prediction of each model's best trial over {n} fold seeds; bars: smallest to largest. RMSE: mean ± standard "
            "deviation over the seeds, each with its own predictions, so no smaller than that of the dots.")


def against_truth(file, models):
    y, target = file["data/y"][:], common.label(file["data/y"])
    limits = shared_limits(y, models)
    beyond = [count_beyond(model, limits) for model in models]
    titles = [model.title(*([f"{n} of {len(y)} beyond the axis"] if n else [])) for model, n in zip(models, beyond)]
    most_lines = max(title.count("\n") + 1 for title in titles)
    figure, axes = common.grid(len(models), 3.4, 3.5 + 0.2 * most_lines)
    for axis, model, title in zip(axes, models, titles):
        axis.plot(limits, limits, color=common.PERFECT, linewidth=1)
        draw(axis, y, model, limits)
        axis.set(xlim=limits, ylim=limits, aspect="equal")
        axis.set_title(title, fontsize=9, loc="left")
    triangles = " Triangles: predictions beyond the axis." if any(beyond) else ""
    common.note(figure, what_is_drawn(models) + triangles)
    figure.supxlabel(f"true {target}", fontsize=10)
    figure.supylabel(f"predicted {target}", fontsize=10)
    return figure


def traces(file, models):
    n, y = len(file["data/y"]), file["data/y"][:MOST_TRACED]
    samples = np.arange(len(y))
    figure, axes = common.grid(len(models), 9.5, 1.9, most_columns=1)
    for axis, model in zip(axes, models):
        axis.plot(samples, y, color=common.PERFECT, linewidth=1, label="true")
        draw(axis, samples, model)
        axis.margins(x=0.01)
        axis.set_title(model.title().replace("\n", ": ", 1) if len(model.name) <= WIDEST_TITLE else model.title(), fontsize=9, loc="left")
    axes[0].legend(loc="lower right", bbox_to_anchor=(1, 1), frameon=False, fontsize=9, ncols=2)
    common.note(figure, what_is_drawn(models))
    figure.supxlabel("sample, in the order of the table" + (f": the first {len(y)} of {n}" if len(y) < n else ""), fontsize=10)
    figure.supylabel(common.label(file["data/y"]), fontsize=10)
    return figure


def main():
    arguments = common.parse(__doc__, "predictions", variant=("traces", "along the samples instead of against the true values"))
    with common.open_results(arguments.file) as file:
        picture = {"predictions": against_truth, "traces": traces}[arguments.suffix]
        models = [Predictions(*entry) for entry in common.best_trials(file)]
        common.save(picture(file, models), arguments.output)


if __name__ == "__main__":
    main()
