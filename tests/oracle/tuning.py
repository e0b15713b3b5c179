# SPDX-FileCopyrightText: 2026 The kilofold authors
# SPDX-License-Identifier: Apache-2.0
"""What a built program chooses inside training sets, against scikit-learn: nested cross-validation by GridSearchCV, likelihoods of a
grid, and the optimum of GaussianProcessRegressor's own search."""

import subprocess
import warnings

import h5py
import numpy as np
from sklearn.compose import TransformedTargetRegressor
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, ConstantKernel, WhiteKernel
from sklearn.kernel_ridge import KernelRidge
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV, KFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeRegressor

N, INNER = 150, 4  # inner folds of equal size, so that GridSearchCV's mean over folds orders as the pooled error does
SAME = 1e-9  # of sd(y): another choice moves predictions by far more
LIKELIHOOD = 1e-6  # of |log marginal likelihood|, which files keep in float32
SHORT_OF_THEIRS = 1e-4  # by which our optimum may miss scikit-learn's, in log likelihood: both stop by a gradient of 1e-5
STOP = 1e-5  # of the gradient by the logarithms of the parameters, where our search ends
ROUNDED = 2.0**-24  # of such a logarithm: files keep parameters in float32
STEP = 1e-4  # of the differences that give second derivatives; twice the bound leaves room for their error
SCALES, NOISES = (0.5, 1, 2, 4), (0.003, 0.03, 0.3)

SPEC = """spec: 1
name: tuning
data: {file: tuning.csv, features: [a, b, c], target: y}
cv: {folds: 5, seeds: [0, 3]}
models:
  - {name: Ridge, model: linear, parameters: {alpha: [0.01, 1, 10, 100]}, tune: {by: rmse, inner_folds: 4}}
  - {name: KRR, model: kernel_ridge, parameters: {kernel: rbf, gamma: [0.1, 0.5, 2], alpha: [0.01, 0.3, 3]}, tune: {by: rmse, inner_folds: 4}}
  - {name: DT, model: tree, parameters: {min_samples_leaf: [5, 9, 17, 30]}, tune: {by: rmse, inner_folds: 4}}
  - name: GPR
    model: gpr
    parameters: {length_scale: [0.5, 1, 2, 4], noise_variance: [0.003, 0.03, 0.3]}
    tune: {by: log_marginal_likelihood}
  - {name: Search, model: gpr, parameters: {optimizer: lbfgs, noise_variance: 0.1}}
  - {name: SearchArd, model: gpr, parameters: {optimizer: lbfgs_ard, noise_variance: 0.1}}
"""

GRIDS = {
    "Ridge": (Ridge(), {"alpha": [0.01, 1, 10, 100]}),
    "KRR": (KernelRidge(kernel="rbf"), {"alpha": [0.01, 0.3, 3], "gamma": [0.1, 0.5, 2]}),
    "DT": (DecisionTreeRegressor(random_state=0), {"min_samples_leaf": [5, 9, 17, 30]}),
}


def nested(name, X, y, train, held_out, seed):
    model, grid = GRIDS[name]
    pipeline = TransformedTargetRegressor(make_pipeline(StandardScaler(), model), transformer=StandardScaler())
    step = model.__class__.__name__.lower()
    grid = {f"regressor__{step}__{key}": values for key, values in grid.items()}
    search = GridSearchCV(pipeline, grid, cv=KFold(INNER, shuffle=True, random_state=seed), scoring="neg_mean_squared_error")
    return search.fit(X[train], y[train]).predict(X[held_out])


def scaled(values):
    return StandardScaler().fit_transform(values.reshape(len(values), -1))


def process(scale, noise, signal=1.0, **options):
    return GaussianProcessRegressor(ConstantKernel(signal) * RBF(scale) + WhiteKernel(noise), alpha=0, **options)


def check_grid(models, s, fold, Z, t):
    """The likelihoods of the grid are scikit-learn's, and the tuned trial took the largest."""
    points = [(scale, noise) for scale in SCALES for noise in NOISES]
    values = np.array([process(*point, optimizer=None).fit(Z, t).log_marginal_likelihood_value_ for point in points])
    stored = models["GPR"]["diagnostic/log_marginal_likelihood"][:, s, fold]
    assert np.abs(stored - values).max() <= LIKELIHOOD * np.abs(values).max(), "likelihoods of the grid"
    chosen = tuple(models["GPR.tuned"]["diagnostic"][f"tuned_{name}"][0, s, fold] for name in ("length_scale", "noise_variance"))
    assert chosen == tuple(np.float32(points[np.argmax(values)])), f"{chosen} was chosen, {points[np.argmax(values)]} is best"


def curvature(fitted):
    """Largest row sum of the second derivatives of the likelihood: by how much a gradient moves with the parameters."""
    theta = fitted.kernel_.theta
    gradient = [[fitted.log_marginal_likelihood(theta + side * step, eval_gradient=True)[1] for side in (-1, 1)]
                for step in STEP * np.eye(len(theta))]
    return np.abs(np.diff(gradient, axis=1)[:, 0] / (2 * STEP)).sum(axis=0).max()


def check_search(group, s, fold, Z, t, each):
    """Our optimum is theirs or better, has the likelihood that scikit-learn computes there, and is stationary by its gradient."""
    kept = {key: float(group["diagnostic"][key][0, s, fold]) for key in group["diagnostic"] if group["diagnostic"][key].ndim == 3}
    scales = np.array([kept[f"length_scale.{f}"] for f in "abc"])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = process(np.ones(3) if each else 1.0, 0.1).fit(Z, t)
        ours = process(scales if each else scales[0], kept["noise_variance"], kept["signal_variance"], optimizer=None).fit(Z, t)
    value, slope = ours.log_marginal_likelihood(ours.kernel_.theta, eval_gradient=True)
    lml, best = kept["log_marginal_likelihood"], theirs.log_marginal_likelihood_value_
    rounding = LIKELIHOOD * abs(best) + SHORT_OF_THEIRS
    assert abs(value - lml) <= rounding, f"likelihood {lml}, scikit-learn's at the same point {value}"
    assert lml >= best - rounding, f"our optimum {lml}, scikit-learn's {best}"
    inside = np.abs(ours.kernel_.theta) < np.log(1e5) - 1e-3
    bound = 2 * (STOP + ROUNDED * curvature(ours))
    assert np.abs(slope[inside]).max() <= bound, f"scikit-learn's gradient at our optimum: {slope}, at most {bound:.1e}"
    return lml - best


def agree(program, folder):
    random = np.random.RandomState(11)
    X = random.standard_normal((N, 3))
    y = np.sin(2 * X[:, 0]) + 0.5 * X[:, 1] + 0.2 * random.standard_normal(N) + 3
    rows = ["a,b,c,y"] + [",".join(f"{v:.17g}" for v in (*x, t)) for x, t in zip(X, y)]
    (folder / "tuning.csv").write_text("\n".join(rows) + "\n")
    (folder / "tuning.yaml").write_text(SPEC)
    subprocess.run([program, "run", "tuning.yaml", "-o", "tuning.h5", "-q"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    worst, gain, chosen = 0.0, 0.0, 0
    with h5py.File(folder / "tuning.h5", "r") as file:
        models = file["models"]
        for s, seed in enumerate(file["seed"][()].astype(int)):
            for fold, (train, held_out) in enumerate(KFold(5, shuffle=True, random_state=int(seed)).split(X)):
                for name in GRIDS:
                    theirs = nested(name, X, y, train, held_out, int(seed))
                    off = np.abs(models[name + ".tuned"]["prediction"][0, s, held_out] - theirs).max() / y.std()
                    assert off <= SAME, f"{name}, seed {seed}, fold {fold}: {off:.1e} of sd(y) from GridSearchCV's"
                    worst = max(worst, off)
                Z, t = scaled(X[train]), scaled(y[train]).ravel()
                check_grid(models, s, fold, Z, t)
                gain = min(gain, check_search(models["Search"], s, fold, Z, t, each=False))
                gain = min(gain, check_search(models["SearchArd"], s, fold, Z, t, each=True))
                chosen += len(GRIDS) + 3
    return f"{chosen} choices; nested predictions within {worst:.0e} of sd(y); worst optimum {gain:+.1e} against scikit-learn's"
