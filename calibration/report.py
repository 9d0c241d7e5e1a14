"""A calibration as one page: curves, fit, information against the cuts, Wright map.

The page holds all that it needs, is good to print, and asks nothing of a network.
"""

from collections.abc import Mapping, Sequence
from html import escape

import numpy as np

from calibration.drawing import Axes, picture
from calibration.fit_report import HISTOGRAM, GroupReport, ItemReport, ModuleReport
from calibration.fitted import Fitted, FittedItem
from calibration.report_style import STYLE
from placement.arrays import Floats
from placement.items import ItemParameters

RANGE = (-4.0, 4.0)
GRID = np.linspace(*RANGE, 121)
STEP = 1e-4
# p-values below this are set in bold, as are mean squares outside these bounds.
SIGNIFICANT = 0.01
MEAN_SQUARE = (0.7, 1.3)


def html_page(
    title: str,
    figures: Mapping[str, str],
    modules: Sequence[tuple[ModuleReport, Sequence[ItemParameters]]],
    cuts: Sequence[float],
    notes: Sequence[str] = (),
    groups: Sequence[GroupReport] = (),
) -> str:
    """Return the page; `figures` head it, `cuts` are abilities (logits) at which tracks part."""
    head = (
        f'<meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{escape(title)}</title><style>{STYLE}</style>"
    )
    body = [f"<h1>{escape(title)}</h1>", _figures(figures)]
    body += [_module(report, items, cuts) for report, items in modules]
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
        f'<tr><th scope="row">{escape(group.group)}</th><td>{escape(module.module)}</td>'
        f"<td>{module.n_persons}</td><td>{module.mean:.2f}</td><td>{module.sd:.2f}</td>"
        f"<td>{_or_dash(module.alpha)}</td>"
        f"<td>{'–' if module.m2 is None else f'{module.m2.rmsea:.3f}'}</td></tr>"
        for group in groups
        for module in group.modules
    )
    names = ("group", "module", "persons", "mean", "sd", "alpha", "RMSEA")
    return (
        f"<section><h2>Groups</h2>{_table(names, rows)}<h3>Infit and outfit in each group</h3>"
        f"{_table(('item', *(g.group for g in groups)), _squares(groups))}</section>"
    )


def _squares(groups: Sequence[GroupReport]) -> str:
    """Return a row an item: its mean squares in each group, a dash where nobody answered it."""
    low, high = MEAN_SQUARE
    known = [{item.item: item for m in group.modules for item in m.items} for group in groups]
    rows = ""
    for name in dict.fromkeys(name for items in known for name in items):
        cells = ""
        for items in known:
            found = [items[name].infit, items[name].outfit] if name in items else []
            texts = [_bold(f"{value:.2f}", not low <= value <= high) for value in found]
            cells += f"<td>{' / '.join(texts) or '–'}</td>"
        rows += f'<tr><th scope="row">{escape(name)}</th>{cells}</tr>'
    return rows


def _table(names: Sequence[str], rows: str) -> str:
    header = "".join(f'<th scope="col">{escape(name)}</th>' for name in names)
    return f"<table><thead><tr>{header}</tr></thead><tbody>{rows}</tbody></table>"


def _or_dash(value: float) -> str:
    return "–" if np.isnan(value) else f"{value:.3f}"


def _figures(figures: Mapping[str, str]) -> str:
    rows = "".join(
        f"<div><dt>{escape(name.replace('_', ' '))}</dt><dd>{escape(value)}</dd></div>"
        for name, value in figures.items()
    )
    return f"<dl>{rows}</dl>"


def _module(report: ModuleReport, items: Sequence[ItemParameters], cuts: Sequence[float]) -> str:
    form = Fitted.of_pool(items)
    parameters = {item.item: item for item in items}
    figures = {
        "persons": f"{report.n_persons}",
        "ability": f"mean {report.mean:.2f}, sd {report.sd:.2f}",
        "alpha": _or_dash(report.alpha),
        "Q3, mean": f"{report.q3_mean:.3f}",
    }
    if report.m2 is not None:
        low, high = report.m2.rmsea_low, report.m2.rmsea_high
        figures["M2"] = f"{report.m2.m2:.1f}, df {report.m2.df}, p {report.m2.p:.3f}"
        figures["RMSEA, 90 %"] = f"{report.m2.rmsea:.3f} ({low:.3f} to {high:.3f})"
    rows = "".join(_row(item, parameters[item.item]) for item in report.items)
    names = (
        "item", "model", "a", "se", "b", "se", "answers", "p", "r", "infit", "outfit", "S-X²",
        "df", "p",
    )  # fmt: skip
    curves = "".join(_curve(form.items[j], item, cuts) for j, item in enumerate(report.items))
    notes = "".join(f"<p>{escape(note)}</p>" for note in report.notes)
    notes += "".join(
        f"<p>{escape(pair.first)} and {escape(pair.second)}: Q3 {pair.q3:.2f}, alike beyond what "
        "ability explains</p>"
        for pair in report.q3_flagged
    )
    return (
        f"<section><h2>Module {escape(report.module)}</h2>{_figures(figures)}"
        f'<div class="charts">{_wright(report, items, cuts)}{_information(form, cuts)}</div>'
        f"{notes}<h3>Items</h3>{_table(names, rows)}"
        "<h3>Curves and answers</h3><p>Each dot is a group of persons of about equal ability "
        "by their other answers, as far from the curve as their score from what was expected.</p>"
        f'<div class="charts">{curves}</div></section>'
    )


def _row(item: ItemReport, parameters: ItemParameters) -> str:
    fit = item.s_x2
    low, high = MEAN_SQUARE
    cells = [
        parameters.model,
        f"{parameters.a:.2f}",
        f"{parameters.se_a:.2f}",
        f"{parameters.location:.2f}",
        f"{parameters.se_b:.2f}",
        f"{item.n_responses}",
        f"{item.p:.2f}",
        _bold(f"{item.point_biserial:.2f}", item.point_biserial < 0.1),
        _bold(f"{item.infit:.2f}", not low <= item.infit <= high),
        _bold(f"{item.outfit:.2f}", not low <= item.outfit <= high),
    ]
    if fit is None or not fit.df:
        cells += ["–", "–", "–"]
    else:
        cells += [f"{fit.s_x2:.1f}", f"{fit.df}", _bold(f"{fit.p:.3f}", fit.p < SIGNIFICANT)]
    name = f'<th scope="row">{escape(item.item)}</th>'
    return f"<tr>{name}{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def _bold(text: str, stands_out: bool) -> str:
    return f"<strong>{text}</strong>" if stands_out else text


def _curve(item: FittedItem, report: ItemReport, cuts: Sequence[float]) -> str:
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
    return f"<figure>{picture(axes, title, parts)}{caption}</figure>"


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
        f"{value:.1f} at {cut:g}"
        for cut, value in zip(cuts, information(form, np.array(cuts)).tolist(), strict=True)
    )
    title = f"Information by ability; {at}"
    parts = [axes.uprights(cuts), axes.line(GRID, values)]
    caption = f"<figcaption>Information of all items; {escape(at)}</figcaption>"
    return f"<figure>{picture(axes, title, parts)}{caption}</figure>"


def _wright(report: ModuleReport, items: Sequence[ItemParameters], cuts: Sequence[float]) -> str:
    """Return persons above and items below one scale of ability (Wright & Stone 1979)."""
    edges = np.array(HISTOGRAM)
    places = np.clip([item.location for item in items], edges[0], edges[-1])
    count = np.histogram(places, edges)[0]
    persons = np.array(report.ability_counts) / max(*report.ability_counts, 1)
    hard = count / max(int(count.max()), 1)
    axes = Axes(RANGE, (-1.05, 1.05), 420, 230, valued=False)
    middle = axes.up(0.0)
    parts = [axes.uprights(cuts)]
    for low, high, up, down in zip(edges[:-1], edges[1:], persons, hard, strict=True):
        left, width = axes.across(low), axes.across(high) - axes.across(low) - 1
        top, bottom = axes.up(float(up)), axes.up(-float(down))
        for name, y, height in (("bar", top, middle - top), ("item", middle, bottom - middle)):
            parts.append(
                f'<rect class="{name}" x="{left:.1f}" y="{y:.1f}" width="{width:.1f}" '
                f'height="{height:.1f}"/>'
            )
    title = "Wright map: persons by ability above, items by difficulty below"
    drawn = picture(axes, title, parts)
    return (
        f"<figure>{drawn}<figcaption>Persons above, items below; cuts dashed</figcaption></figure>"
    )
