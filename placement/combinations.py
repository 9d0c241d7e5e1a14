"""Stopping rules made of others, and which of them it was."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from placement.arrays import Booleans
from placement.limits import Limits, fault_unless
from placement.outcomes import StopReason
from placement.plans import ModulePlan
from placement.standing import Standing
from placement.strategies import Stopping


@dataclass(frozen=True, slots=True, kw_only=True)
class _Combination(Limits):
    """Several rules; each part also keeps to its own minimum, and at its own maximum it is met."""

    rules: tuple[Stopping, ...]

    def faults(self) -> list[str]:
        some = len(self.rules) > 0
        return [*Limits.faults(self), *fault_unless(some, "a combination needs a rule")]

    def fitted(self, plans: Sequence[ModulePlan]) -> Self:
        parts = tuple(rule.fitted(plans) for rule in self.rules)
        return replace(self, rules=parts, plans=tuple(plans))

    def met(self, standing: Standing) -> Booleans:
        """Return which rules say enough, (R, N)."""
        n = standing.n
        verdicts = [
            (n >= rule.maximum) | ((n >= rule.minimum) & rule(standing)) for rule in self.rules
        ]
        return np.array(verdicts)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnyOf(_Combination):
    """Stop when one of the rules says enough; the reason told is the first such rule's."""

    @property
    def reason(self) -> StopReason:
        return StopReason.COMBINATION

    def __call__(self, standing: Standing) -> Booleans:
        return np.asarray(self.met(standing).any(axis=0))

    def reasons(self, standing: Standing) -> tuple[StopReason, ...]:
        """Return the reason that each examinee, N, would be told if stopped now."""
        first = self.met(standing).argmax(axis=0)
        told = [reasons_of(rule, standing) for rule in self.rules]
        return tuple(told[rule][row] for row, rule in enumerate(first))


@dataclass(frozen=True, slots=True, kw_only=True)
class AllOf(_Combination):
    """Stop when every rule says enough; the reason told is the last rule's of the list."""

    @property
    def reason(self) -> StopReason:
        return self.rules[-1].reason

    def __call__(self, standing: Standing) -> Booleans:
        return np.asarray(self.met(standing).all(axis=0))


def reasons_of(rule: Stopping, standing: Standing) -> tuple[StopReason, ...]:
    """Return the reason that each examinee is told when `rule` stops them."""
    if isinstance(rule, AnyOf):
        return rule.reasons(standing)
    return (rule.reason,) * standing.n.size
