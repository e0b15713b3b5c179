# SPDX-FileCopyrightText: 2026 The kilofold authors
# SPDX-License-Identifier: Apache-2.0
"""The parser against the JSON Schema that editors use: both accept every study in the repository and refuse every mutation.

A mutation is one mistake in one place: a mistyped key or word, text or quotes for a number, nothing, an empty list, a missing
key. What only the parser can see (arithmetic, the table, two places of the text) is not mutated.
"""

import copy
import json
import re
import subprocess
from pathlib import Path

import yaml
from jsonschema import Draft7Validator

ROOT = Path(__file__).resolve().parents[2]
FEWEST = 200  # mutations, by the issue

# Free text, which no mistyped word harms, and mappings whose keys the schema does not know.
FREE_TEXT = re.compile(r"(^|/)(description|file|label|units|column|source|groups|target|name|features/\d+|cv/column)$")
FREE_KEYS = re.compile(r"/(results|ard|bounds)$")
REQUIRED = re.compile(r"^/(spec|name|data|models|data/(file|features|target))$|/models/\d+/model$|/importance/\d+/method$|/tune/by$")

LEGAL_PARAMETERS = [
    {"alpha": 1}, {"alpha": [0, 1]}, {"alpha": {"values": [0, {"from": 1, "to": 3}]}}, {"alpha": {"value": 2}},
    {"alpha": {"linspace": [0, 1, 5]}}, {"alpha": {"logspace": [-3, 3, 7]}}, {"alpha": [0, {"geomspace": [0.1, 1, 2]}]},
    {"alpha": {"from": 0, "to": 1, "step": 0.25}}, [{"alpha": 1}, {"alpha": 2}], {"zip": {"alpha": [1, 2]}}, {},
]
ILLEGAL_PARAMETERS = [
    {"alpha": -1}, {"alpha": "1"}, {"alpha": []}, {"alpha": [[1]]}, {"alpha": {"values": 1}}, {"alpha": {"value": [1]}},
    {"alpha": {"linspace": [0, 1]}}, {"alpha": {"linspace": [0, 1, 0]}}, {"alpha": {"geomspace": [0, 1, 3]}},
    {"alpha": {"from": 1}}, {"alpha": {"from": 0, "to": 1, "step": 0}}, {"alpha": {"min": 0, "max": 1, "distribution": "uniform"}},
    {"alpha": {"range": [0, 1]}}, {"alpha": {"ard": 1}}, {"alpha": None}, {"alpha": True}, [], [1], 3, {"zip": {}}, {"zip": 1},
    {"zip": [{"alpha": [1, 2]}, {"beta": 1}]}, {"lambda": 1}, {"alpha": {"from": 0, "to": 1, "by": 1}}, {"alpha": {"linspace": [0, 1, 2.5]}},
]
LBFGS = {"by": "log_marginal_likelihood", "search": "lbfgs"}
LEGAL_ENTRIES = [
    {"model": "gpr", "tune": {"by": "log_marginal_likelihood"}}, {"model": "gpr", "tune": LBFGS | {"starts": 3}},
    {"model": "gpr", "as_published": {"tune": LBFGS}}, {"model": "svr", "tune": {"by": "rmse", "inner_folds": 3}},
    {"model": "svr", "as_published": {"C": 1}, "parameters": {"C": [1, 2]}, "tune": {"by": "mae"}},
    {"model": "svr", "as_published": {"C": 1}, "zip": {"C": [1, 2]}, "tune": {"by": "r2"}},
]
ILLEGAL_ENTRIES = [
    {"model": "gpr", "tune": {"by": "lml"}}, {"model": "svr", "tune": {"by": "log_marginal_likelihood"}},
    {"model": "gpr", "as_published": {"tune": {"by": "rmse"}}}, {"model": "gpr", "as_published": {"tune": LBFGS | {"search": "grid"}}},
    {"model": "gpr", "as_published": {"tune": {"by": "log_marginal_likelihood"}}},
    {"model": "svr", "as_published": {"C": 1, "tune": {"by": "rmse"}}}, {"model": "svr", "as_published": {"tune": LBFGS}},
    {"model": "svr", "as_published": {"C": 1}, "tune": {"by": "rmse"}}, {"model": "gpr", "as_published": {}, "tune": LBFGS},
    {"model": "gpr", "tune": LBFGS | {"inner_folds": 5}}, {"model": "gpr", "tune": {"by": "rmse", "search": "lbfgs"}},
]


class Loader(yaml.SafeLoader):
    """Scalars as YAML 1.2 and kilofold read them: 1e-3 is a number, yes and 1:30 are text."""


Loader.yaml_implicit_resolvers = {}
Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(true|false)$"), list("tf"))
Loader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"^(~|null|)$"), ["~", "n", ""])
Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"^[-+]?(0|[1-9][0-9]*)?(\.[0-9]*)?([eE][-+]?[0-9]+)?$"), list("-+.0123456789"))


def number(loader, node):
    value = float(node.value)
    return int(value) if value.is_integer() and abs(value) < 2**53 else value


Loader.add_constructor("tag:yaml.org,2002:float", number)


def places(value, path=""):
    """Every value below the root with its path."""
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in children:
        yield f"{path}/{key}", value, key, child
        yield from places(child, f"{path}/{key}")


def mistakes(path, value):
    """What a value may wrongly be."""
    if isinstance(value, dict):
        yield {"zzz": []}
    elif isinstance(value, list):
        yield []
        yield "words"
    elif isinstance(value, bool):
        yield "yes"
    elif isinstance(value, (int, float)) and not FREE_TEXT.search(path):
        yield "ten"
        yield str(value)
    elif isinstance(value, str) and not FREE_TEXT.search(path):
        yield value + "x"
        yield True if "name" not in path else []
    yield None
    if FREE_TEXT.search(path):
        yield []


def mutated(study, keys, value):
    changed = copy.deepcopy(study)
    at = changed
    for key in keys[:-1]:
        at = at[key]
    if value is DELETED:
        del at[keys[-1]]
    elif value is MISTYPED:
        at[keys[-1] + "zz"] = at.pop(keys[-1])
    else:
        at[keys[-1]] = value
    return changed


DELETED, MISTYPED = object(), object()


def mutations(study):
    for path, parent, key, value in places(study):
        keys = [int(k) if k.isdigit() else k for k in path[1:].split("/")]
        for wrong in mistakes(path, value):
            yield path, mutated(study, keys, wrong)
        inside = path.rpartition("/")[0]
        if isinstance(parent, dict) and not FREE_KEYS.search(inside):
            yield path + " mistyped", mutated(study, keys, MISTYPED)
        if REQUIRED.search(path):
            yield path + " missing", mutated(study, keys, DELETED)


def with_entry(entry):
    return {"spec": 1, "name": "s", "data": {"file": "d.csv", "features": ["a", "b"], "target": "y"}, "models": [entry]}


def verdicts(probe, studies):
    text = "".join(json.dumps(study) + "\n" for study in studies)
    return subprocess.run([probe], input=text, capture_output=True, text=True, check=True).stdout.splitlines()


def agree(built):
    probe = built / "tests/spec_probe"
    schema = json.loads(subprocess.run([probe, "schema"], capture_output=True, text=True, check=True).stdout)
    Draft7Validator.check_schema(schema)
    validator = Draft7Validator(schema)
    files = sorted([*ROOT.glob("experiments/*.yaml"), *ROOT.glob("tests/spec/studies/*.yaml")])
    studies = [yaml.load(file.read_text(encoding="utf-8"), Loader) for file in files]
    legal = [{"model": "linear", "parameters": p} for p in LEGAL_PARAMETERS] + LEGAL_ENTRIES
    illegal = [{"model": "linear", "parameters": p} for p in ILLEGAL_PARAMETERS] + ILLEGAL_ENTRIES
    good = studies + [with_entry(entry) for entry in legal]
    bad = [(str(entry), with_entry(entry)) for entry in illegal]
    bad += [(f"{file.name}: {path}", study) for file, whole in zip(files, studies) for path, study in mutations(whole)]
    differing = []
    for what, study, verdict in zip([f.name for f in files] + legal, good, verdicts(probe, good)):
        errors = [e.message[:200] for e in validator.iter_errors(study)]
        if verdict != "good" or errors:
            differing.append(f"legal {what}: parser {verdict}, schema {errors or 'good'}")
    for (what, study), verdict in zip(bad, verdicts(probe, [study for _, study in bad])):
        if verdict == "good" or validator.is_valid(study):
            differing.append(f"mutation {what}: parser {verdict}, schema {'good' if validator.is_valid(study) else 'refuses'}")
    assert not differing, f"{len(differing)} differences:\n" + "\n".join(differing[:40])
    assert len(bad) >= FEWEST
    return f"{len(good)} studies accepted, {len(bad)} mutations refused by parser and schema alike"
