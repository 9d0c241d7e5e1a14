"""Who looks on while something long is worked out."""

from collections.abc import Callable

Watch = Callable[[int, float, float], None]
"""Told after each step: the cycle, the objective, and the largest change of the next step.

Of draws: the draw, the objective where there is one (or nan), and the share that is left.
"""
NamedWatch = Callable[[str, int, float, float], None]
"""Told the same, and before it what is worked on: a module."""

# What follows the module's name where items are drawn, and where answers are replicated.
DRAWS = ", draws"
CHECKS = ", checks"


def unseen(*told: object) -> None:
    """Watch nothing."""
