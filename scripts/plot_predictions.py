#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The kilofold authors
# SPDX-License-Identifier: Apache-2.0
"""Predicted against true values of every model's best trial, held out, mean over the fold seeds.

Bars reach from the smallest to the largest prediction over the seeds. Usage: plot_predictions.py FILE.h5 [-o PICTURE.png]
"""

import numpy as np
import plot_common as common


def draw(axis, name, model, trial, y, limits):
    prediction = model["prediction"][trial]
    rmse = model["metric/rmse"][trial]
    if np.isnan(prediction).all():
        axis.text(0.5, 0.5, "predictions not kept", transform=axis.transAxes, ha="center")
    else:
        mean, low, high = prediction.mean(axis=0), prediction.min(axis=0), prediction.max(axis=0)
        axis.vlines(y, low, high, color=common.ACCENT, linewidth=0.8, alpha=0.25)
        axis.plot(y, mean, ".", color=common.ACCENT, markersize=3, alpha=0.6)
    axis.plot(limits, limits, color=common.PERFECT, linewidth=1)
    axis.set(xlim=limits, ylim=limits, aspect="equal")
    unit = common.text(model["metric/rmse"].attrs.get("units", ""))
    axis.set_title(f"{name}: RMSE {common.mean_and_sd(rmse)} {unit}".rstrip(), fontsize=10, loc="left")


def main():
    arguments = common.parse(__doc__, "predictions")
    with common.open_results(arguments.file) as file:
        y = file["data/y"][:]
        target = common.label(file["data/y"])
        models = common.best_trials(file)
        margin = 0.05 * (y.max() - y.min())
        limits = (y.min() - margin, y.max() + margin)
        figure, axes = common.grid(len(models), 3.4, 3.6)
        for axis, (name, model, trial) in zip(axes, models):
            draw(axis, name, model, trial, y, limits)
        figure.supxlabel(f"true {target}", fontsize=10)
        figure.supylabel(f"predicted {target}", fontsize=10)
        common.save(figure, arguments.output)


if __name__ == "__main__":
    main()
