"""The models a calibration can fit, by the names the field uses."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import Literal, assert_never

from calibration.dichotomous import Logistic
from calibration.families import Family
from calibration.polytomous import Graded, Nominal, PartialCredit


class Model(Enum):
    """Rasch and PCM have slope 1 and leave the spread of ability free; 1PL shares one slope."""

    RASCH = "Rasch"
    ONE_PL = "1PL"
    TWO_PL = "2PL"
    THREE_PL = "3PL"
    FOUR_PL = "4PL"
    GRM = "GRM"
    PCM = "PCM"
    GPCM = "GPCM"
    NRM = "NRM"


NAMED: Mapping[str, Model] = MappingProxyType(
    {
        "rasch": Model.RASCH,
        "1pl": Model.ONE_PL,
        "2pl": Model.TWO_PL,
        "3pl": Model.THREE_PL,
        "4pl": Model.FOUR_PL,
        "grm": Model.GRM,
        "pcm": Model.PCM,
        "gpcm": Model.GPCM,
        "nrm": Model.NRM,
    }
)
"""Models by the names that people write, in lower case."""


@dataclass(frozen=True, slots=True)
class Form:
    """How a model is estimated: its family, and whether its slope is free, fixed at 1 or shared."""

    family: Family
    slope: Literal["free", "fixed", "shared"] = "free"
    polytomous: bool = False


def form_of(model: Model) -> Form:  # noqa: PLR0911 - one line a model
    """Return how `model` is estimated."""
    match model:
        case Model.RASCH:
            return Form(Logistic(), "fixed")
        case Model.ONE_PL:
            return Form(Logistic(), "shared")
        case Model.TWO_PL:
            return Form(Logistic())
        case Model.THREE_PL:
            return Form(Logistic(lower=True))
        case Model.FOUR_PL:
            return Form(Logistic(lower=True, upper=True))
        case Model.GRM:
            return Form(Graded(), polytomous=True)
        case Model.PCM:
            return Form(PartialCredit(), "fixed", polytomous=True)
        case Model.GPCM:
            return Form(PartialCredit(), polytomous=True)
        case Model.NRM:
            return Form(Nominal(), polytomous=True)
        case _:
            assert_never(model)
