"""Do checks by replicated answers hold their level in adaptive tests, and what do they find?

    python benchmarks/calibration_predictive.py [--tests 6] [--persons 650]

60 items, 19 adaptive answers a person. Level: answers follow the model, and the pool holds the true
parameters, or those estimated from the same answers, or from as many other persons. Power: among
the 60 are one that is flat (right with a chance of 0.4 below its b and 0.6 above), one with a floor
of 0.35, and two nearby ones that share a trait of sd 2; the pool holds what they would be without,
or what is estimated from these answers.
"""

import argparse
import sys
import time
from pathlib import Path

import numpy as np

# This folder is first on the path, and a file in it would hide the package of the same name.
sys.path[0] = str(Path(__file__).resolve().parents[1])

from calibration import Responses, author_priors, fit  # noqa: E402
from calibration.fitted import Fitted  # noqa: E402
from calibration.pooling import pool_items  # noqa: E402
from calibration.predictive import PredictiveFit, predictive_fit  # noqa: E402
from calibration.scoring import in_population  # noqa: E402
from placement.arrays import Floats  # noqa: E402
from placement.items import ItemParameters  # noqa: E402
from tests.calibration.examples import adaptive  # noqa: E402

DRAWS = 50
LEVELS = (0.01, 0.05, 0.10, 0.50)


def known(a: Floats, b: Floats) -> tuple[ItemParameters, ...]:
    rows = enumerate(zip(a.tolist(), b.tolist(), strict=True))
    return tuple(ItemParameters(f"{j + 1}", "m", "", "2PL", p, q) for j, (p, q) in rows)


def estimated(scores: Floats, level: Floats) -> tuple[ItemParameters, ...]:
    priors = author_priors({str(j + 1): value for j, value in enumerate(level)})
    return pool_items(fit(scores, priors=priors), {}, "m")[0]


def check(scores: Floats, pool: tuple[ItemParameters, ...]) -> PredictiveFit:
    form = Fitted.of_pool(pool)
    codes = form.scores(Responses.from_matrix(scores))
    return predictive_fit(in_population(form, codes), pool, codes, draws=DRAWS)


def level_rows(persons: int, seeds: range) -> None:
    kinds: dict[str, list[PredictiveFit]] = {"true": [], "same answers": [], "other persons": []}
    spent = 0.0
    for seed in seeds:
        scores, a, b, level = adaptive(2 * persons, seed=seed)
        now, others = scores[:persons], scores[persons:]
        pools = known(a, b), estimated(now, level), estimated(others, level)
        began = time.process_time()
        for found, pool in zip(kinds.values(), pools, strict=True):
            found.append(check(now, pool))
        spent += time.process_time() - began
    print("| pool's parameters | items with p under .01 / .05 / .10 / .50 ", end="")
    print("| pairs with p under .05 | samples with a flagged item / pair |\n|---|---|---|---|")
    for kind, all_found in kinds.items():
        p = np.array([item.p for found in all_found for item in found.items])
        shares = " / ".join(f"{np.mean(p < limit):.3f}" for limit in LEVELS)
        pairs = sum(len(found.pairs) for found in all_found)
        share = pairs / sum(found.n_pairs for found in all_found)
        flags = [
            np.mean([any(one.flagged for one in part) for part in parts])
            for parts in ([f.items for f in all_found], [f.pairs for f in all_found])
        ]
        print(f"| {kind} | {shares} | {share:.3f} | {flags[0]:.2f} / {flags[1]:.2f} |")
    print(f"\n{spent / 3 / len(seeds):.1f} CPU seconds a check\n", flush=True)


def power_rows(persons: int, seeds: range) -> None:
    hits: dict[str, list[list[bool]]] = {"as without the flaw": [], "same answers": []}
    for seed in seeds:
        _, a, b, level = adaptive(1, seed=seed)
        flat, guessed = np.flatnonzero((a > 1.2) & (np.abs(b) < 1))[:2].tolist()
        near = np.argsort(np.abs(level - 0.2)).tolist()
        twins = [j for j in near if j not in {flat, guessed}][:2]
        flaws = {"flat": [flat], "guessed": [guessed], "twins": twins}
        scores, *_ = adaptive(persons, seed=seed, **flaws)
        for kind, pool in zip(hits, (known(a, b), estimated(scores, level)), strict=True):
            found = check(scores, pool)
            items = {item.item: item.flagged for item in found.items}
            names = {str(j + 1) for j in twins}
            pair = any(p.flagged and {p.first, p.second} == names for p in found.pairs)
            hits[kind].append([items[str(flat + 1)], items[str(guessed + 1)], pair])
    print("| pool's parameters | flat item flagged | item with a floor | dependent pair |")
    print("|---|---|---|---|")
    for kind, rows in hits.items():
        print(f"| {kind} | {' | '.join(f'{share:.2f}' for share in np.mean(rows, axis=0))} |")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--tests", type=int, default=6)
    parser.add_argument("--persons", type=int, default=650)
    given = parser.parse_args()
    seeds = range(8000, 8000 + given.tests)
    level_rows(given.persons, seeds)
    power_rows(given.persons, seeds)


if __name__ == "__main__":
    main()
