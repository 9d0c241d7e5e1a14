"""The designs that come with Spor, by name, each for any modules."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from placement.certification import PassMark
from placement.criteria_cuts import UncertainCutInformation
from placement.dependence import Equal
from placement.design import Design, ModuleDesign, default_design
from placement.exposure import Randomesque
from placement.guards import CertifiedDirect
from placement.order import Interleaved
from placement.selectors import TrackInformation
from placement.stopping import FixedLength
from placement.stopping_classification import GeneralizedRatio, SequentialRatio
from placement.stopping_measurement import StandardError
from placement.stopping_posterior import Curtailment

EVERY = "*"
"""The code that stands for every module of the pool that the design does not name."""


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """What a built-in design is for, and how it differs from `placement`."""

    purpose: str
    changed: Callable[[Design], Design] = lambda design: design


BUILT_IN: Mapping[str, BuiltIn] = {
    "placement": BuiltIn(
        "four tracks, as short as the loss of a wrong track allows: the default",
    ),
    "placement-guarded": BuiltIn(
        "the same, and straight to certification only with a chance of passing of 0.80",
        lambda design: replace(design, guard=CertifiedDirect(PassMark())),
    ),
    "placement-joint": BuiltIn(
        "the same for several modules at once, each answer also telling about the others",
        lambda design: replace(design, dependence=Equal(), order=Interleaved()),
    ),
    "classification-sprt": BuiltIn(
        "likelihood-ratio tests at every cut, questions aimed at the most uncertain cut",
        lambda design: replace(
            design,
            selector=UncertainCutInformation(),
            stopping=SequentialRatio(minimum=4, maximum=30),
        ),
    ),
    "classification-glr": BuiltIn(
        "generalised likelihood ratios at every cut",
        lambda design: replace(
            design,
            selector=UncertainCutInformation(),
            stopping=GeneralizedRatio(minimum=4, maximum=30),
        ),
    ),
    "curtailment": BuiltIn(
        "stop when more questions would hardly change the track",
        lambda design: replace(
            design, selector=TrackInformation(), stopping=Curtailment(minimum=4, maximum=30)
        ),
    ),
    "fixed-length-20": BuiltIn(
        "twenty questions for everyone, for comparison",
        lambda design: replace(design, stopping=FixedLength(20)),
    ),
    "precision-se30": BuiltIn(
        "an estimate of ability with a standard error of 0.30, not a track",
        lambda design: replace(
            design,
            exposure=Randomesque(),
            stopping=StandardError(se=0.30, minimum=4, maximum=30),
        ),
    ),
}


def built_in(name: str) -> Design:
    """Return a built-in design for any modules; KeyError when there is none of that name."""
    plain = default_design((EVERY,))
    return replace(BUILT_IN[name].changed(plain), name=name)


def for_modules(design: Design, modules: Sequence[str]) -> Design:
    """Return the design with `*` replaced by those of `modules` that it does not name.

    A design whose `*` has nothing left to stand for loses it; `DesignError` when no module is left.
    """
    named = {module.module for module in design.modules}
    rest = [code for code in modules if code not in named]
    spread: list[ModuleDesign] = []
    for module in design.modules:
        every = module.module == EVERY
        spread += [replace(module, module=code) for code in rest] if every else [module]
    return replace(design, modules=tuple(spread))
