"""Simulation: a design given to thousands of examinees of known ability.

Responses come from the pool's tables, or from another pool of the same items (`truth`), as when a
design that only knows the author's levels meets questions that are what they are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np

from placement.arrays import Booleans, Floats, Integers
from placement.conduct import section_of
from placement.design import Design
from placement.lockstep import right_answers, sit, sit_together
from placement.pool import Pool
from placement.sampling import ModuleSample, sample_of
from placement.together import Together

CELLS = 75_000
FEWEST, MOST = 64, 1000
"""Examinees sit in groups whose tables, (N, J), stay in the processor's cache."""


@dataclass(frozen=True, slots=True, eq=False)
class SimulationResult:
    """What N examinees got in each module, and its summary over all (examinee, module) pairs."""

    modules: tuple[ModuleSample, ...]

    @property
    def n_examinees(self) -> int:
        """Number of examinees, N."""
        return self.modules[0].theta.size

    @property
    def decision_accuracy(self) -> float:
        """Share placed in the track that their true ability belongs to."""
        return self._mean([m.placed == m.belongs for m in self.modules])

    @property
    def claimed_accuracy(self) -> float:
        """Mean posterior probability of the track proposed: what the engine says of itself."""
        return self._mean([m.claimed for m in self.modules])

    @property
    def all_right(self) -> float:
        """Share of examinees whose every module is placed right."""
        right = np.stack([m.placed == m.belongs for m in self.modules], axis=1)
        return float(right.all(axis=1).mean())

    @property
    def discordant(self) -> float:
        """Share of placements where the module's own answers alone propose another track."""
        return self._mean([m.discordant for m in self.modules])

    @property
    def discordant_accuracy(self) -> float:
        """Accuracy of these placements; NaN when there are none."""
        return self.accuracy_among(np.stack([m.discordant for m in self.modules], axis=1))

    def accuracy_among(self, chosen: Booleans) -> float:
        """Return the accuracy of chosen (examinee, module) pairs, (N, D); NaN when none is."""
        right = np.stack([m.placed == m.belongs for m in self.modules], axis=1)
        return float(right[chosen].mean()) if chosen.any() else float("nan")

    @property
    def adjacent_accuracy(self) -> float:
        """Share placed in the right track or a neighbour of it."""
        return self._mean([abs(m.placed - m.belongs) <= 1 for m in self.modules])

    @property
    def expected_loss(self) -> float:
        """Mean cost, hours, of the track proposed for a person of this true ability."""
        return self._mean([m.cost for m in self.modules])

    @property
    def confusion(self) -> Integers:
        """Number of (examinee, module) pairs by track belonged in (rows) and placed in, (T, T)."""
        return np.asarray(sum(m.confusion for m in self.modules), dtype=np.int64)

    @property
    def lengths(self) -> Integers:
        """Number of questions each examinee answered in the whole sitting, (N,)."""
        return np.asarray(sum(m.lengths for m in self.modules), dtype=np.int64)

    @property
    def mean_length(self) -> float:
        """Mean number of questions in the whole sitting."""
        return float(self.lengths.mean())

    @property
    def p95_length(self) -> float:
        """95th percentile of the number of questions in the whole sitting."""
        return float(np.quantile(self.lengths, 0.95))

    @property
    def bias(self) -> float:
        """Mean of estimate - true ability, logits, where there is an estimate."""
        return float(np.mean(self._errors())) if self.unbounded < 1 else float("nan")

    @property
    def rmse(self) -> float:
        """Root mean square of estimate - true ability, logits, where there is an estimate."""
        return sqrt(np.mean(self._errors() ** 2)) if self.unbounded < 1 else float("nan")

    @property
    def unbounded(self) -> float:
        """Share of (examinee, module) pairs without a finite estimate, as ML has of all right."""
        return self._mean([np.isnan(m.estimate) for m in self.modules])

    @property
    def coverage(self) -> float:
        """Share of true abilities inside the 80 % interval that is shown."""
        return self._mean([m.covered for m in self.modules])

    @property
    def near_boundary(self) -> float:
        """Share of placements that a person should look at."""
        return self._mean([m.near_boundary for m in self.modules])

    @property
    def exposure_max(self) -> float:
        """Greatest share of examinees who saw one item."""
        return max(float(m.exposure.max(initial=0)) for m in self.modules)

    @property
    def overlap(self) -> float:
        """Mean share of a module's questions that two examinees have in common."""
        return float(np.mean([m.overlap for m in self.modules]))

    def _errors(self) -> Floats:
        """Return estimate - true ability of all who have an estimate."""
        errors = np.concatenate([m.estimate - m.theta for m in self.modules])
        return np.asarray(errors[~np.isnan(errors)])

    @staticmethod
    def _mean(columns: Sequence[Floats | Integers | Booleans]) -> float:
        return float(np.mean(np.concatenate(columns)))


def simulate(
    design: Design,
    pool: Pool,
    theta: Floats,
    *,
    seed: int,
    truth: Pool | None = None,
) -> SimulationResult:
    """Give `design` on `pool` to examinees of ability `theta`, (N,) or (N, modules), in logits.

    `truth` holds the same items in the same order as `pool`, with the tables that answers are drawn
    from; left out, the pool's own. Same arguments, same result.
    """
    generator = np.random.default_rng(seed)
    abilities = np.asarray(theta, dtype=np.float64)
    columns = np.broadcast_to(
        abilities.reshape(len(abilities), -1), (len(abilities), len(design.modules))
    )
    pools = (pool, truth or pool)
    together = Together.of(design, pool)
    if together:
        return SimulationResult(_modules(design, together, pools, columns, generator))
    return SimulationResult(
        tuple(
            _module(design, number, pools, columns[:, number], generator)
            for number in range(len(design.modules))
        )
    )


def _modules(
    design: Design,
    together: Together,
    pools: tuple[Pool, Pool],
    theta: Floats,
    generator: np.random.Generator,
) -> tuple[ModuleSample, ...]:
    """Return every module's sample where modules inform one another."""
    real = [pools[1].of_module(section.module) for section in together.sections]
    parts = []
    chunk = _chunk(max(len(section.pool) for section in together.sections))
    for start in range(0, len(theta), chunk):
        some = theta[start : start + chunk]
        answers = [
            right_answers(part, column, generator.random((column.size, len(part))))
            for part, column in zip(real, some.T, strict=True)
        ]
        sittings = sit_together(design, together, answers, generator)
        pairs = zip(some.T, sittings, strict=True)
        parts.append([sample_of(design, column, sitting) for column, sitting in pairs])
    return tuple(ModuleSample.joined(samples) for samples in zip(*parts, strict=True))


def _module(
    design: Design,
    number: int,
    pools: tuple[Pool, Pool],
    theta: Floats,
    generator: np.random.Generator,
) -> ModuleSample:
    section = section_of(design, design.modules[number], pools[0])
    real = pools[1].of_module(section.module)
    parts = []
    chunk = _chunk(len(section.pool))
    for start in range(0, theta.size, chunk):
        some = theta[start : start + chunk]
        answers = right_answers(real, some, generator.random((some.size, len(real))))
        parts.append(sample_of(design, some, sit(design, section, answers, generator)))
    return ModuleSample.joined(parts)


def _chunk(items: int) -> int:
    """Return how many examinees sit together in a pool of this many items."""
    return min(max(CELLS // max(items, 1), FEWEST), MOST)
