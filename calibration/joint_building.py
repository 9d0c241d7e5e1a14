"""From screened responses to the problem of several modules at once."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from calibration.answers import MISSING
from calibration.building import blocks_of, build_structure
from calibration.errors import ModelError, TooFewError, counted, refuse
from calibration.executors import SERIAL, gather
from calibration.joint_expectation import JointBlock
from calibration.joint_problem import JointProblem
from calibration.priors import Priors
from calibration.problem import Problem
from calibration.responses import Responses
from calibration.screening import Screened
from placement.arrays import Floats, Integers

SHOWN = 5


def split(screened: Screened, modules: Mapping[str, Sequence[str]]) -> dict[str, Screened]:
    """Return each module's part, all with the same persons; `CalibrationError` where that fails.

    A module that has lost all its items is left out.
    """
    module_of = {item: name for name, items in modules.items() for item in items}
    own = np.array([list(modules).index(module_of[item]) for item in screened.items])
    parts = {}
    for m, name in enumerate(modules):
        rows = np.flatnonzero(own == m)
        if rows.size:
            parts[name] = _part(screened, rows)
    refuse(TooFewError, [] if len(parts) > 1 else ["fewer than two modules: nothing to correlate"])
    return parts


def refuse_modules(items: Sequence[str], modules: Mapping[str, Sequence[str]]) -> None:
    """Refuse modules that do not share out the items among them."""
    named = [item for members in modules.values() for item in members]
    twice = (
        sorted({item for item in named if named.count(item) > 1})
        if len(named) > len(set(named))
        else []
    )
    faults = [f"item {item!r} is in more than one module" for item in twice[:SHOWN]]
    known = set(named)
    faults += [f"item {item!r} is in no module" for item in items if item not in known][:SHOWN]
    strange = sorted(known - set(items))
    faults += [f"module item {item!r} is among no responses" for item in strange[:SHOWN]]
    refuse(ModelError, faults)


def pose_jointly(
    responses: Responses,
    parts: Mapping[str, Screened],
    priors: Priors,
    nodes: Floats,
    lkj: float = 1.0,
) -> tuple[JointProblem, tuple[str, ...], Integers]:
    """Return the problem, the groups' names, and how many answered both modules of each pair."""
    whole = next(iter(parts.values()))
    used, group = np.unique(responses.group[whole.persons], return_inverse=True)
    names = tuple(responses.groups[g] for g in used)
    order = np.argsort(group, kind="stable")
    weights = responses.weights[whole.persons][order]
    answered = np.stack([p.answers.answered()[order] > 0 for p in parts.values()], axis=1)
    shared = (answered * weights[:, None]).T @ answered
    _refuse_unlinked(tuple(parts), shared)
    problems, blocks = [], []
    for part in parts.values():
        structure = build_structure(part, priors, nodes, len(names))
        answers = part.answers.chosen(order)
        own = blocks_of(answers, structure, group[order].astype(np.int64), weights)
        problems.append(Problem(structure, gather(own, SERIAL)))
        blocks.append(own)
    joint, begin = [], 0
    for together in zip(*blocks, strict=True):
        end = begin + together[0].weights.size
        joint.append(JointBlock(together, answered[begin:end]))
        begin = end
    return JointProblem(tuple(problems), joint, lkj), names, np.rint(shared).astype(np.int64)


def _part(screened: Screened, rows: Integers) -> Screened:
    codes = np.full(screened.tally.shape, MISSING, dtype=np.int8)
    codes[rows] = np.arange(screened.tally.shape[1])
    items = tuple(screened.items[j] for j in rows)
    return replace(
        screened,
        answers=screened.answers.recoded(codes),
        items=items,
        models=tuple(screened.models[j] for j in rows),
        categories=tuple(screened.categories[j] for j in rows),
        tally=screened.tally[rows],
        notices=tuple(n for n in screened.notices if n.subject in items),
    )


def _refuse_unlinked(names: Sequence[str], shared: Floats) -> None:
    """Refuse pairs of modules whose correlation no person tells of."""
    left, right = np.nonzero(np.triu(shared < 2, 1))
    faults = [
        f"modules {names[d]} and {names[e]}: {counted(int(shared[d, e]), 'person')} answered "
        "something of both"
        for d, e in zip(left.tolist(), right.tolist(), strict=True)
    ]
    refuse(TooFewError, faults)
