#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The kilofold authors
# SPDX-License-Identifier: Apache-2.0
"""A CSV table of every model's published setting and best trial: mean and standard deviation of each metric over the fold seeds.

What the spec's `reference:` says was published stands beside the setting it is of, or beside the best trial where no trial is marked
`as_published`. Usage: table_models.py FILE.h5 [-o TABLE.csv]
"""

import csv

import plot_common as common

METRICS = ("mae", "rmse", "r2")


def spread(values):
    return [f"{values.mean():.4g}", f"{values.std(ddof=1):.4g}" if len(values) > 1 else ""]


def main():
    arguments = common.parse(__doc__, "models", ".csv")
    with common.open_results(arguments.file) as file, open(arguments.output, "w", newline="", encoding="utf-8") as out:
        table = csv.writer(out, lineterminator="\n")
        columns = [column for metric in METRICS for column in (metric, f"{metric}_sd_over_seeds")]
        table.writerow(["model", "setting", "trials", *columns, *(f"published_{metric}" for metric in METRICS)])
        published = [common.published(file, metric) for metric in METRICS]
        for name, model in file["models"].items():
            for row, (setting, trial) in enumerate(common.settings(model)):
                values = [text for metric in METRICS for text in spread(model[f"metric/{metric}"][trial])]
                beside = [of.get(name, "") if row == 0 else "" for of in published]
                table.writerow([name, setting, len(model["trial"]), *values, *beside])
    print(arguments.output)


if __name__ == "__main__":
    main()
