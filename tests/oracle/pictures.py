# SPDX-FileCopyrightText: 2026 The kilofold authors
# SPDX-License-Identifier: Apache-2.0
"""What the scripts of plots and tables draw and write of a small study, asked of the figures themselves."""

import csv
import subprocess
import sys
import warnings
from pathlib import Path

import h5py
import numpy as np

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"
sys.path.insert(0, str(SCRIPTS))
import plot_common  # noqa: E402
import plot_importance  # noqa: E402
import plot_predictions  # noqa: E402
import plot_seeds  # noqa: E402

LONG = "A_name_of_more_letters_than_an_axis_has_room_for"
SPEC = f"""spec: 1
name: pictures
data: {{file: pictures.csv, features: [a, b], target: {{column: y, units: mm}}}}
cv: {{folds: 4, seeds: [0, 1]}}
models:
  - {{name: {LONG}, model: linear}}
  - {{name: DT, model: tree, as_published: {{max_depth: 1}}, parameters: {{max_depth: [2, 3]}}}}
  - {{name: GPR, model: gpr, parameters: {{length_scale: [0.5, 1]}}, tune: {{by: log_marginal_likelihood}}}}
importance: [{{method: ftest}}]
reference: {{results: {{DT: {{rmse: 0.7}}}}}}
"""


def points(axis, marker):
    """Coordinates of everything on an axis that has this marker."""
    drawn = [line.get_xydata() for line in axis.lines if line.get_marker() == marker]
    return np.concatenate(drawn) if drawn else np.empty((0, 2))


def hold_every_prediction(file):
    """Every sample is a dot inside the axes or a triangle at the edge that the title counts."""
    models = [plot_predictions.Predictions(*entry) for entry in plot_common.best_trials(file)]
    figure = plot_predictions.against_truth(file, models)
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # a layout that collapses is a warning
        figure.canvas.draw()
    n = len(file["data/y"])
    for axis in figure.axes:
        low, high = axis.get_ylim()
        dots, up, down = (points(axis, marker) for marker in (".", "^", "v"))
        assert len(dots) + len(up) + len(down) == n, axis.get_title(loc="left")
        assert ((dots[:, 1] >= low) & (dots[:, 1] <= high)).all()
        assert (up[:, 1] == high).all() and (down[:, 1] == low).all()
        beyond = len(up) + len(down)
        assert ("beyond the axis" in axis.get_title(loc="left")) == (beyond > 0)
    return sum(len(points(axis, "^")) for axis in figure.axes), figure.get_suptitle()


def put_the_published_value_beside_its_setting(file):
    rows = plot_seeds.rows_of(file)
    marked = [row for row in rows if row.published is not None]
    assert [(row.name, row.setting, row.published) for row in marked] == [("DT", "as published", 0.7)]
    assert len([row for row in rows if row.name == "DT"]) == 2
    assert max(len(line) for row in rows for line in row.label().splitlines()) <= plot_seeds.WIDEST_NAME + 4


def tell_what_is_optimistic(folder):
    subprocess.run([sys.executable, SCRIPTS / "table_models.py", "pictures.h5"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    with open(folder / "pictures_models.csv", newline="", encoding="utf-8") as table:
        found = {(row["model"], row["setting"]): row["published_rmse"] for row in csv.DictReader(table)}
    assert found == {(LONG, "one setting"): "", ("DT", "as published"): "0.7", ("DT", "best of grid, optimistic"): "",
                     ("GPR", "best of grid, optimistic"): "", ("GPR.tuned", "tuned (nested)"): ""}, found


def rank_no_missing_score(file):
    axis = plot_common.plt.figure().subplots()
    file["importance/ftest/score"][:] = [np.nan, 1.0]
    plot_importance.draw(axis, file["importance/ftest"], ["a", "b"])
    assert [label.get_text() for label in axis.get_yticklabels()] == ["a", "b"] and axis.texts[0].get_text() == " no score"
    assert "picking" not in axis.get_xlabel()


def agree(program, folder):
    random = np.random.RandomState(4)
    X = random.standard_normal((40, 2))
    y = X[:, 0] + np.sin(3 * X[:, 1]) + 0.1 * random.standard_normal(40)
    rows = ["a,b,y"] + [",".join(f"{value:.17g}" for value in row) for row in np.column_stack([X, y])]
    (folder / "pictures.csv").write_text("\n".join(rows) + "\n")
    (folder / "pictures.yaml").write_text(SPEC)
    subprocess.run([program, "run", "pictures.yaml", "-o", "pictures.h5", "-q"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    tell_what_is_optimistic(folder)
    with h5py.File(folder / "pictures.h5", "r+") as file:
        before, note = hold_every_prediction(file)
        assert "mean held-out prediction" in note and "2 fold seeds" in note, note
        put_the_published_value_beside_its_setting(file)
        name, model, trial = plot_common.best_trials(file)[0]
        model["prediction"][trial, :, 5] = 1e3
        after, _ = hold_every_prediction(file)
        assert after == before + 1, (before, after)
        rank_no_missing_score(file)
    styles = {tuple(map(str, plot_common.series_style(number).values())) for number in range(30)}
    assert len(styles) == 30, "lines of a plot can be told apart"
    return f"{before} and {after} predictions beyond the axes, all drawn"
