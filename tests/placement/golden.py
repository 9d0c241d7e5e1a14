"""Banks, patterns and numbers of other software, from ../shared/reference."""

import csv
import json
from typing import Any

import numpy as np

from placement.arrays import Integers
from placement.items import ItemParameters
from tests.placement.examples import REFERENCE

SETS = ("lsat7", "deayala", "sim2pl", "science", "simgpcm")


def catr_bank(name: str) -> list[ItemParameters]:
    text = (REFERENCE / "catr" / f"bank{name}.csv").read_text()
    rows = enumerate(csv.DictReader(text.splitlines()))
    if name == "2pl":
        return [
            ItemParameters(f"i{n}", "m", "", "2PL", float(r["a"]), float(r["b"])) for n, r in rows
        ]
    return [
        ItemParameters(f"i{n}", "m", "", "GPCM", float(r["alpha"]), 0, b_steps=_deltas(r))
        for n, r in rows
    ]


def _deltas(row: dict[str, str]) -> tuple[float, ...]:
    cells = [row[f"delta{k}"] for k in range(1, 5)]
    return tuple(float(cell) for cell in cells if cell not in {"", "NA"})


def catr_states(name: str) -> list[dict[str, Any]]:
    text = (REFERENCE / "catr" / f"golden_{name}.json").read_text()
    return [state for state in json.loads(text)["states"] if state["items"]]


def catr_answers(name: str) -> Integers:
    states, size = catr_states(name), len(catr_bank(name))
    answers = np.full((len(states), size), -1)
    for row, state in zip(answers, states, strict=True):
        row[np.atleast_1d(state["items"]) - 1] = np.atleast_1d(state["responses"])
    return answers


def mirt(name: str) -> dict[str, Any]:
    return dict(json.loads((REFERENCE / "mirt" / f"{name}.json").read_text()))


def mirt_cases() -> list[tuple[str, str]]:
    if not REFERENCE.is_dir():
        return []
    return [(name, model) for name in SETS for model in mirt(name)["scores"]]


def mirt_items(fit: dict[str, Any]) -> list[ItemParameters]:
    return [_mirt_item({k: v for k, v in row.items() if v is not None}) for row in fit["items"]]


def _mirt_item(row: dict[str, Any]) -> ItemParameters:
    name, a = row["item"], row["a1"]
    if "ak0" in row:
        sums = [row[f"d{k}"] for k in range(sum(key.startswith("ak") for key in row))]
        steps = tuple(-float(step) / a for step in np.diff(sums))
        return ItemParameters(name, "m", "", "GPCM", a, 0, b_steps=steps)
    if "d1" in row:
        steps = tuple(-row[f"d{k}"] / a for k in range(1, len(row) - 1))
        return ItemParameters(name, "m", "", "GRM", a, 0, b_steps=steps)
    return ItemParameters(name, "m", "", "3PL" if row["g"] else "2PL", a, -row["d"] / a, row["g"])


def mirt_patterns(name: str, model: str) -> Integers:
    patterns = mirt(name)["scores"][model]["patterns"]
    lowest = 1 if name == "science" else 0
    return np.array([[-1 if x is None else x - lowest for x in row] for row in patterns])


def first_number(value: Any) -> float:
    """Return the first number of what R wrote as a value, a list or a named list."""
    while isinstance(value, (list, dict)):
        value = next(iter(value.values())) if isinstance(value, dict) else value[0]
    return float(value)
