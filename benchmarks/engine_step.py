"""One decision, and 500 people: this engine beside its peers, one thread, processor time.

    OMP_NUM_THREADS=1 python -m benchmarks.engine_step [--peers PYTHON] [--rounds N] [--out FILE]

PYTHON is an interpreter with mirt, catsim and catpie (PyPI). Ours and theirs take turns, N rounds;
times are medians, and a ratio is the median of the rounds' own ratios, since cores are shared.
"""

import argparse
import json
import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from placement.conduct import next_items, section_of, stop_codes
from placement.criteria_ahead import ExpectedInformation, VarianceReduction
from placement.criteria_global import KullbackLeibler, PosteriorWeightedInformation
from placement.design import Design, ModuleDesign
from placement.engine import decide
from placement.estimators import MaximumLikelihood
from placement.exposure import Randomesque
from placement.items import ItemParameters
from placement.plans import ModulePlan
from placement.pool import Pool
from placement.responses import Response
from placement.simulation import simulate
from placement.standing import Standing
from placement.stopping import RateOfReturn
from placement.stopping_measurement import StandardError
from placement.strategies import Selector

SIZES, HISTORY, REPS, EXAMINEES = (300, 2000, 10_000), 15, 40, 500
PEERS_REPS = 20
THREADS = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "RAYON_NUM_THREADS"), "1")

CRITERIA: dict[str, Selector] = {
    "KL": KullbackLeibler(),
    "MEI": ExpectedInformation(),
    "MPWI": PosteriorWeightedInformation(),
    "MEPV": VarianceReduction(),
}
COMPARED = (
    ("Spor, EAP, one step", "mirt EAP"),
    ("Spor, `decide`, rate of return", "mirt EAP"),
    ("Spor, the same, one of the best few", "mirt EAP"),
    ("Spor, KL, one step", "mirt KL"),
    ("Spor, MEI, one step", "mirt MEI"),
    ("Spor, MPWI, one step", "catpie MPWI"),
)
PLAN = ModulePlan("m", tuple(1 + 0.4 * n for n in range(31)))


def bank(size: int) -> dict[str, list[float]]:
    generator = np.random.default_rng(size)
    laws = {
        "a": generator.lognormal(0.2, 0.35, size),
        "b": generator.normal(0, 1.1, size),
        "c": generator.beta(5, 17, size),
    }
    return {name: column.tolist() for name, column in laws.items()}


def items_of(numbers: dict[str, list[float]], *, guessing: bool) -> list[ItemParameters]:
    rows = zip(numbers["a"], numbers["b"], numbers["c"], strict=True)
    model = "3PL" if guessing else "2PL"
    return [
        ItemParameters(f"i{j}", "m", "", model, a, b, c if guessing else 0.0)
        for j, (a, b, c) in enumerate(rows)
    ]


def design(**changes: Any) -> Design:
    settings: dict[str, Any] = {
        "exposure": Randomesque(1, 1, 0),
        "stopping": StandardError(se=0.3, minimum=1, maximum=30),
        **changes,
    }
    return Design("benchmark", 1, (ModuleDesign("m"),), **settings)


def whole_decision(plan: Design, pool: Pool) -> Callable[[], object]:
    """The stateless answer: every prefix is followed again, then the question is chosen."""
    answers = [Response(pool.items[j], j % 2) for j in range(HISTORY)]
    return lambda: decide(plan, pool, answers, seed=1)


def one_step(plan: Design, pool: Pool) -> Callable[[], object]:
    """The same for a caller who keeps count and sum of log likelihoods, as a simulation does."""
    section = section_of(plan, plan.modules[0], pool)
    given = np.zeros((1, len(pool)), dtype=np.bool_)
    given[0, :HISTORY] = True
    before = sum(pool.logs[j, j % 2] for j in range(HISTORY - 1))
    generator = np.random.default_rng(1)

    def step() -> object:
        sums = before + pool.logs[HISTORY - 1, (HISTORY - 1) % 2]
        standing = Standing.of(section, given, sums[None], n=np.array([HISTORY]))
        return (
            plan.estimator(standing),
            stop_codes(plan, standing),
            next_items(plan, standing, generator),
        )

    return step


def clocked(work: Callable[[], object], reps: int = REPS) -> float:
    runs = []
    for _ in range(reps + 1):
        start = time.process_time()
        work()
        runs.append(time.process_time() - start)
    return median(runs[1:])


def ours() -> dict[str, Any]:
    steps: dict[str, dict[str, float]] = {}
    wide = {"stopping": StandardError(se=0.05, minimum=1, maximum=30)}
    kinds = {
        "Spor, EAP, one step": (one_step, design(**wide)),
        "Spor, ML, one step": (one_step, design(estimator=MaximumLikelihood(), **wide)),
        "Spor, stateless `decide`": (whole_decision, design(**wide)),
        "Spor, `decide`, rate of return": (
            whole_decision,
            design(stopping=RateOfReturn(cost=0.0, plans=(PLAN,))),
        ),
        "Spor, the same, one of the best few": (
            whole_decision,
            design(stopping=RateOfReturn(cost=0.0, plans=(PLAN,)), exposure=Randomesque()),
        ),
        **{
            f"Spor, {name}, one step": (one_step, design(selector=selector, **wide))
            for name, selector in CRITERIA.items()
        },
    }
    for size in SIZES:
        pool = Pool.tabulate(items_of(bank(size), guessing=True))
        for name, (make, plan) in kinds.items():
            steps.setdefault(name, {})[str(size)] = clocked(make(plan, pool))
    pool, theta = Pool.tabulate(items_of(bank(300), guessing=False)), examinees()
    full = design(stopping=RateOfReturn(minimum=4, maximum=30))
    batch = {
        "Spor, SE ≤ 0.30": clocked(lambda: simulate(design(), pool, theta, seed=1), 9),
        "Spor, rate of return, 4–30": clocked(lambda: simulate(full, pool, theta, seed=1), 9),
    }
    return {"steps": steps, "batch": batch}


def examinees() -> np.ndarray:
    return np.random.default_rng(7).normal(size=EXAMINEES)


def peers(python: str) -> dict[str, Any]:
    task = {
        "banks": {str(size): bank(size) for size in SIZES},
        "examinees": examinees().tolist(),
        "reps": PEERS_REPS,
    }
    done = subprocess.run(
        [python, str(Path(__file__).with_name("peers_step.py"))],
        input=json.dumps(task),
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, **THREADS},
    )
    return dict(json.loads(done.stdout))


def middle(rounds: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the medians over the rounds; where a package only said something, what it said."""
    steps = {
        name: {size: _median([some["steps"][name][size] for some in rounds]) for size in row}
        for name, row in rounds[0]["steps"].items()
    }
    batch = {name: _median([some["batch"][name] for some in rounds]) for name in rounds[0]["batch"]}
    return {"steps": steps, "batch": batch}


def _median(values: list[float | str]) -> float | str:
    numbers = [value for value in values if not isinstance(value, str)]
    return median(numbers) if numbers else values[0]


def ratios(rounds: list[dict[str, Any]]) -> str:
    """Return how many times as fast we are: the rounds' median, least and most."""
    lines = ["| times as fast | 300 | 2 000 | 10 000 |", "|---|---|---|---|"]
    for mine, theirs in COMPARED:
        cells = []
        for size in map(str, SIZES):
            pairs = [(some["steps"][mine][size], some["steps"][theirs][size]) for some in rounds]
            found = [other / own for own, other in pairs if not isinstance(other, str)]
            cells.append(_range(found))
        lines.append(f"| {mine}, against {theirs} | {' | '.join(cells)} |")
    lines += ["", "| 500 people, times mirt's time | |", "|---|---|"]
    for name in ("Spor, SE ≤ 0.30", "Spor, rate of return, 4–30"):
        pairs = [(some["batch"][name], some["batch"]["mirt batch (Rust)"]) for some in rounds]
        lines.append(f"| {name} | {_range([own / other for own, other in pairs])} |")
    return "\n".join(lines)


def _range(values: list[float]) -> str:
    digits = 2 if values and max(values) < 20 else 0
    spread = (median(values), min(values), max(values)) if values else ()
    texts = [f"{value:.{digits}f}" for value in spread]
    return f"{texts[0]} ({texts[1]}–{texts[2]})" if texts else ""


def table(results: dict[str, Any]) -> str:
    lines = [
        "| one decision after 15 answers, 3PL, ms | 300 | 2 000 | 10 000 |",
        "|---|---|---|---|",
    ]
    for name, row in results["steps"].items():
        cells = [_milliseconds(row[str(size)]) for size in SIZES]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    lines += ["", "| 500 people, 300 items 2PL, SE ≤ 0.30 or 30 questions | s |", "|---|---|"]
    lines += [
        f"| {name} | {value if isinstance(value, str) else f'{value:.3f}'} |"
        for name, value in results["batch"].items()
    ]
    return "\n".join(lines)


def _milliseconds(value: float | str) -> str:
    return value if isinstance(value, str) else f"{1000 * value:.3f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peers", help="a Python with mirt, catsim and catpie")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--out", type=Path, help="every round's figures as JSON")
    chosen = parser.parse_args()
    if os.environ.get("OMP_NUM_THREADS") != "1":
        parser.error("one thread: set OMP_NUM_THREADS=1")
    rounds = []
    for _ in range(chosen.rounds):
        own = ours()
        other = peers(chosen.peers) if chosen.peers else {part: {} for part in own}
        rounds.append({part: {**own[part], **other[part]} for part in own})
    print(table(middle(rounds)))
    if chosen.peers:
        print("", ratios(rounds), sep="\n")
    if chosen.out:
        chosen.out.write_text(json.dumps(rounds, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
