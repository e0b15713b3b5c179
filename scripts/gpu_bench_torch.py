#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The kilofold authors
# SPDX-License-Identifier: Apache-2.0
"""gpu_bench_torch.py [FILE.json]: what PyTorch's batched Cholesky and GPyTorch need for our workload on this GPU.

Double precision, n = 525 training rows, 131 held-out rows: factorisation and triangular solve of a batch of covariance
matrices, and, where GPyTorch is there, predictions with variances of a batch of exact Gaussian processes.
"""

import json
import sys
import time

import torch

N, HELD_OUT, FEATURES, ROUNDS = 525, 131, 4, 5


def best_seconds(work) -> float:
    """Shortest of some rounds after one to warm up; the device is waited for."""
    seconds = []
    for _ in range(ROUNDS + 1):
        torch.cuda.synchronize()
        begin = time.perf_counter()
        work()
        torch.cuda.synchronize()
        seconds.append(time.perf_counter() - begin)
    return min(seconds[1:])


def covariances(batch: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    torch.manual_seed(0)
    X = torch.rand(N, FEATURES, dtype=torch.float64, device="cuda")
    X_held_out = torch.rand(HELD_OUT, FEATURES, dtype=torch.float64, device="cuda")
    scale = torch.linspace(0.5, 2, batch, dtype=torch.float64, device="cuda")[:, None, None]
    K = torch.exp(-0.5 * torch.cdist(X, X)[None] ** 2 / scale**2) + 0.01 * torch.eye(N, dtype=torch.float64, device="cuda")
    cross = torch.exp(-0.5 * torch.cdist(X, X_held_out)[None] ** 2 / scale**2)
    return X, K, cross


def time_cholesky(batch: int) -> dict:
    _, K, cross = covariances(batch)
    L = torch.linalg.cholesky(K)
    factor = best_seconds(lambda: torch.linalg.cholesky(K))
    solve = best_seconds(lambda: torch.linalg.solve_triangular(L, cross, upper=False))
    print(f"torch batch {batch:5d}: cholesky {1e6 * factor / batch:9.3f} us a matrix, solve {1e6 * solve / batch:9.3f} us")
    return {"batch": batch, "cholesky_seconds": factor, "solve_seconds": solve}


def time_gpytorch(batch: int) -> dict | None:
    try:
        import gpytorch
    except ImportError:
        print("!!! no GPyTorch: its predictions were not timed")
        return None

    class Process(gpytorch.models.ExactGP):
        def __init__(self, X, y, likelihood):
            super().__init__(X, y, likelihood)
            shape = torch.Size([batch])
            self.mean_module = gpytorch.means.ZeroMean(batch_shape=shape)
            self.covar_module = gpytorch.kernels.ScaleKernel(gpytorch.kernels.RBFKernel(batch_shape=shape), batch_shape=shape)

        def forward(self, x):
            return gpytorch.distributions.MultivariateNormal(self.mean_module(x), self.covar_module(x))

    X = torch.rand(batch, N, FEATURES, dtype=torch.float64, device="cuda")
    y = torch.sin(X.sum(-1))
    X_held_out = torch.rand(batch, HELD_OUT, FEATURES, dtype=torch.float64, device="cuda")
    likelihood = gpytorch.likelihoods.GaussianLikelihood(batch_shape=torch.Size([batch])).double().cuda()
    process = Process(X, y, likelihood).double().cuda().eval()
    likelihood.eval()

    def predict():
        process.train()  # forgets what the last prediction kept
        process.eval()
        with torch.no_grad(), gpytorch.settings.fast_computations(False, False, False):
            answer = likelihood(process(X_held_out))
            return answer.mean, answer.variance

    seconds = best_seconds(predict)
    print(f"gpytorch batch {batch:3d}: {1e6 * seconds / batch:9.3f} us a fit, with variances")
    return {"batch": batch, "seconds": seconds}


def main(arguments: list[str]) -> int:
    if not torch.cuda.is_available():
        print("error: PyTorch sees no GPU", file=sys.stderr)
        return 4
    found = {
        "torch": torch.__version__,
        "device": torch.cuda.get_device_name(),
        "cholesky": [time_cholesky(batch) for batch in (64, 256, 1024)],
        "gpytorch": time_gpytorch(256),
    }
    if len(arguments) > 1:
        with open(arguments[1], "w", encoding="utf-8") as file:
            json.dump(found, file, indent=1)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
