"""What a response model must offer: log chances and their derivatives, for all its items at once.

Everywhere J items, p parameters an item, K categories, Q nodes (logits), D = 1. A family is a
value in slope–intercept form; its parameters are rows of a (J, p) array, so that Newton steps,
priors and information are the same arithmetic for every model.
"""

from typing import Protocol

from placement.arrays import Booleans, Floats

# A logit of a proportion, times this, is the intercept at slope 1 when ability is standard normal.
WIDENED = 1.16


class Family(Protocol):
    """A response model. `usual` gives the form that people read: a, b, c, d or steps.

    `canonical` says that log chances are linear in the parameters but for their normalisation:
    an exponential family, whose curvature does not depend on the answers.
    """

    @property
    def canonical(self) -> bool: ...

    def names(self, n_categories: int) -> tuple[str, ...]: ...
    def usual_names(self, n_categories: int) -> tuple[str, ...]: ...
    def log_chances(self, parameters: Floats, nodes: Floats) -> Floats: ...
    def slopes(self, parameters: Floats, nodes: Floats) -> Floats: ...
    def admissible(self, parameters: Floats) -> Booleans: ...
    def start(self, shares: Floats) -> Floats: ...
    def usual(self, parameters: Floats) -> Floats: ...
