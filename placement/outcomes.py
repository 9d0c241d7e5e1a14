"""What the engine answers: another question, or the placements."""

from dataclasses import dataclass
from enum import StrEnum


class StopReason(StrEnum):
    """Why no more is asked in a module."""

    RATE_OF_RETURN = "rate_of_return"
    LENGTH = "length"
    POOL_EXHAUSTED = "pool_exhausted"
    STANDARD_ERROR = "standard_error"
    MINIMUM_INFORMATION = "minimum_information"
    SEQUENTIAL_RATIO = "sequential_ratio"
    GENERALIZED_RATIO = "generalized_ratio"
    CONFIDENCE_INTERVAL = "confidence_interval"
    POSTERIOR_PROBABILITY = "posterior_probability"
    POSTERIOR_LOSS = "posterior_loss"
    CURTAILMENT = "curtailment"
    COMBINATION = "combination"


@dataclass(frozen=True, slots=True)
class ModulePosterior:
    """What the answers to one module say so far.

    `track` is the one of least expected loss; `probabilities` and `expected_losses` (hours) follow
    the design's order of tracks; `theta` and `se` are in logits; `interval` is the central 80 % of
    the posterior.
    """

    module: str
    track: str
    probabilities: tuple[float, ...]
    expected_losses: tuple[float, ...]
    theta: float
    se: float
    interval: tuple[float, float]
    n_items: int


@dataclass(frozen=True, slots=True)
class ModulePlacement(ModulePosterior):
    """A finished module: why it ended, and whether a person should look at the proposal.

    `own_track` and `own_probabilities` follow from this module's answers alone; `discordant` where
    that track is another than the one proposed from the answers to all modules.
    """

    reason: StopReason
    near_boundary: bool
    own_track: str
    own_probabilities: tuple[float, ...]
    discordant: bool


@dataclass(frozen=True, slots=True)
class Administer:
    """The next question.

    `module_number` counts from 1 in the design's order; `remaining` is a range for the number of
    further questions in this module, this one included; `posteriors` has one entry a module.
    """

    item: str
    module: str
    module_number: int
    n_answered: int
    remaining: tuple[int, int]
    posteriors: tuple[ModulePosterior, ...]


@dataclass(frozen=True, slots=True)
class Finish:
    """The end: one placement a module in the design's order, and the reason of the last to end."""

    placements: tuple[ModulePlacement, ...]
    reason: StopReason
