"""The kinds of choice a design makes, as Protocols: each is a frozen value that can be called.

All of them see N examinees at once, one a row, so that a person's next question and a simulation
of ten thousand run through the same lines.
"""

from collections.abc import Sequence
from typing import Protocol, Self

from placement.arrays import Booleans, Floats, Integers
from placement.draws import Draws
from placement.outcomes import StopReason
from placement.plans import ModulePlan
from placement.standing import Standing
from placement.stopping import RateOfReturn


class Prior(Protocol):
    """What is believed of ability before the first answer."""

    def __call__(self, nodes: Floats) -> Floats:
        """Return the mass (Q,) at each node, summing to 1."""


class Estimator(Protocol):
    """How ability is estimated."""

    def __call__(self, standing: Standing) -> tuple[Floats, Floats]:
        """Return ability (N,) and its standard error (N,), in logits."""


class Selector(Protocol):
    """How much an item is worth."""

    def __call__(self, standing: Standing) -> Floats:
        """Return how much each item is worth to each examinee, (N, J), never negative."""


class Content(Protocol):
    """What the blueprint lets through."""

    def __call__(self, standing: Standing, values: Floats) -> Floats:
        """Return the values (N, J) that the blueprint leaves; -inf where it forbids an item."""


class Exposure(Protocol):
    """Which of the good items is asked, so that none is asked of everybody."""

    def __call__(self, values: Floats, n: Integers, draws: Draws) -> Integers:
        """Return the item chosen (N,) by values (N, J), -inf or from 0; n answers (N,); chance."""


class Certification(Protocol):
    """Who passes the certifying test."""

    def __call__(self, distance: Floats) -> Floats:
        """Return the chance of passing at logits from a module's highest cut, of its shape."""


class Guard(Protocol):
    """Which track is proposed."""

    def __call__(self, standing: Standing, losses: Floats) -> Integers:
        """Return the track proposed to each examinee, (N,), by expected losses (N, T)."""


class Stopping(Protocol):
    """When a module has been asked about enough: between `minimum` and `maximum` questions."""

    @property
    def minimum(self) -> int: ...

    @property
    def maximum(self) -> int: ...

    @property
    def reason(self) -> StopReason: ...

    @property
    def plans(self) -> tuple[ModulePlan, ...]: ...

    def __call__(self, standing: Standing) -> Booleans:
        """Return whether enough has been asked of each examinee, (N,), limits apart."""

    def fitted(self, plans: Sequence[ModulePlan]) -> Self:
        """Return the rule that knows what the pilot measured."""


class Dependence(Protocol):
    """What ability in one module says of ability in another."""

    @property
    def extra(self) -> int:
        """How many further questions a discordant module may get."""

    def __call__(self, size: int) -> Floats:
        """Return the correlations of the abilities in `size` modules, (D, D)."""

    def fits(self, size: int) -> bool:
        """Return whether that is a correlation matrix of this many modules."""


class Order(Protocol):
    """Which module comes next."""

    @property
    def reopens(self) -> bool:
        """Whether a module that has had enough goes on when others' answers make it worth while."""

    def __call__(
        self, rule: RateOfReturn, standings: Sequence[Standing], going: Booleans
    ) -> Integers:
        """Return the module (N,) of each next question, of those still `going` (N, D)."""
