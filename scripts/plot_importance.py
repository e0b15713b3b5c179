#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The kilofold authors
# SPDX-License-Identifier: Apache-2.0
"""Feature importance as bars, one panel a method; with a dot every fold where they were scored alone.

Usage: plot_importance.py FILE.h5 [-o PICTURE.png]
"""

import numpy as np
import plot_common as common


def draw(axis, group, labels):
    score, rank = group["score"][:], group["rank"][:]
    d = len(labels)
    scores, ranks = score.reshape(-1, d), rank.reshape(-1, d)
    order = np.argsort(ranks.mean(axis=0), kind="stable")[::-1]
    axis.barh(range(d), scores.mean(axis=0)[order], height=0.6, color=common.ACCENT)
    if len(scores) > 1:
        axis.plot(scores[:, order].T, np.repeat(np.arange(d)[:, None], len(scores), axis=1), ".", color=common.INK,
                  markersize=3, alpha=0.4)
    axis.axvline(0, color="#9aa0a7", linewidth=0.8)
    axis.set_yticks(range(d), [labels[f] for f in order])
    axis.grid(axis="y", visible=False)
    score_label = common.with_unit("score", common.text(group["score"].attrs["units"]))
    in_order = np.all(np.diff(scores.mean(axis=0)[order]) >= 0)
    axis.set_xlabel(score_label if in_order else f"{score_label}; from the top in the order of picking")
    axis.set_title(common.text(group["score"].attrs["long_name"]), fontsize=10, loc="left")


def main():
    arguments = common.parse(__doc__, "importance")
    with common.open_results(arguments.file) as file:
        if "importance" not in file:
            raise SystemExit(f"error: no feature scores in {arguments.file}; `importance:` in a spec asks for them")
        labels = common.feature_labels(file)
        figure, axes = common.grid(len(file["importance"]), 4.8, 1 + 0.36 * len(labels), most_columns=2)
        for axis, group in zip(axes, file["importance"].values()):
            draw(axis, group, labels)
        common.save(figure, arguments.output)


if __name__ == "__main__":
    main()
