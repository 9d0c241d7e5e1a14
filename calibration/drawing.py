"""Charts as SVG, drawn by hand: axes, lines, dots and bars, with nothing to be fetched."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor

from placement.arrays import Floats

LEFT, RIGHT, TOP, BOTTOM = 34, 8, 8, 26


@dataclass(frozen=True, slots=True)
class Axes:
    """A frame of `width` × `height` pixels in which x and y run over these ranges.

    `valued` says whether the values of y mean anything.
    """

    x: tuple[float, float]
    y: tuple[float, float]
    width: int = 260
    height: int = 170
    valued: bool = True

    def across(self, value: float) -> float:
        """Return the pixel of an x, kept within the frame."""
        low, high = self.x
        share = (min(max(value, low), high) - low) / (high - low)
        return LEFT + share * (self.width - LEFT - RIGHT)

    def up(self, value: float) -> float:
        """Return the pixel of a y, kept within the frame."""
        low, high = self.y
        share = (min(max(value, low), high) - low) / (high - low)
        return self.height - BOTTOM - share * (self.height - TOP - BOTTOM)

    def ticks(self) -> str:
        """Return the frame with whole numbers below and three values beside it, or none."""
        low, high = self.y
        bottom, left = self.height - BOTTOM, LEFT
        parts = [
            f'<path class="axis" d="M{left} {TOP}V{bottom}H{self.width - RIGHT}"/>',
            *(
                _label(self.across(x), bottom + 14, f"{x:g}".replace("-", "−"))
                for x in _whole(self.x)
            ),
        ]
        parts += [
            f'<text class="left" x="{left - 5}" y="{self.up(value) + 4:.1f}">{value:.3g}</text>'
            for value in ((low, (low + high) / 2, high) if self.valued else ())
        ]
        return "".join(parts)

    def line(self, xs: Floats, ys: Floats, name: str = "line") -> str:
        points = zip(xs.tolist(), ys.tolist(), strict=True)
        steps = "L".join(f"{self.across(x):.1f} {self.up(y):.1f}" for x, y in points)
        return f'<path class="{name}" d="M{steps}"/>'

    def dots(self, xs: Sequence[float], ys: Sequence[float]) -> str:
        return "".join(
            f'<circle class="dot" cx="{self.across(x):.1f}" cy="{self.up(y):.1f}" r="2.6"/>'
            for x, y in zip(xs, ys, strict=True)
        )

    def uprights(self, xs: Sequence[float]) -> str:
        bottom = self.height - BOTTOM
        return "".join(f'<path class="cut" d="M{self.across(x):.1f} {TOP}V{bottom}"/>' for x in xs)

    def bars(self, edges: Floats, heights: Floats, name: str) -> str:
        """Return bars between consecutive edges, up or down from 0."""
        across = [self.across(edge) for edge in edges.tolist()]
        return "".join(
            _bar(name, left, right - left - 1, self.up(0.0), self.up(height))
            for left, right, height in zip(across[:-1], across[1:], heights.tolist(), strict=True)
        )


def small_bars(values: Sequence[float], full: float) -> str:
    """Return bars up and down from a line, 16 pixels each at `full`; words beside must tell them.

    Longer ones end there.
    """
    middle, width = 17.0, 14
    bars = "".join(
        _bar("bar", g * width + 1, width - 2, middle, middle - 16 * min(max(v / full, -1), 1))
        for g, v in enumerate(values)
    )
    across = width * len(values)
    return (
        f'<svg viewBox="0 0 {across} 34" width="{across}" height="34" aria-hidden="true">{bars}'
        f'<path class="axis" d="M0 {middle:g}H{across}"/></svg>'
    )


def picture(axes: Axes, title: str, parts: Sequence[str]) -> str:
    """Return a whole picture; `title` says in words what is to be seen."""
    return (
        f'<svg viewBox="0 0 {axes.width} {axes.height}" width="{axes.width}" '
        f'height="{axes.height}" role="img" aria-label="{escape(title, quote=True)}">'
        f"{axes.ticks()}{''.join(parts)}</svg>"
    )


def _bar(name: str, left: float, width: float, foot: float, end: float) -> str:
    return (
        f'<rect class="{name}" x="{left:.1f}" y="{min(foot, end):.1f}" width="{width:.1f}" '
        f'height="{abs(foot - end):.1f}"/>'
    )


def _label(x: float, y: float, text: str) -> str:
    return f'<text class="below" x="{x:.1f}" y="{y:.1f}">{text}</text>'


def _whole(ends: tuple[float, float]) -> list[int]:
    numbers = list(range(ceil(ends[0]), floor(ends[1]) + 1))
    step = max(1, len(numbers) // 9)
    return numbers[::step]
