#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The kilofold authors
# SPDX-License-Identifier: Apache-2.0
"""How far the fold seed alone moves the result: RMSE of every model's best trial, seed by seed, and the mean so far.

A triangle marks what the spec's `reference:` says was published; the axis is logarithmic where the models are far apart.
Usage: plot_seeds.py FILE.h5 [-o PICTURE.png]
"""

import numpy as np
import plot_common as common


def main():
    arguments = common.parse(__doc__, "seeds")
    with common.open_results(arguments.file) as file:
        models = common.best_trials(file)
        n_seeds = len(file["seed"])
        figure, (by_model, so_far) = common.plt.subplots(1, 2, figsize=(9.5, 0.9 + max(2.6, 0.45 * len(models))),
                                                         layout="constrained")
        colors = common.plt.cm.tab10.colors
        published = common.published(file, "rmse")
        marked = False
        for row, (name, model, trial) in enumerate(models):
            rmse = model["metric/rmse"][trial]
            color = colors[row % len(colors)]
            jitter = ((np.arange(n_seeds) * 0.6180339887498949) % 1 - 0.5) * 0.4
            by_model.plot(rmse, row + jitter, "o", color=color, markersize=4, alpha=0.6, markeredgewidth=0)
            by_model.plot([rmse.mean()] * 2, [row - 0.3, row + 0.3], color=common.INK, linewidth=2)
            if name in published:
                by_model.plot(published[name], row, "^", color=color, markersize=7, markeredgecolor=common.INK)
                marked = True
            mean_so_far = np.cumsum(rmse) / np.arange(1, n_seeds + 1)
            so_far.plot(range(1, n_seeds + 1), 100 * (mean_so_far / rmse.mean() - 1), color=color, label=name)
        rmse_label = common.with_unit("RMSE", common.text(models[0][1]["metric/rmse"].attrs.get("units", "")))
        by_model.set_yticks(range(len(models)), [name for name, _, _ in models])
        by_model.invert_yaxis()
        by_model.grid(axis="y", visible=False)
        low, high = by_model.get_xlim()
        if high > 2 * max(low, 0) > 0:
            by_model.set_xscale("log")
            ticks = [tick for tick in (1, 1.5, 2, 3, 5, 7) for tick in tick * 10.0 ** np.arange(-12, 13) if low < tick < high]
            by_model.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
            by_model.minorticks_off()
        by_model.set_xlabel(f"{rmse_label}: a dot every fold seed, a bar at the mean" +
                            (",\na triangle at the published value" if marked else ""))
        so_far.set_xlabel("fold seeds used, in the order of the spec")
        so_far.set_ylabel("mean RMSE so far, % above the final one")
        so_far.xaxis.get_major_locator().set_params(integer=True)
        so_far.legend(loc="lower center", bbox_to_anchor=(0.5, 1), frameon=False, fontsize=9, ncols=min(5, len(models)))
        common.save(figure, arguments.output)


if __name__ == "__main__":
    main()
