#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The kilofold authors
# SPDX-License-Identifier: Apache-2.0
"""Open every group of a results file in xarray, with each engine in a process of its own.

Asserts that dimensions are named, carry their coordinates, and that both engines read the same numbers.
Usage: open_in_xarray.py FILE. Exit 77 when xarray or an engine is missing.
"""

import hashlib
import subprocess
import sys

ENGINES = ("h5netcdf", "netcdf4")
DIMS = {
    "": ("trial", "seed", "sample"),
    "metric": ("trial", "seed"),
    "fold_metric": ("trial", "seed", "fold"),
    "diagnostic": ("trial", "seed", "fold"),
    "param": ("trial",),
}


def model_names(path):
    """List the model groups with h5py, in a process of its own: two HDF5 libraries in one process may crash."""
    code = "import h5py, sys; print(*h5py.File(sys.argv[1])['models'], sep='\\n')"
    return subprocess.run([sys.executable, "-c", code, path], check=True, capture_output=True, text=True).stdout.split("\n")[:-1]


def check_group(xarray, path, group, engine, dims):
    with xarray.open_dataset(path, group=group, engine=engine) as data:
        data.load()
    for name, variable in data.data_vars.items():
        assert variable.dims == dims, f"{group}/{name}: dimensions {variable.dims}, expected {dims}"
    for dim in dims:
        assert dim in data.coords, f"{group}: no coordinate {dim}"
    assert len(data.data_vars) > 0, f"{group}: empty"
    return data


def digest(data):
    """Hash all numbers and texts of a dataset, so that two processes can compare them."""
    sha = hashlib.sha256()
    for name in sorted(data.variables):
        values = data[name].values
        sha.update(name.encode())
        sha.update(repr(values.tolist()).encode() if values.dtype == object else values.tobytes())
    return sha.hexdigest()[:16]


def check_engine(path, engine, models):
    import xarray

    for model in models:
        for sub, dims in DIMS.items():
            group = f"models/{model}/{sub}".rstrip("/")
            data = check_group(xarray, path, group, engine, dims)
            print(group, dict(data.sizes), sorted(data.data_vars), digest(data))
            if sub == "":
                prediction = data["prediction"]
                assert "long_name" in prediction.attrs, "prediction without long_name"
                first = prediction.sel(trial=data["trial"].values[0], seed=data["seed"].values[0])
                assert first.dims == ("sample",)
    with xarray.open_dataset(path, group="data", engine=engine) as data:
        assert data["y"].dims == ("sample",) and data["X"].dims == ("sample", "feature")
        print("data", dict(data.sizes), digest(data.load()))


def main():
    if len(sys.argv) == 2:
        path = sys.argv[1]
        models = model_names(path)
        outputs = []
        for engine in ENGINES:
            run = subprocess.run([sys.executable, __file__, path, engine, *models], capture_output=True, text=True)
            sys.stderr.write(run.stderr)
            assert run.returncode == 0, f"{engine} failed with exit code {run.returncode}"
            outputs.append(run.stdout)
        assert outputs[0] == outputs[1], "the engines disagree:\n" + "\n".join(outputs)
        print(outputs[0], end="")
    else:
        check_engine(sys.argv[1], sys.argv[2], sys.argv[3:])


if __name__ == "__main__":
    try:
        import importlib.util

        missing = [name for name in ("xarray", "h5py", "h5netcdf", "netCDF4") if importlib.util.find_spec(name) is None]
        if missing:
            print("skipped: no", ", ".join(missing))
            sys.exit(77)
        main()
    except AssertionError as error:
        sys.exit(f"error: {error}")
