"""What a long run is at: a bar on standard error, on a terminal or where it is asked for."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from math import isfinite, log
from typing import TYPE_CHECKING

import click

from calibration.watching import CHECKS, DRAWS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from calibration.watching import NamedWatch

WIDTH = 24
# Seconds from one picture to the next: on a terminal, and in a file.
OFTEN, SELDOM = 0.1, 1.0


@contextmanager
def steps_shown(tolerance: float = 1.0, *, always: bool) -> Iterator[NamedWatch | None]:
    """Yield what shows a calibration's steps, None where nobody looks; the line is cleared after.

    The bar is full when the change is the tolerance: steps to a top shrink by a factor each.
    """
    terminal = sys.stderr.isatty()
    if not (terminal or always):
        yield None
        return
    steps = _Steps(tolerance, terminal=terminal)
    try:
        yield steps
    finally:
        steps.clear()


class _Steps:
    def __init__(self, tolerance: float, *, terminal: bool) -> None:
        self._tolerance, self._terminal = tolerance, terminal
        self._shown, self._stage, self._first = 0.0, "", 1.0

    def __call__(self, stage: str, cycle: int, value: float, change: float) -> None:
        fresh = stage != self._stage
        if fresh:
            self._stage, self._first = stage, change
        now = time.monotonic()
        if not fresh and now - self._shown < (OFTEN if self._terminal else SELDOM):
            return
        self._shown = now
        if stage.endswith((DRAWS, CHECKS)):
            text, share = f"draw {cycle}", 1 - change
        else:
            text, share = f"cycle {cycle}, change {change:.1e}", self._share(change)
        done = round(WIDTH * min(max(share, 0.0), 1.0))
        bar = "#" * done + "-" * (WIDTH - done)
        objective = f", objective {value:.2f}" if isfinite(value) else ""
        line = f"{stage} [{bar}] {text}{objective}"
        click.echo(f"\r\x1b[K{line}" if self._terminal else line, err=True, nl=not self._terminal)

    def _share(self, change: float) -> float:
        """Return how much of the way from the first change to the tolerance is gone."""
        if change <= self._tolerance:
            return 1.0
        if not (isfinite(change) and self._first > change):
            return 0.0
        return log(self._first / change) / log(self._first / self._tolerance)

    def clear(self) -> None:
        if self._terminal:
            click.echo("\r\x1b[K", err=True, nl=False)
