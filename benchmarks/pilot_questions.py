"""Which person gets which question on trial: by lot, by need, within a window, or D-optimally.

    python benchmarks/pilot_questions.py [--replications 40]
    python benchmarks/pilot_questions.py --fixed-item --replications 6

30 questions on trial beside an operational bank of 60 with known parameters; each person takes the
usual placement (RATE), then two of those on trial. Their parameters' posterior, given the
operational posteriors of ability, is worked out on a grid, from b within 0.88 of the author's level
and log a ~ N(0.15, 0.35²). D-optimal: the largest gain in log det of the question's information,
prior included, averaged over the person's posterior. "curve" is the root mean square error of the
averaged response function over N(0, 1). With --fixed-item those assigned by lot are instead
calibrated by `fit` beside the fixed operational items.
"""

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np

# This folder is first on the path, and a file in it would hide other packages of the same name.
sys.path[0] = str(Path(__file__).resolve().parents[1])

from benchmarks.decision_study import design, items  # noqa: E402
from calibration import Responses, author_priors, fit  # noqa: E402
from placement.arrays import Floats, Integers  # noqa: E402
from placement.conduct import section_of  # noqa: E402
from placement.items import ItemParameters  # noqa: E402
from placement.lockstep import right_answers, sit  # noqa: E402
from placement.pilots import Pilot, assign_pilot  # noqa: E402
from placement.planning import fit_design  # noqa: E402
from placement.pool import Pool  # noqa: E402
from placement.stopping import RateOfReturn  # noqa: E402

PERSONS, EACH, ON_TRIAL = 1000, 2, 30
CHECKS = (250, 500, 1000)
# Persons between two looks at what the questions on trial are believed to be.
BATCH = 25
NODES = np.linspace(-4, 4, 41)
NORMAL = np.exp(-(NODES**2) / 2) / np.exp(-(NODES**2) / 2).sum()
LOG_A, B = (
    grid.ravel()
    for grid in np.meshgrid(np.linspace(-1.2, 1.5, 28), np.linspace(-5, 5, 51), indexing="ij")
)


def chances(a: Floats, b: Floats) -> Floats:
    """Return the chance of a right answer at each node, (J, Q)."""
    return np.asarray(1 / (1 + np.exp(-a[:, None] * (NODES - b[:, None]))))


GRID = chances(np.exp(LOG_A), B)


@dataclass(frozen=True, slots=True, eq=False)
class People:
    """Abilities (N,), operational posteriors on the nodes (N, Q), answers (N, 60) with gaps."""

    theta: Floats
    posteriors: Floats
    operational: list[ItemParameters]
    scores: Floats


@cache
def people(seed: int) -> People:
    """Let persons take the placement on a bank of known parameters."""
    rng = np.random.default_rng((11, seed))
    operational = items(rng, 60)
    pool = Pool.tabulate(operational)
    fitted = fit_design(design(("m0",), RateOfReturn(maximum=30)), pool)
    theta = rng.normal(size=PERSONS)
    section = section_of(fitted, fitted.modules[0], pool)
    answers = right_answers(pool, theta, rng.random((PERSONS, len(pool))))
    standing = sit(fitted, section, answers, rng).standing
    coarse = np.stack([np.interp(NODES, pool.nodes, own) for own in standing.posterior])
    scores = np.where(standing.given, answers, np.nan)
    return People(theta, coarse / coarse.sum(axis=1, keepdims=True), operational, scores)


@dataclass
class Trial:
    """The questions on trial, and what is known of them so far."""

    level: Floats
    counts: Integers = field(init=False)
    logs: Floats = field(init=False)
    information: Floats = field(init=False)

    def __post_init__(self) -> None:
        self.counts = np.zeros(self.level.size, dtype=np.int64)
        away = (B - self.level[:, None]) / 0.88
        self.logs = -(((LOG_A - 0.15) / 0.35) ** 2 + away**2) / 2
        self.information = np.tile(np.diag([1 / 0.42**2, 1 / 0.88**2]), (self.level.size, 1, 1))
        self.look()

    def look(self) -> None:
        """Bring the beliefs up to date."""
        shares = np.exp(self.logs - self.logs.max(axis=1, keepdims=True))
        self.shares = shares / shares.sum(axis=1, keepdims=True)
        self.log_a, self.b = self.shares @ LOG_A, self.shares @ B

    def answer(self, j: int, own: Floats, *, right: bool) -> None:
        """Take an answer to question j by a person of this posterior, (Q,)."""
        chance = GRID @ own
        self.logs[j] += np.log(chance if right else 1 - chance)
        self.information[j] += information(self, own)[j]
        self.counts[j] += 1


def information(trial: Trial, own: Floats) -> Floats:
    """Return the information on (a, b) of an answer, averaged over the posterior, (J, 2, 2)."""
    a = np.exp(trial.log_a)
    right = chances(a, trial.b)
    variance, away = right * (1 - right), NODES - trial.b[:, None]
    cross = -a * ((variance * away) @ own)
    rows = np.array([[(variance * away**2) @ own, cross], [cross, a**2 * (variance @ own)]])
    return rows.transpose(2, 0, 1)


def on_trial(rng: np.random.Generator) -> tuple[Floats, Floats, Floats]:
    """Return a, b and the authors' levels of new questions."""
    a, b = rng.lognormal(0.2, 0.35, ON_TRIAL), rng.normal(0, 1.1, ON_TRIAL)
    return a, b, 0.66 * (0.6 * b / 1.1 + 0.8 * rng.normal(size=ON_TRIAL))


Rule = Callable[[Trial, Floats, list[int], np.random.Generator], int]


def by_lot(_: Trial, __: Floats, free: list[int], rng: np.random.Generator) -> int:
    return int(rng.choice(free))


def by_need(trial: Trial, own: Floats, free: list[int], rng: np.random.Generator) -> int:
    return _windowed(trial, own, free, rng, 99.0)


def within(window: float, *, counted: bool = True) -> Rule:
    """Return the rule of `placement.pilots`, or by lot alone within the window."""
    return lambda trial, own, free, rng: _windowed(trial, own, free, rng, window, counted=counted)


def d_optimal(trial: Trial, own: Floats, free: list[int], _: np.random.Generator) -> int:
    before = trial.information[free]
    after = before + information(trial, own)[free]
    gain = np.linalg.slogdet(after)[1] - np.linalg.slogdet(before)[1]
    return free[int(gain.argmax())]


def _windowed(
    trial: Trial,
    own: Floats,
    free: list[int],
    rng: np.random.Generator,
    window: float,
    *,
    counted: bool = True,
) -> int:
    counts = trial.counts if counted else np.zeros_like(trial.counts)
    pilots = [Pilot(str(j), float(trial.b[j]), int(counts[j])) for j in free]
    return int(assign_pilot(own, NODES, pilots, rng, window=window) or 0)


RULES: dict[str, Rule] = {
    "by lot": by_lot,
    "fewest answers first": by_need,
    "by lot within 1.0 logit": within(1.0, counted=False),
    "fewest answers first within 1.0": within(1.0),
    "fewest answers first within 1.5 (shipped)": within(1.5),
    "D-optimal": d_optimal,
}


def run(rule: Rule, seed: int) -> Floats:
    """Return the figures at each check, (3, 8)."""
    sat = people(seed)
    rng = np.random.default_rng((12, seed))
    a, b, level = on_trial(rng)
    trial = Trial(level)
    found, asked = [], []
    for n, (ability, own) in enumerate(zip(sat.theta, sat.posteriors, strict=True), 1):
        had: list[int] = []
        for _ in range(EACH):
            free = [j for j in range(ON_TRIAL) if j not in had]
            j = rule(trial, own, free, rng)
            chance = 1 / (1 + np.exp(-a[j] * (ability - b[j])))
            trial.answer(j, own, right=bool(rng.random() < chance))
            had.append(j)
            asked.append(abs(chance - 0.5))
        if n % BATCH == 0:
            trial.look()
        if n in CHECKS:
            found.append(figures(trial, np.log(a), b, asked))
    return np.array(found)


def figures(trial: Trial, log_a: Floats, b: Floats, asked: list[float]) -> list[float]:
    """Return mean square errors of b, log a, curve; coverages; fewest, most answers; |P - ½|."""
    errors = (trial.b - b) ** 2, (trial.log_a - log_a) ** 2
    curve = ((trial.shares @ GRID - chances(np.exp(log_a), b)) ** 2) @ NORMAL
    spreads = trial.shares @ B**2 - trial.b**2, trial.shares @ LOG_A**2 - trial.log_a**2
    covered = [float((e < 1.96**2 * s).mean()) for e, s in zip(errors, spreads, strict=True)]
    means = [float(e.mean()) for e in (*errors, curve)]
    ends = [float(trial.counts.min()), float(trial.counts.max())]
    return [*means, *covered, *ends, float(np.mean(asked))]


def fixed_item(seed: int) -> list[float]:
    """Return mean square errors of b and log a, coverage of b, and the population found."""
    sat, rng = people(seed), np.random.default_rng((12, seed))
    a, b, level = on_trial(rng)
    chance = 1 / (1 + np.exp(-a * (sat.theta[:, None] - b)))
    scores = (rng.random(chance.shape) < chance).astype(np.float64)
    hidden = np.argsort(rng.random(chance.shape), axis=1)[:, EACH:]
    np.put_along_axis(scores, hidden, np.nan, axis=1)
    names = [f"p{j}" for j in range(ON_TRIAL)]
    everything = [item.item for item in sat.operational] + names
    data = Responses.from_matrix(np.hstack([sat.scores, scores]), items=everything)
    priors = author_priors(dict(zip(names, level.tolist(), strict=True)))
    found = fit(data, priors=priors, fixed=sat.operational)
    rows = []
    for item in found.items:
        if item.item in names:
            j = names.index(item.item)
            away = item["b"] - b[j]
            rows.append([away**2, (np.log(item["a"] / a[j])) ** 2, abs(away) < 1.96 * item.se["b"]])
    return [*np.mean(rows, axis=0).tolist(), found.groups[0].mean, found.groups[0].sd]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--replications", type=int, default=40)
    parser.add_argument("--fixed-item", action="store_true")
    given = parser.parse_args()
    if given.fixed_item:
        mean = np.mean([fixed_item(seed) for seed in range(given.replications)], axis=0)
        print(f"RMSE b {mean[0] ** 0.5:.3f}, log a {mean[1] ** 0.5:.3f}; covers b {mean[2]:.3f}")
        print(f"population: mean {mean[3]:.3f}, sd {mean[4]:.3f}")
        return
    print("| rule | persons | RMSE b | RMSE log a | RMSE curve | covers b / log a ", end="")
    print("| answers a question | mean abs(P - 0.5) |\n|---|---|---|---|---|---|---|---|")
    for name, rule in RULES.items():
        rows = np.array([run(rule, seed) for seed in range(given.replications)])
        error = rows[:, :, 2].std(axis=0, ddof=1) / given.replications**0.5
        for check, m, e in zip(CHECKS, rows.mean(axis=0), error, strict=True):
            root = m[:3] ** 0.5
            print(
                f"| {name} | {check} | {root[0]:.3f} | {root[1]:.3f} | {root[2]:.4f} "
                f"± {e / 2 / root[2]:.4f} | {m[3]:.3f} / {m[4]:.3f} | {m[5]:.0f} to {m[6]:.0f} "
                f"| {m[7]:.2f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
