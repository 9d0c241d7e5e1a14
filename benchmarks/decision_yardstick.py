"""Five modules to the end, measured by separate tests of fixed length: how hard the pools were.

Pools of one law differ, and with them the length of *any* test that reaches an accuracy. Tests of
fixed length cost little to simulate, so that many other banks tell what they take of the law; on
the pools at hand they are a control variate (Owen 2013, section 8.9) of the length in question.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from benchmarks.decision_modules import BEST, ITEMS, MODULES, RHO, WANTED
from benchmarks.decision_study import abilities, bank, correlated, design, row, table
from placement.arrays import Floats
from placement.dependence import Equal, Independent
from placement.design import Design
from placement.order import Blocks, InterleavedToTheEnd
from placement.planning import fit_design
from placement.pool import Pool
from placement.simulation import simulate
from placement.stopping import FixedLength, RateOfReturn

COSTS = (0.0060, 0.0042, 0.0029)
LENGTHS = (12, 13, 14, 16, 18, 20)
FIRST_POOL, FIRST_BANK = 1000, 5000
SINGLE_BANKS_A_POOL = 3
LOG_FIVE = float(np.log(len(MODULES)))


@dataclass(frozen=True, slots=True)
class _Jackknifed:
    """A log length, and the same without each of the pools, (N,)."""

    value: float
    without: Floats

    @classmethod
    def of(cls, read: Callable[[Floats, float], float], results: Floats, accuracy: float) -> Self:
        without = [
            read(np.delete(results, number, axis=0), accuracy) for number in range(len(results))
        ]
        return cls(read(results, accuracy), np.array(without))

    @property
    def variance(self) -> float:
        return self.covariance(self)

    def covariance(self, other: "_Jackknifed") -> float:
        """Return the covariance with a figure of the same pools."""
        mine, theirs = (one.without - one.without.mean() for one in (self, other))
        return float((mine * theirs).sum() * (mine.size - 1) / mine.size)

    def told(self, digits: int) -> str:
        """Tell the length, not its log, with its standard error."""
        length = np.exp(self.value)
        return f"{length:.{digits}f} ± {length * self.variance**0.5:.{digits}f}"


def yardstick(pools: int, people: int) -> None:
    """Print the length to the end and that of fixed tests, bare and controlled for the pools."""
    to_the_end, fixed = _pools(pools, people)
    singles = _singles(pools * SINGLE_BANKS_A_POOL, people)
    print(
        f"\n### Five modules to the end, by the yardstick of fixed tests\n\n{pools} pools × "
        f"{people} people, costs {COSTS}; separate tests of fixed length on the same pools and on "
        f"{len(singles)} other banks; ± one standard error over pools by jackknife.\n"
    )
    table("accuracy", "to the end", "fixed", "fixed, other banks", "ratio", "controlled", "claims")
    claims = to_the_end[:, :, 0] - to_the_end[:, :, 1]
    told = f"{claims.mean():+.4f} ± {claims.mean(axis=1).std(ddof=1) / pools**0.5:.4f}"
    for accuracy in WANTED:
        row(accuracy, *_row(to_the_end, fixed, singles, accuracy), told)


def _pools(pools: int, people: int) -> tuple[Floats, Floats]:
    """Return claimed and reached accuracy and mean length: (pools, costs, 3), (pools, lengths, 2).

    Of fixed tests the length is given, and only the accuracies are returned.
    """
    correlation = Equal(RHO)(len(MODULES))
    choices = {"dependence": Equal(RHO, 0), "order": InterleavedToTheEnd(), "exposure": BEST}
    ending = design(MODULES, RateOfReturn(COSTS[0], 1, 30), **choices)
    lone = {"dependence": Independent(), "order": Blocks(), "exposure": BEST}
    of_length = design(MODULES, FixedLength(LENGTHS[0]), **lone)
    ends, fixed = [], []
    for number in range(FIRST_POOL, FIRST_POOL + pools):
        theta, pool = correlated(people, number, correlation), bank(ITEMS, number, MODULES)
        fitted = fit_design(ending, pool)
        stops = [replace(fitted.stopping, cost=cost) for cost in COSTS]
        results = [
            simulate(replace(fitted, stopping=stop), pool, theta, seed=number) for stop in stops
        ]
        ends.append([(r.claimed_accuracy, r.decision_accuracy, r.mean_length) for r in results])
        fixed.append(_fixed(fit_design(of_length, pool), pool, theta, number))
    return np.array(ends), np.array(fixed)


def _singles(banks: int, people: int) -> Floats:
    """Return claimed and reached accuracy of tests of fixed length on single banks."""
    plain = design(MODULES[:1], FixedLength(LENGTHS[0]))
    found = []
    for number in range(FIRST_BANK, FIRST_BANK + banks):
        pool = bank(ITEMS, number)
        found.append(_fixed(fit_design(plain, pool), pool, abilities(people, number), number))
    return np.array(found)


def _fixed(plain: Design, pool: Pool, theta: Floats, seed: int) -> list[tuple[float, float]]:
    runs = [replace(plain, stopping=FixedLength(length)) for length in LENGTHS]
    results = [simulate(one, pool, theta, seed=seed) for one in runs]
    return [(result.claimed_accuracy, result.decision_accuracy) for result in results]


def _ended(results: Floats, accuracy: float) -> float:
    """Return the log length at an accuracy, off the parabola through the costs' means."""
    claimed, length = results[:, :, 0].mean(axis=0), results[:, :, 2].mean(axis=0)
    return float(np.polyval(np.polyfit(claimed, np.log(length), 2), accuracy))


def _of_fixed(results: Floats, accuracy: float) -> float:
    """Return the log length of all five at an accuracy, between the lengths' means."""
    return float(np.interp(accuracy, results[:, :, 0].mean(axis=0), np.log(LENGTHS)) + LOG_FIVE)


def _row(ends: Floats, fixed: Floats, singles: Floats, accuracy: float) -> Sequence[str]:
    end, same = _Jackknifed.of(_ended, ends, accuracy), _Jackknifed.of(_of_fixed, fixed, accuracy)
    other = _Jackknifed.of(_of_fixed, singles, accuracy)
    ratio = _Jackknifed(end.value - same.value, end.without - same.without)
    # With the least variance, of all that are right whatever the pools (the other banks are apart).
    share = end.covariance(same) / (same.variance + other.variance)
    kept = _Jackknifed(end.value - share * same.value, end.without - share * same.without)
    error = np.sqrt(kept.variance + share**2 * other.variance)
    controlled = np.exp(kept.value + share * other.value)
    told = f"{controlled:.2f} ± {controlled * error:.2f}"
    return (*(one.told(2) for one in (end, same, other)), ratio.told(4), told)
