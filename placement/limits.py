"""What every stopping rule with a range of lengths has in common."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from placement.arrays import Floats
from placement.errors import refuse
from placement.plans import ModulePlan
from placement.standing import Section
from placement.stopping import unfitted_precision


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """At least `minimum` and at most `maximum` questions; `plans` from a pilot, one a module."""

    minimum: int = 5
    maximum: int = 25
    plans: tuple[ModulePlan, ...] = ()

    def __post_init__(self) -> None:
        refuse(self.faults())

    def faults(self) -> list[str]:
        """Return what is wrong with the rule; a rule with more fields adds its own."""
        usable = 1 <= self.minimum <= self.maximum
        text = f"stopping: minimum {self.minimum} and maximum {self.maximum} are no range"
        return [] if usable else [text]

    def fitted(self, plans: Sequence[ModulePlan]) -> Self:
        """Return the rule that knows what the pilot measured."""
        return replace(self, plans=tuple(plans))

    def precision(self, section: Section) -> Floats:
        """Return λ(0 … longest test): from the plan, without one from the items' information."""
        longest = min(self.maximum, len(section.pool))
        for plan in self.plans:
            if plan.module == section.module:
                return np.array(plan.precision[: longest + 1])
        return unfitted_precision(section)[: longest + 1]


def fault_unless(holds: bool, text: str) -> list[str]:
    """Return the fault `text` of a stopping rule where the claim does not hold."""
    return [] if holds else [f"stopping: {text}"]
