#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The kilofold authors
# SPDX-License-Identifier: Apache-2.0
"""Predicted against true values of every model's best trial, held out, mean over the fold seeds.

Bars reach from the smallest to the largest prediction over the seeds. With --traces both lie over the samples in the order of the
table, predictions as bars again, the first 120 samples of a longer one. Usage: plot_predictions.py FILE.h5 [--traces] [-o PICTURE.png]
"""

import numpy as np
import plot_common as common

MOST_TRACED = 120  # samples; more would run together


def spread(model, trial):
    """Mean, smallest and largest prediction of every sample over the seeds; None where they are not kept."""
    prediction = model["prediction"][trial]
    if np.isnan(prediction).all():
        return None
    return prediction.mean(axis=0), prediction.min(axis=0), prediction.max(axis=0)


def title(axis, name, model, trial):
    unit = common.text(model["metric/rmse"].attrs.get("units", ""))
    axis.set_title(f"{name}: RMSE {common.mean_and_sd(model['metric/rmse'][trial])} {unit}".rstrip(), fontsize=10, loc="left")


def draw(axis, x, values, **style):
    if values is None:
        axis.text(0.5, 0.5, "predictions not kept", transform=axis.transAxes, ha="center")
        return
    mean, low, high = (of[: len(x)] for of in values)
    axis.vlines(x, low, high, color=common.ACCENT, linewidth=0.8, alpha=0.25)
    axis.plot(x, mean, ".", color=common.ACCENT, markersize=3, **style)


def against_truth(file, models):
    y, target = file["data/y"][:], common.label(file["data/y"])
    margin = 0.05 * (y.max() - y.min())
    limits = (y.min() - margin, y.max() + margin)
    figure, axes = common.grid(len(models), 3.4, 3.6)
    for axis, (name, model, trial) in zip(axes, models):
        draw(axis, y, spread(model, trial), alpha=0.6)
        axis.plot(limits, limits, color=common.PERFECT, linewidth=1)
        axis.set(xlim=limits, ylim=limits, aspect="equal")
        title(axis, name, model, trial)
    figure.supxlabel(f"true {target}", fontsize=10)
    figure.supylabel(f"predicted {target}", fontsize=10)
    return figure


def traces(file, models):
    y = file["data/y"][:MOST_TRACED]
    samples = np.arange(len(y))
    figure, axes = common.grid(len(models), 9.5, 1.7, most_columns=1)
    for axis, (name, model, trial) in zip(axes, models):
        axis.plot(samples, y, color=common.PERFECT, linewidth=1, label="true")
        draw(axis, samples, spread(model, trial), label="predicted")
        axis.margins(x=0.01)
        title(axis, name, model, trial)
    axes[0].legend(loc="lower right", bbox_to_anchor=(1, 1), frameon=False, fontsize=9, ncols=2)
    figure.supxlabel("sample, in the order of the table", fontsize=10)
    figure.supylabel(common.label(file["data/y"]), fontsize=10)
    return figure


def main():
    arguments = common.parse(__doc__, "predictions", variant=("traces", "along the samples instead of against the true values"))
    with common.open_results(arguments.file) as file:
        picture = {"predictions": against_truth, "traces": traces}[arguments.suffix]
        common.save(picture(file, common.best_trials(file)), arguments.output)


if __name__ == "__main__":
    main()
