"""What other packages take for the same work; run by `engine_step.py` in their own environment.

Reads a JSON object on standard input: `banks` (size → {"a": [...], "b": [...], "c": [...]}),
`examinees`, `reps`. Prints seconds of processor time as JSON, one thread.
"""

import json
import sys
import time
from collections.abc import Callable
from statistics import median
from typing import Any

import mirt
import numpy as np
from catpie import eapEst, eapSem, nextItem
from catsim.estimation import NumericalSearchEstimator
from catsim.initialization import FixedPointInitializer
from catsim.irt import see
from catsim.item_bank import ItemBank
from catsim.selection import MaxInfoSelector
from catsim.simulation import Simulator
from catsim.stopping import MinErrorStopper
from mirt.cat import CATEngine

Bank = dict[str, list[float]]
HISTORY = 15
LARGEST_MEI = 2000
"""With 10 000 items mirt takes seconds for every question of the history."""


def mirt_engine(
    bank: Bank, method: str, se: float, *, guessing: bool, criterion: str = "MFI"
) -> Any:

    a, b, c = (np.array(bank[name]) for name in "abc")
    form = mirt.ThreeParameterLogistic if guessing else mirt.TwoParameterLogistic
    model = form(n_items=a.size)
    model.set_parameters(discrimination=a, difficulty=b, **({"guessing": c} if guessing else {}))
    model._is_fitted = True  # noqa: SLF001 - the package has no other way to give parameters

    return CATEngine(
        model, item_selection=criterion, scoring_method=method, se_threshold=se, max_items=30
    )


def mirt_step(bank: Bank, method: str, criterion: str = "MFI") -> float:
    """Fourteen answers before the clock, the fifteenth and what follows from it under it."""
    engine = mirt_engine(bank, method, 0.05, guessing=True, criterion=criterion)
    for n in range(HISTORY - 1):
        engine.select_next_item()
        engine.administer_item(n % 2)
    engine.select_next_item()
    return clock(lambda: (engine.administer_item(1), engine.select_next_item()))


def mirt_batch(bank: Bank, theta: list[float], reps: int) -> float:
    engine = mirt_engine(bank, "EAP", 0.3, guessing=False)
    return median(clock(lambda: engine.run_batch_simulation(theta)) for _ in range(reps))


def catpie_step(bank: Bank, criterion: str = "MFI") -> float:

    items = [(a, b, c, 1.0) for a, b, c in zip(bank["a"], bank["b"], bank["c"], strict=True)]
    asked, answers = list(range(HISTORY)), [n % 2 for n in range(HISTORY)]

    def step() -> None:
        given = [items[j] for j in asked]
        theta = eapEst(given, answers)
        eapSem(theta, given, answers)
        nextItem(items, theta, out=asked, criterion=criterion, x=answers)

    return clock(step)


def catsim_step(bank: Bank) -> float:

    table = np.column_stack([*(bank[name] for name in "abc"), np.ones(len(bank["a"]))])
    items, asked = ItemBank(table), list(range(HISTORY))
    answers = [n % 2 == 1 for n in range(HISTORY)]
    estimator, selector = NumericalSearchEstimator(), MaxInfoSelector()

    def step() -> None:
        theta = estimator.estimate(
            item_bank=items, administered_items=asked, response_vector=answers, est_theta=0.0
        )
        see(theta, table[asked])
        selector.select(item_bank=items, administered_items=asked, est_theta=theta)

    return clock(step)


def catsim_batch(bank: Bank, theta: list[float]) -> float:

    size = len(bank["a"])
    table = np.column_stack([bank["a"], bank["b"], np.zeros(size), np.ones(size)])
    simulator = Simulator(
        ItemBank(table),
        np.array(theta),
        FixedPointInitializer(0.0),
        MaxInfoSelector(),
        NumericalSearchEstimator(),
        MinErrorStopper(0.3, max_items=30),
    )
    return clock(simulator.simulate)


def clock(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def attempted(work: Callable[[], float]) -> float | str:
    """Return the seconds, or what the package said instead."""
    try:
        return work()
    except Exception as error:  # noqa: BLE001 - another package's fault is a result, not ours
        return f"{type(error).__name__}: {error}"


def main() -> None:
    task = json.load(sys.stdin)
    reps, banks, theta = task["reps"], task["banks"], task["examinees"]
    steps = {
        "mirt EAP": lambda bank: mirt_step(bank, "EAP"),
        "mirt ML": lambda bank: mirt_step(bank, "ML"),
        "catsim ML": catsim_step,
        "catpie EAP": catpie_step,
        "mirt KL": lambda bank: mirt_step(bank, "EAP", "KL"),
        "catpie KL": lambda bank: catpie_step(bank, "KL"),
        "catpie MPWI": lambda bank: catpie_step(bank, "MPWI"),
        "mirt MEI": lambda bank: mirt_step(bank, "EAP", "MEI"),
    }
    slow = {"catpie KL", "catpie MPWI", "mirt MEI"}
    found: dict[str, dict[str, float | str]] = {}
    for name, step in steps.items():
        for size, bank in banks.items():
            if name == "mirt MEI" and int(size) > LARGEST_MEI:
                found.setdefault(name, {})[size] = "not run"
                continue
            times = 3 if name in slow else reps
            runs = [attempted(lambda s=step, b=bank: s(b)) for _ in range(times)]
            kept = [run for run in runs[1:] if not isinstance(run, str)]
            found.setdefault(name, {})[size] = median(kept) if kept else str(runs[-1])
    small = banks["300"]
    batch = {
        "mirt batch (Rust)": attempted(lambda: mirt_batch(small, theta, 5)),
        "catsim": attempted(lambda: catsim_batch(small, theta)),
    }
    print(json.dumps({"steps": found, "batch": batch}))


if __name__ == "__main__":
    main()
