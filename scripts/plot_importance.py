#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The kilofold authors
# SPDX-License-Identifier: Apache-2.0
"""Feature importance as bars, one panel a method; with a dot every fold where they were scored alone.

The best rank is on top. A feature for which a score does not exist has no rank and stands last.
Usage: plot_importance.py FILE.h5 [-o PICTURE.png]
"""

import plot_common as common
from plot_common import np


def mean_where_known(values):
    """Mean of each column over its numbers; NaN where it has none."""
    known = ~np.isnan(values)
    return np.where(known, values, 0).sum(axis=0) / np.where(known.any(axis=0), known.sum(axis=0), np.nan)


def draw(axis, group, labels):
    d = len(labels)
    scores = group["score"][:].reshape(-1, d)
    ranks = np.where(np.isnan(scores), np.nan, group["rank"][:].reshape(-1, d))
    mean, rank = mean_where_known(scores), mean_where_known(ranks)
    order = np.argsort(rank, kind="stable")[::-1]  # NaN sorts last, so it comes at the bottom
    axis.barh(range(d), np.where(np.isfinite(mean), mean, 0)[order], height=0.6, color=common.ACCENT)
    if len(scores) > 1:
        axis.plot(scores[:, order].T, np.repeat(np.arange(d)[:, None], len(scores), axis=1), ".", color=common.INK,
                  markersize=3, alpha=0.4)
    axis.axvline(0, color="#9aa0a7", linewidth=0.8)
    for row in np.flatnonzero(~np.isfinite(mean[order])):
        axis.text(0, row, " infinite" if np.isinf(mean[order][row]) else " no score", va="center", fontsize=8)
    axis.set_yticks(range(d), [labels[f] for f in order])
    axis.set_ylim(-0.6, d - 0.4)
    axis.grid(axis="y", visible=False)
    axis.set_title(common.wrapped(common.text(group["score"].attrs["long_name"]), 56), fontsize=10, loc="left")
    if np.isnan(rank).all():
        axis.set_xticks([])
        return
    ranked = mean[order][~np.isnan(rank[order])]
    how = "" if np.all(ranked[:-1] <= ranked[1:]) else (
        "; from the top by mean rank" if len(scores) > 1 else "; from the top in the order of picking")
    axis.set_xlabel(common.with_unit("score", common.text(group["score"].attrs["units"])) + how)


def main():
    arguments = common.parse(__doc__, "importance")
    with common.open_results(arguments.file) as file:
        if "importance" not in file:
            raise SystemExit(f"error: no feature scores in {arguments.file}; `importance:` in a spec asks for them")
        labels = [common.wrapped(label, 32) for label in common.feature_labels(file)]
        lines = sum(label.count("\n") + 1 for label in labels)
        figure, axes = common.grid(len(file["importance"]), 5.2, 1.1 + 0.36 * lines, most_columns=2)
        for axis, group in zip(axes, file["importance"].values()):
            draw(axis, group, labels)
        common.save(figure, arguments.output)


if __name__ == "__main__":
    main()
