"""A calibration as one page: curves, fit, information against the cuts, Wright map.

The page holds all that it needs, is good to print, and asks nothing of a network.
"""

from collections.abc import Mapping, Sequence
from html import escape

import numpy as np

from calibration.checks_section import checks_section
from calibration.drawing import Axes, picture
from calibration.errors import counted
from calibration.fit_report import HISTOGRAM, GroupReport, ItemReport, ModuleReport, Pair
from calibration.fitted import Fitted, FittedItem
from calibration.report_style import STYLE
from calibration.tables import DASH, bold, chance, number, row, table
from placement.arrays import Floats
from placement.items import ItemParameters

RANGE = (-4.0, 4.0)
GRID = np.linspace(*RANGE, 121)
STEP = 1e-4
# p-values below this are set in bold, as are mean squares outside these bounds.
SIGNIFICANT = 0.01
MEAN_SQUARE = (0.7, 1.3)
LOW_CORRELATION = 0.1
# Pairs shown by Q3, at most.
MOST_PAIRS = 20
NAMES = {
    "n_persons": "persons", "n_items": "items", "n_responses": "answers",
    "n_parameters": "parameters", "aic": "AIC", "bic": "BIC",
}  # fmt: skip
DECIMALS = {"log_likelihood": 2, "aic": 1, "bic": 1, "seconds": 1}


def html_page(
    title: str,
    figures: Mapping[str, object],
    modules: Sequence[tuple[ModuleReport, Sequence[ItemParameters]]],
    cuts: Sequence[float],
    notes: Sequence[str] = (),
    groups: Sequence[GroupReport] = (),
) -> str:
    """Return the page; `figures` head it, `cuts` are abilities (logits) at which tracks part."""
    head = (
        '<meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>{escape(title)}</title><style>{STYLE}</style>"
    )
    shown = {NAMES.get(k, k.replace("_", " ")): _text(k, value) for k, value in figures.items()}
    body = [f"<h1>{escape(title)}</h1>", _figures(shown)]
    for place, (report, items) in enumerate(modules, start=1):
        body.append(_module(report, items, cuts, place))
    body += [_groups(groups)] if groups else []
    if notes:
        lines = "".join(f"<li>{escape(note)}</li>" for note in notes)
        body.append(f"<section><h2>Worth knowing</h2><ul>{lines}</ul></section>")
    return (
        f'<!doctype html><html lang="en"><head>{head}</head><body><main>{"".join(body)}'
        "</main></body></html>\n"
    )


def _groups(groups: Sequence[GroupReport]) -> str:
    """Return each group's ability and fit, and the mean squares of its answers to each item."""
    rows = "".join(
        row(
            escape(group.group),
            [
                escape(module.module),
                number(module.n_persons, 0),
                number(module.mean, 2),
                number(module.sd, 2),
                number(module.alpha, 3),
                DASH if module.m2 is None else number(module.m2.rmsea, 3),
            ],
        )
        for group in groups
        for module in group.modules
    )
    names = ("group", "module", "persons", "mean", "sd", "alpha", "RMSEA")
    low, high = MEAN_SQUARE
    return (
        f"<section><h2>Groups</h2>{table(names, rows, 'Ability (logits) and fit in each group')}"
        "<h3>Infit and outfit in each group</h3>"
        f"<p>Bold is below {low} or above {high}.</p>"
        f"{table(('item', *(g.group for g in groups)), _squares(groups), 'Infit / outfit')}"
        "</section>"
    )


def _squares(groups: Sequence[GroupReport]) -> str:
    """Return a row an item: its mean squares in each group, a dash where nobody answered it."""
    low, high = MEAN_SQUARE
    known = [{item.item: item for m in group.modules for item in m.items} for group in groups]
    rows = ""
    for name in dict.fromkeys(name for items in known for name in items):
        cells = []
        for items in known:
            found = [items[name].infit, items[name].outfit] if name in items else []
            texts = [bold(number(v, 2), stands_out=not low <= v <= high) for v in found]
            cells.append(" / ".join(texts) or DASH)
        rows += row(escape(name), cells)
    return rows


def _text(name: str, value: object) -> str:
    """Return the words for one of a calibration's figures."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return number(value, 0)
    return number(value, DECIMALS.get(name, 3)) if isinstance(value, float) else str(value)


def _figures(figures: Mapping[str, str]) -> str:
    rows = "".join(
        f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>"
        for name, value in figures.items()
    )
    return f"<dl>{rows}</dl>"


def _module(
    report: ModuleReport, items: Sequence[ItemParameters], cuts: Sequence[float], place: int
) -> str:
    """Return one module's section; `place` is its number on the page."""
    form = Fitted.of_pool(items)
    ids = {item.item: f"curve-{place}-{j}" for j, item in enumerate(report.items, start=1)}
    charts = f'<div class="charts">{_wright(report, items, cuts)}{_information(form, cuts)}</div>'
    notes = "".join(f"<p>{escape(note)}</p>" for note in report.notes)
    if report.predictive is None:
        checks = _alike(report.q3_flagged)
    else:
        tops = {item.item: item.n_categories - 1 for item in form.items}
        checks = checks_section(report.predictive, tops, ids, report.n_persons)
    curves = "".join(
        _curve(form.items[j], item, cuts, ids[item.item]) for j, item in enumerate(report.items)
    )
    return (
        f"<section><h2>Module {escape(report.module)}</h2>{_figures(_summary(report))}{charts}"
        f"{notes}{checks}<h3>Items</h3>{_items(report, items)}"
        "<h3>Curves and answers</h3><p>Expected score by ability in logits. Each dot is a group of "
        "persons of about equal ability by their other answers, as far from the curve as their "
        f'score from what was expected.</p><div class="charts">{curves}</div></section>'
    )


def _summary(report: ModuleReport) -> dict[str, str]:
    figures = {
        "persons": number(report.n_persons, 0),
        "ability, logits": f"mean {number(report.mean, 2)}, sd {number(report.sd, 2)}",
    }
    if not np.isnan(report.alpha):
        figures["alpha"] = number(report.alpha, 3)
    if report.predictive is None:
        figures["Q3, mean"] = number(report.q3_mean, 3)
    if report.m2 is not None:
        fit = report.m2
        p = "p < 0.001" if fit.p < 0.0005 else f"p {number(fit.p, 3)}"
        figures["M2"] = f"{number(fit.m2, 1)}, df {fit.df}, {p}"
        ends = f"{number(fit.rmsea_low, 3)} to {number(fit.rmsea_high, 3)}"
        figures["RMSEA, 90 %"] = f"{number(fit.rmsea, 3)} ({ends})"
    return figures


def _alike(pairs: Sequence[Pair]) -> str:
    """Return the pairs whose residuals correlate; the highest Q3 first."""
    if not pairs:
        return ""
    rows = "".join(
        row(escape(p.first), [escape(p.second), number(p.q3, 2)]) for p in pairs[:MOST_PAIRS]
    )
    said = counted(len(pairs), "pair")
    if len(pairs) > MOST_PAIRS:
        said += f", of which {MOST_PAIRS} are shown"
    caption = f"{said} alike beyond what ability explains"
    return f"<h3>Pairs that go together</h3>{table(('item', 'and', 'Q3'), rows, caption)}"


def _items(report: ModuleReport, items: Sequence[ItemParameters]) -> str:
    """Return the table of items, and what its columns say."""
    parameters = {item.item: item for item in items}
    whole = any(item.s_x2 is not None for item in report.items)
    marked = report.predictive is None
    rows = "".join(
        _row(item, parameters[item.item], whole=whole, marked=marked) for item in report.items
    )
    names: tuple[str, ...] = (
        "item", "model", "a", "se of a", "b", "se of b", "answers", "mean score", "r with rest",
        "infit", "outfit",
    )  # fmt: skip
    said = (
        "a: slope; b: difficulty in logits; se: standard error. Mean score: share of the highest "
        "score. r with rest: correlation with the other answers."
    )
    if report.predictive is not None:
        said += (
            " Where earlier answers chose the questions, mean score and r say little of a "
            "question, and infit and outfit tend to lie below 1: go by what stands out above."
        )
    else:
        low, high = MEAN_SQUARE
        said += (
            f" Bold calls for a look: r below {LOW_CORRELATION}, infit or outfit below {low} or "
            f"above {high}, p of S-X² below {SIGNIFICANT}."
        )
    if whole:
        names = (*names, "S-X²", "df", "p of S-X²")
    return f"{table(names, rows, 'Parameters and fit')}<p><small>{said}</small></p>"


def _row(item: ItemReport, parameters: ItemParameters, *, whole: bool, marked: bool) -> str:
    """Return one item's row, with cells for S-X² if `whole`; what calls for a look is `marked`."""
    fit = item.s_x2
    low, high = MEAN_SQUARE
    weak = item.point_biserial < LOW_CORRELATION
    cells = [
        parameters.model,
        number(parameters.a, 2),
        number(parameters.se_a or np.nan, 2),
        number(parameters.location, 2),
        number(parameters.se_b or np.nan, 2),
        number(item.n_responses, 0),
        number(item.p, 2),
        bold(number(item.point_biserial, 2), stands_out=marked and weak),
        bold(number(item.infit, 2), stands_out=marked and not low <= item.infit <= high),
        bold(number(item.outfit, 2), stands_out=marked and not low <= item.outfit <= high),
    ]
    if fit is not None and fit.df:
        cells += [number(fit.s_x2, 1), f"{fit.df}"]
        cells.append(bold(chance(fit.p), stands_out=marked and fit.p < SIGNIFICANT))
    elif whole:
        cells += [DASH, DASH, DASH]
    return row(escape(item.item), cells)


def _curve(item: FittedItem, report: ItemReport, cuts: Sequence[float], place: str) -> str:
    """Return the model's curve and the groups' answers, as shares of the highest score.

    A group's abilities are unsure, so its expected score is not the curve's at their mean: its dot
    is as far from the curve as its score is from what was expected.
    """
    top = item.n_categories - 1
    chances = item.chances(GRID)
    axes = Axes(RANGE, (0.0, 1.0), 220, 150)
    points = report.curve.points
    parts = [axes.uprights(cuts)]
    parts += [axes.line(GRID, chance, "category") for chance in (chances if top > 1 else [])]
    parts.append(axes.line(GRID, item.expected(chances) / top))
    where = np.array([p.ability for p in points])
    apart = np.array([p.observed - p.expected for p in points])
    heights = (item.expected(item.chances(where)) + apart) / top
    parts.append(axes.dots(where.tolist(), heights.tolist()))
    title = f"{item.item}: expected score by ability, with what {report.n_responses} answered"
    caption = f"<figcaption>{escape(item.item)}</figcaption>"
    return f'<figure id="{place}">{picture(axes, title, parts)}{caption}</figure>'


def information(form: Fitted, nodes: Floats) -> Floats:
    """Return the Fisher information of all items at abilities (n,), per logit²."""
    total = np.zeros(nodes.size)
    for item in form.items:
        rise = (item.chances(nodes + STEP) - item.chances(nodes - STEP)) / (2 * STEP)
        total += (rise**2 / np.maximum(item.chances(nodes), 1e-12)).sum(axis=0)
    return total


def _information(form: Fitted, cuts: Sequence[float]) -> str:
    values = information(form, GRID)
    axes = Axes(RANGE, (0.0, float(values.max()) * 1.05), 420, 230)
    at = ", ".join(
        f"{number(value, 1)} at {number(cut, 2)}"
        for cut, value in zip(cuts, information(form, np.array(cuts)).tolist(), strict=True)
    )
    title = f"Information by ability in logits: {at}"
    parts = [axes.uprights(cuts), axes.line(GRID, values)]
    caption = f"Information of all items by ability in logits; at the cuts (dashed) {escape(at)}"
    return f"<figure>{picture(axes, title, parts)}<figcaption>{caption}</figcaption></figure>"


def _wright(report: ModuleReport, items: Sequence[ItemParameters], cuts: Sequence[float]) -> str:
    """Return persons above and items below one scale of ability (Wright & Stone 1979)."""
    edges = np.array(HISTOGRAM)
    places = np.clip([item.location for item in items], edges[0], edges[-1])
    count = np.histogram(places, edges)[0]
    persons = np.array(report.ability_counts) / max(*report.ability_counts, 1)
    axes = Axes(RANGE, (-1.05, 1.05), 420, 230, valued=False)
    parts = [
        axes.uprights(cuts),
        axes.bars(edges, persons, "bar"),
        axes.bars(edges, -count / max(int(count.max()), 1), "item"),
    ]
    title = "Wright map: persons by ability above, items by difficulty below"
    caption = "Persons by ability above, items by difficulty below, in logits; cuts dashed"
    return f"<figure>{picture(axes, title, parts)}<figcaption>{caption}</figcaption></figure>"
