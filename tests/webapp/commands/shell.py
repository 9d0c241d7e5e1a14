"""The commands as a shell calls them, and tables of answers for them."""

import numpy as np
from click.testing import CliRunner

from webapp.cli import main


def spor(*arguments):
    return CliRunner().invoke(main, list(map(str, arguments)))


def table(persons=400, items=8, seed=1):
    rng = np.random.default_rng(seed)
    theta, b = rng.standard_normal((persons, 1)), np.linspace(-1.5, 1.5, items)
    return (rng.random((persons, items)) < 1 / (1 + np.exp(b - theta))).astype(int)


def wide(scores, extra=None):
    names = [f"q{j}" for j in range(scores.shape[1])]
    head, tail = (["unit"], [[u] for u in extra]) if extra else ([], [[] for _ in scores])
    rows = [["person", *head, *names]]
    rows += [
        [f"p{n}", *tail[n], *("" if s < 0 else s for s in row)] for n, row in enumerate(scores)
    ]
    return "\n".join(",".join(map(str, row)) for row in rows) + "\n"
