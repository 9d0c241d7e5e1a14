"""A simulation as a picture: how right and how long a test is, by true ability."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from placement.arrays import Floats
    from placement.simulation import SimulationResult

WIDTH, HEIGHT, LEFT, TOP = 640, 180, 60, 40
BINS = np.linspace(-3, 3, 25)
FEWEST = 5


class Panel(NamedTuple):
    """One curve: its title, the top of its scale, the values (B,) of the bins."""

    title: str
    top: float
    values: Floats


def plot(result: SimulationResult) -> str:
    """Return an SVG: share placed right and mean number of questions, by ability in 24 bins."""
    theta = np.concatenate([m.theta for m in result.modules])
    right = np.concatenate([m.placed == m.belongs for m in result.modules])
    lengths = np.concatenate([m.lengths for m in result.modules])
    longest = float(np.ceil(max(lengths.max(initial=0), 1) / 5) * 5)
    panels = (
        Panel("Share placed in the right track", 1.0, _means(theta, right)),
        Panel("Questions in a module", longest, _means(theta, lengths)),
    )
    drawn = "\n".join(_panel(number, panel) for number, panel in enumerate(panels))
    height = len(panels) * (HEIGHT + 2 * TOP)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH + 2 * LEFT} {height}" '
        'font-family="sans-serif" font-size="13" role="img" '
        f'aria-label="Accuracy and length by ability">\n{drawn}\n</svg>\n'
    )


def _means(theta: Floats, values: Floats) -> Floats:
    """Return the mean of `values` in each bin, (B,); NaN where there are fewer than five."""
    place = np.digitize(theta, BINS) - 1
    inside = (place >= 0) & (place < BINS.size - 1)
    counts = np.bincount(place[inside], minlength=BINS.size - 1)
    sums = np.bincount(place[inside], weights=values[inside], minlength=BINS.size - 1)
    return np.where(counts >= FEWEST, sums / np.maximum(counts, 1), np.nan)


def _panel(number: int, panel: Panel) -> str:
    base = number * (HEIGHT + 2 * TOP) + TOP + HEIGHT
    marks = [f'<text x="{LEFT}" y="{base - HEIGHT - 12}" font-weight="bold">{panel.title}</text>']
    for part in np.linspace(0, 1, 6):
        y = base - part * HEIGHT
        marks += [
            f'<line x1="{LEFT}" y1="{y:.1f}" x2="{LEFT + WIDTH}" y2="{y:.1f}" stroke="#ddd"/>',
            f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{part * panel.top:g}</text>',
        ]
    for theta in range(-3, 4):
        marks.append(
            f'<text x="{_x(theta):.1f}" y="{base + 18}" text-anchor="middle">{theta}</text>'
        )
    middles = (BINS[1:] + BINS[:-1]) / 2
    points = " ".join(
        f"{_x(x):.1f},{base - value / panel.top * HEIGHT:.1f}"
        for x, value in zip(middles, panel.values, strict=True)
        if np.isfinite(value)
    )
    marks.append(f'<polyline points="{points}" fill="none" stroke="#0062ba" stroke-width="2"/>')
    return "\n".join(marks)


def _x(theta: float) -> float:
    return LEFT + float((theta - BINS[0]) / (BINS[-1] - BINS[0])) * WIDTH
