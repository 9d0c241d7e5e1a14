"""How often person fit marks those who fit, and how often it finds those who do not.

    python -m benchmarks.person_fit [--people N] [--module TB]

The default design with one module of the starter bank, uncalibrated; every ten people meet a world
of their own, in which the questions are what they really are. Then answer times by a lognormal law
(van der Linden 2006), given to NT10 and to that law's own residuals.
"""

import argparse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from item_bank import service as bank
from item_bank.priors import GUESSING, prior_parameters
from placement.arrays import Booleans, Floats
from placement.dependence import Independent
from placement.design import Design, default_design
from placement.engine import decide
from placement.items import ItemParameters
from placement.outcomes import Administer
from placement.personfit import hurried, person_fit, rapid_answers
from placement.planning import fit_design
from placement.pool import Pool
from placement.responses import Response

Chance = Callable[[int, float, float, np.random.Generator], float]
"""The chance of a right answer from the number answered, one's own chance and a blind guess's."""

TURN = 8
SURE = 0.95


def _fits(_n: int, own: float, _blind: float, _generator: np.random.Generator) -> float:
    return own


def _guesses(_n: int, _own: float, blind: float, _generator: np.random.Generator) -> float:
    return blind


def _guesses_some(_n: int, own: float, blind: float, generator: np.random.Generator) -> float:
    return blind if generator.random() < 0.3 else own


def _gives_up(n: int, own: float, blind: float, _generator: np.random.Generator) -> float:
    return own if n < TURN else blind


def _gets_help(n: int, own: float, _blind: float, _generator: np.random.Generator) -> float:
    return own if n < TURN else SURE


def _gets_some_help(_n: int, own: float, _blind: float, generator: np.random.Generator) -> float:
    return SURE if generator.random() < 0.3 else own


# Who gives up knows something, and who gets help needs it: ability is ±(0.3 + 0.7 |z|).
WAYS: Mapping[str, tuple[Chance, int]] = {
    "fits": (_fits, 0),
    "guesses at everything": (_guesses, 0),
    "guesses at 30 %": (_guesses_some, 0),
    "guesses after eight questions": (_gives_up, 1),
    "gets help after eight questions": (_gets_help, -1),
    "gets help with 30 %": (_gets_some_help, -1),
}


def starter(module: str) -> tuple[list[ItemParameters], Design]:
    """Return one module's items as they are before calibration, and the default design for them."""
    modules, sources = bank.starter_sources()
    items = [
        prior_parameters(s.id, s.module, s.category, level=s.level, body=s.content.body)
        for s in sources
        if s.module == module
    ]
    shares = {
        m.code: {category.code: category.weight for category in m.categories}
        for m in modules
        if m.code == module
    }
    design = replace(default_design(shares), dependence=Independent())
    return items, fit_design(design, Pool.tabulate(items))


def drawn(items: Sequence[ItemParameters], seed: int) -> dict[str, ItemParameters]:
    """Draw what uncertain items are from what is believed of them."""
    generator = np.random.default_rng(seed)
    spread = np.sqrt(np.log1p(np.array([item.se_a / item.a for item in items]) ** 2))
    a = np.exp(generator.normal(-(spread**2) / 2, spread)) * [item.a for item in items]
    b = generator.normal([item.b for item in items], [item.se_b for item in items])
    return {
        item.item: replace(item, a=float(p), b=float(q), se_a=0.0, se_b=0.0)
        for item, p, q in zip(items, a, b, strict=True)
    }


def sat(
    design: Design,
    pool: Pool,
    world: Mapping[str, ItemParameters],
    theta: float,
    way: Chance,
    seed: int,
) -> list[Response]:
    generator, responses = np.random.default_rng((seed, 1)), list[Response]()
    while isinstance(step := decide(design, pool, responses, seed=seed), Administer):
        item = world[step.item]
        own = item.c + (1 - item.c) / (1 + np.exp(-item.a * (theta - item.b)))
        blind = max(item.c / GUESSING, 0.02)
        chance = way(len(responses), own, blind, generator)
        responses.append(Response(step.item, int(generator.random() < chance)))
    return responses


def patterns(module: str, people: int) -> None:
    """Print the share marked by each statistic, for each way of answering."""
    items, design = starter(module)
    pool = Pool.tabulate(items)
    prior = design.prior(pool.nodes)
    print(
        f"{module}, {people} people a row\n\n| answers | l_z* | CUSUM | either |\n|---|---|---|---|"
    )
    for name, (way, side) in WAYS.items():
        flags = []
        for number in range(people):
            ability = np.random.default_rng(number).normal()
            theta = side * (0.3 + 0.7 * abs(ability)) if side else ability
            responses = sat(design, pool, drawn(items, number // 10), theta, way, number)
            fit = person_fit(pool, prior, responses, seed=number)
            flags.append(fit.flags() if fit else ())
        shares = [np.mean([kind in some for some in flags]) for kind in ("lz", "cusum")]
        print(
            f"| {name} | {shares[0]:.3f} | {shares[1]:.3f} | {np.mean([*map(bool, flags)]):.3f} |"
        )


FASTS = {
    "fits": (0.0, 1.0, 3.0),
    "1-3 s on 30 %": (0.3, 1.0, 3.0),
    "3-6 s on 30 %": (0.3, 3.0, 6.0),
    "1-3 s on all": (1.0, 1.0, 3.0),
}


def times(people: int, others: int = 100, spread: float = 0.5) -> None:
    """Print the share marked for pace: 18 answers of usually 35 s, speeds with an SD of 0.3."""
    generator = np.random.default_rng(1)
    usual = generator.normal(np.log(35), 0.4, 18)

    def answered(size: int) -> Floats:
        speed = generator.normal(0, 0.3, (size, 1))
        return np.exp(usual - speed + generator.normal(0, spread, (size, usual.size)))

    known = answered(others)
    logs = np.log(known)
    print("\n| times | below 3 s | NT10 | lognormal, z < -2.5 |\n|---|---|---|---|")
    for name, (share, low, high) in FASTS.items():
        seconds = answered(people)
        fast = generator.random(seconds.shape) < share
        seconds[fast] = generator.uniform(low, high, fast.sum())
        z = (np.log(seconds) - logs.mean(axis=0)) / logs.std(axis=0)
        ways = (
            seconds < 3,
            rapid_answers(seconds, known.mean(axis=0)),
            z - np.median(z, axis=1, keepdims=True) < -2.5,
        )
        print(f"| {name} | {' | '.join(f'{_marked(rapid):.3f}' for rapid in ways)} |")


def _marked(rapid: Booleans) -> float:
    return float(np.mean([hurried(int(count), rapid.shape[1]) for count in rapid.sum(axis=1)]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=1000)
    parser.add_argument("--module", default="TB")
    chosen = parser.parse_args()
    patterns(chosen.module, chosen.people)
    times(10 * chosen.people)


if __name__ == "__main__":
    main()
