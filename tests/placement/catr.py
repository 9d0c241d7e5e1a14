"""catR's golden states as standings of ours, on its own integration points.

A fine grid serves values at an ability to ten digits; the posterior has mass on every 32nd node
only, which are catR's 33 points on [−4, 4] with the trapezoid rule's weights.
"""

import csv
import json
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np

from placement.conduct import section_of
from placement.items import ItemParameters
from placement.pool import Pool
from placement.quadrature import Quadrature
from placement.standing import Section, Standing
from tests.placement.examples import REFERENCE, study_design

STEP = 32
FINE = Quadrature(-4, 4, 32 * STEP + 1)


def states(bank: str) -> list[dict[str, Any]]:
    """Return the states with answers: of the first, which has none, fewer criteria are known."""
    return [state for state in every_state(bank) if state["items"]]


def every_state(bank: str) -> list[dict[str, Any]]:
    if not REFERENCE.is_dir():
        return []
    text = (REFERENCE / "catr" / f"golden_{bank}.json").read_text()
    return list(json.loads(text)["states"])


@lru_cache
def pool_of(bank: str) -> Pool:
    rows = list(csv.DictReader((REFERENCE / "catr" / f"bank{bank}.csv").read_text().splitlines()))
    if bank == "2pl":
        return Pool.tabulate(
            [
                ItemParameters(f"i{n}", "m", "", "2PL", float(row["a"]), float(row["b"]))
                for n, row in enumerate(rows)
            ],
            FINE,
        )
    plain = [ItemParameters(f"i{n}", "m", "", "2PL", 1, 0) for n in range(len(rows))]
    chances, information = partial_credit([[float(x) for x in row.values()] for row in rows])
    return replace(Pool.tabulate(plain, FINE), probabilities=chances, information=information)


def partial_credit(rows: list[list[float]]) -> tuple[np.ndarray, np.ndarray]:
    """Generalised partial credit (Muraki 1992): tables (J, K, Q), information a² Var(k)."""
    table, slope = np.array(rows), np.array(rows)[:, 0]
    steps = slope[:, None, None] * (FINE.nodes - table[:, 1:, None])
    start = np.zeros((len(rows), 1, FINE.size))
    logits = np.concatenate((start, np.cumsum(steps, axis=1)), axis=1)
    chances = np.exp(logits - logits.max(axis=1, keepdims=True))
    chances /= chances.sum(axis=1, keepdims=True)
    k = np.arange(chances.shape[1])[:, None]
    mean = (k * chances).sum(axis=1, keepdims=True)
    return chances, slope[:, None] ** 2 * ((k - mean) ** 2 * chances).sum(axis=1)


@lru_cache
def section(bank: str) -> Section:
    plain = section_of(study_design(), study_design().modules[0], pool_of(bank))
    return replace(plain, prior=plain.prior / plain.prior.sum())


def standing_in(state: dict[str, Any], bank: str) -> Standing:
    """The state at catR's θ, with mass on its own points only."""
    pool = pool_of(bank)
    rows = np.atleast_1d(np.array(state["items"], dtype=np.int64)) - 1
    categories = np.atleast_1d(np.array(state["responses"], dtype=np.int64))
    sums = np.log(pool.probabilities[rows, categories]).sum(axis=0)
    comb = np.arange(FINE.size) % STEP == 0
    given = np.isin(np.arange(len(pool)), rows)[None]
    return Standing.of(section(bank), given, np.where(comb, sums, -np.inf)[None])


def likelihood_mass(state: dict[str, Any], bank: str, *, prior: bool) -> float:
    """The integral by which catR does not divide, over its 33 points."""
    standing = standing_in(state, bank)
    nodes = FINE.nodes[::STEP]
    heights = np.exp(standing.log_likelihood[0, ::STEP])
    if prior:
        heights = heights * np.exp(-(nodes**2) / 2) / np.sqrt(2 * np.pi)
    return float(np.trapezoid(heights, nodes))
