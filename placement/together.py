"""Where N examinees stand in several correlated modules, and which of the modules have finished."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from placement.arrays import Booleans, Floats, Integers
from placement.conduct import GOES_ON, REASONS, discordant, section_of, stop_codes
from placement.design import Design
from placement.joint import Cavities, JointLaw, joint_law
from placement.outcomes import StopReason
from placement.pool import Pool
from placement.priors import NormalPrior
from placement.standing import Section, Standing

LONGEST, EMPTY = (REASONS.index(r) for r in (StopReason.LENGTH, StopReason.POOL_EXHAUSTED))


@dataclass(frozen=True, slots=True, eq=False)
class Together:
    """The sections of a design whose abilities are jointly normal: `mean`, `covariance` (D, D).

    `law` is that joint prior on the pool's nodes. `extra`: questions that a module may add while
    its own answers contradict the whole.
    """

    sections: tuple[Section, ...]
    mean: float
    covariance: Floats
    law: JointLaw
    extra: int

    @classmethod
    def of(cls, design: Design, pool: Pool) -> Self | None:
        """Join a design to its pool; None where its modules have nothing to say to one another."""
        correlation = design.correlation
        prior = design.prior
        if not isinstance(prior, NormalPrior) or (correlation == np.eye(len(correlation))).all():
            return None
        sections = tuple(section_of(design, module, pool) for module in design.modules)
        law = joint_law(correlation, prior.mean, prior.sd, pool.nodes)
        covariance = prior.sd**2 * correlation
        return cls(sections, prior.mean, covariance, law, design.dependence.extra)

    def standings(
        self,
        given: Sequence[Booleans],
        sums: Floats,
        closed: Sequence[Booleans | None] | None = None,
    ) -> tuple[Standing, ...]:
        """Return each module's standing from `given`, (N, J) a module, and `sums` (D, N, Q).

        `sums` are log likelihoods; `closed` as in `Standing`, one a module.
        """
        cavities = self.law.cavities(sums)
        parts = enumerate(zip(given, sums, closed or [None] * len(given), strict=True))
        return tuple(
            self.standing(number, asked, some, cavities, shut)
            for number, (asked, some, shut) in parts
        )

    def standing(
        self,
        number: int,
        given: Booleans,
        sums: Floats,
        cavities: Cavities,
        closed: Booleans | None = None,
    ) -> Standing:
        """Return the standing in one module from its answers, (N, J) and (N, Q), and cavities."""
        section = self.sections[number]
        return Standing.of(section, given, sums, cavities.masses(number), closed=closed)


@dataclass(frozen=True, slots=True, eq=False)
class Endings:
    """How far N examinees are with one module's end.

    `first` (N,) is the number of answers at which its rule first said enough, -1 before that;
    `codes` (N,) the reason it gave, and once `done` (N,) the reason of the end.
    """

    first: Integers
    codes: Integers
    done: Booleans

    @classmethod
    def open(cls, size: int) -> Self:
        """Return the endings of `size` examinees whose module goes on."""
        nobody = np.full(size, -1, dtype=np.int64)
        return cls(nobody, np.full(size, GOES_ON, dtype=np.int64), np.zeros(size, dtype=np.bool_))

    def chosen(self, rows: Integers) -> Self:
        """Return the endings of some examinees."""
        return type(self)(self.first[rows], self.codes[rows], self.done[rows])

    def put(self, rows: Integers, some: Self) -> None:
        """Write the endings of some examinees into their rows."""
        self.first[rows], self.codes[rows], self.done[rows] = some.first, some.codes, some.done

    def after(self, now: Integers, n: Integers, contradicted: Booleans, extra: int) -> Self:
        """Return the endings once stop codes `now` (N,) are known, after `n` (N,) answers.

        A module that has had enough ends at once, unless its own answers propose another track
        than all answers do: then it goes on until they agree, for `extra` questions at most and
        never beyond its limits. What is done stays done.
        """
        fresh = (self.first < 0) & (now != GOES_ON)
        first = np.where(fresh, n, self.first)
        limit = at_limit(now)
        agreed = limit | ~contradicted | (n >= first + extra)
        codes = np.where(fresh | (limit & ~self.done), now, self.codes)
        return type(self)(first, codes, self.done | ((first >= 0) & agreed))


def at_limit(codes: Integers) -> Booleans:
    """Return which stop codes, (N,), say that no more can be asked, whatever is known."""
    return np.asarray((codes == LONGEST) | (codes == EMPTY))


def ended(design: Design, together: Together, standing: Standing, so_far: Endings) -> Endings:
    """Return one module's endings after the answers in `standing`."""
    open_ = ~so_far.done
    now = codes_when_due(design, standing, open_)
    contradicted = np.zeros(standing.n.size, dtype=np.bool_)
    left = standing.n < standing.most(design.stopping.maximum)
    near = open_ & left & ((so_far.first >= 0) | (now != GOES_ON))
    if together.extra and near.any():
        contradicted[near] = discordant(design, standing.only(near))
    return so_far.after(now, standing.n, contradicted, together.extra)


def end_of(design: Design, together: Together, history: Standing) -> tuple[int, int]:
    """Return one person's stop code and the row of `history` where the module ended.

    `history` has a row for each prefix of the answers after which the module may end, in their
    order; `GOES_ON` and -1 if none ends it.
    """
    now = stop_codes(design, history)
    stopped = np.flatnonzero(now != GOES_ON)
    if not stopped.size:
        return GOES_ON, -1
    tail = np.zeros(history.n.size, dtype=np.bool_)
    tail[stopped[0] :] = True
    later, first = history.only(tail), history.n[stopped[0]]
    limit = at_limit(now[tail])
    most = min(first + together.extra, len(history.section.pool))
    agreed = limit | ~discordant(design, later) | (later.n >= most)
    if not agreed.any():
        return GOES_ON, -1
    row = int(agreed.argmax())
    code = now[tail][row] if limit[row] else now[stopped[0]]
    return int(code), int(stopped[0]) + row


def codes_when_due(design: Design, standing: Standing, among: Booleans) -> Integers:
    """Return stop codes (N,), asking the rule only where the module may end."""
    fewest = standing.most(design.stopping.minimum)
    due = among & (standing.n >= fewest)
    codes = np.full(standing.n.size, GOES_ON, dtype=np.int64)
    if due.any():
        codes[due] = stop_codes(design, standing.only(due))
    return codes
