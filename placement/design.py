"""A design: how one test is given. A value, stored as JSON with its version."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite
from typing import Self

from placement.arrays import Floats
from placement.content import Blueprint
from placement.dependence import Equal, Independent
from placement.documents import from_plain, to_plain
from placement.errors import DesignError, refuse
from placement.estimators import ExpectedAPosteriori
from placement.exposure import Randomesque
from placement.guards import NoGuard
from placement.kinds import KINDS
from placement.opening import Opening
from placement.order import Blocks
from placement.priors import NormalPrior
from placement.review import Review
from placement.selectors import MaximumInformation
from placement.stopping import RateOfReturn
from placement.strategies import (
    Content,
    Dependence,
    Estimator,
    Exposure,
    Guard,
    Order,
    Prior,
    Selector,
    Stopping,
)
from placement.tracks import Track

RHO = 0.3
CUTS = (-0.75, 0.25, 1.0)
TRACKS = (Track("long", 15.0), Track("medium", 8.0), Track("short", 4.0), Track("direct", 0.0))
# Rows: where a person belongs; columns: where they are placed; both long … direct. Hours, a failed
# certification included: too high a track costs an hour more than its mirror from *short* and
# *direct*, an hour less between *long* and *medium*.
LOSSES = (
    (0.0, 6.0, 11.0, 16.0),
    (7.0, 0.0, 5.0, 9.0),
    (11.0, 4.0, 0.0, 5.0),
    (15.0, 8.0, 4.0, 0.0),
)


@dataclass(frozen=True, slots=True)
class Share:
    """A category's weight in its module's blueprint; weights are relative."""

    category: str
    weight: float

    def __post_init__(self) -> None:
        usable = isfinite(self.weight) and self.weight >= 0
        refuse([] if usable else [f"category {self.category}: weight {self.weight}"])


@dataclass(frozen=True, slots=True)
class ModuleDesign:
    """One module: its code, its blueprint (none = every item alike) and its cut scores (logits)."""

    module: str
    shares: tuple[Share, ...] = ()
    cuts: tuple[float, ...] = CUTS

    def __post_init__(self) -> None:
        names = [share.category for share in self.shares]
        pairs = zip(self.cuts, self.cuts[1:], strict=False)
        claims = (
            (self.module != "", "a module needs a code"),
            (len(set(names)) == len(names), f"module {self.module}: a category comes twice"),
            (
                not self.shares or any(share.weight > 0 for share in self.shares),
                f"module {self.module}: no category has a weight above 0",
            ),
            (all(map(isfinite, self.cuts)), f"module {self.module}: a cut is not finite"),
            (all(low < high for low, high in pairs), f"module {self.module}: cuts do not rise"),
        )
        refuse([fault for holds, fault in claims if not holds])


@dataclass(frozen=True, slots=True)
class Design:
    """How a test is given; each module goes on until its own stop.

    `tracks` run from the least able to the most; `losses[k][d]` is the cost, in hours, of placing
    in track d a person who belongs in track k. `dependence` says what abilities in two modules
    have in common, `order` which module comes next.

    A field that a stored document lacks takes the default given here. So a default never changes:
    what the product uses is said in `default_design`.
    """

    name: str
    version: int
    modules: tuple[ModuleDesign, ...]
    tracks: tuple[Track, ...] = TRACKS
    losses: tuple[tuple[float, ...], ...] = LOSSES
    prior: Prior = field(default_factory=NormalPrior)
    estimator: Estimator = field(default_factory=ExpectedAPosteriori)
    selector: Selector = field(default_factory=MaximumInformation)
    content: Content = field(default_factory=Blueprint)
    exposure: Exposure = field(default_factory=Randomesque)
    stopping: Stopping = field(default_factory=RateOfReturn)
    review: Review = field(default_factory=Review)
    opening: Opening = field(default_factory=Opening)
    guard: Guard = field(default_factory=NoGuard)
    dependence: Dependence = field(default_factory=Independent)
    order: Order = field(default_factory=Blocks)

    def __post_init__(self) -> None:
        refuse([*self._named(), *self._shaped(), *self._correlated()])

    def __hash__(self) -> int:
        # Looked up at every decision: all that a design holds would take long to hash.
        return hash((self.name, self.version))

    @property
    def correlation(self) -> Floats:
        """What is believed of the modules' abilities: their correlations, (D, D)."""
        return self.dependence(len(self.modules))

    def to_json(self) -> str:
        """Return the whole design as a JSON object; `from_json` gives an equal value back."""
        plain = to_plain(self, KINDS)
        return json.dumps(plain, ensure_ascii=False, allow_nan=False, indent=1)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Return the design that `text` holds; `DesignError` names every fault."""
        try:
            document = json.loads(text)
        except ValueError as error:
            raise DesignError([f"not a JSON document: {error}"]) from error
        design = from_plain(cls, document, KINDS)
        assert isinstance(design, cls)
        return design

    def _named(self) -> list[str]:
        codes = [module.module for module in self.modules]
        names = [track.name for track in self.tracks]
        claims = (
            (self.name != "", "name: a design needs a name"),
            (self.version >= 1, f"version: {self.version} is below 1"),
            (bool(codes), "modules: a design needs a module"),
            (len(set(codes)) == len(codes), "modules: a module comes twice"),
            (len(names) >= 2, "tracks: a design needs two tracks or more"),
            (len(set(names)) == len(names), "tracks: a track comes twice"),
        )
        return [fault for holds, fault in claims if not holds]

    def _correlated(self) -> list[str]:
        if not self.dependence.fits(len(self.modules)):
            named = ", ".join(module.module for module in self.modules)
            return [f"dependence: no correlations of {len(self.modules)} modules ({named})"]
        if self.order.reopens and self.dependence.extra:
            return ["order: where modules go on to the end, dependence.extra must be 0"]
        if isinstance(self.dependence, Independent) or isinstance(self.prior, NormalPrior):
            return []
        return ["dependence: it needs a prior of kind normal; with another, take independent"]

    def _shaped(self) -> list[str]:
        size = len(self.tracks)
        square = len(self.losses) == size and all(len(row) == size for row in self.losses)
        faults = [
            f"modules: {module.module} has {len(module.cuts)} cuts for {size} tracks"
            for module in self.modules
            if len(module.cuts) != size - 1
        ]
        if not square:
            return [*faults, f"losses: expected {size} rows of {size} hours"]
        bad = any(not (isfinite(loss) and loss >= 0) for row in self.losses for loss in row)
        diagonal = any(self.losses[k][k] > min(self.losses[k]) for k in range(size))
        faults += ["losses: every loss must be a number from 0"] if bad else []
        return faults + (["losses: the right track must cost least"] if diagonal else [])


def default_design(
    modules: Sequence[str] | Mapping[str, Mapping[str, float]] = ("TB", "RA", "IE"),
    *,
    version: int = 1,
) -> Design:
    """Return the design `placement` for modules by code, with category weights when mapped.

    Modules are believed to correlate by `RHO`, which is low: to believe too much is worse.
    """
    blueprints = modules if isinstance(modules, Mapping) else {code: {} for code in modules}
    return Design(
        "placement",
        version,
        tuple(
            ModuleDesign(code, tuple(Share(*pair) for pair in weights.items()))
            for code, weights in blueprints.items()
        ),
        opening=Opening(1),
        dependence=Equal(RHO),
    )
