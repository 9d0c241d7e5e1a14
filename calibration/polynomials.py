"""Polynomials orthonormal under each person's own posterior."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.floating[Any]]

# A norm below which what is left of a polynomial is rounding.
SMALL = 1e-6


def orthonormal(roots: Reals, nodes: Reals) -> Iterator[Reals]:
    """Yield √r_n φ_nk at the nodes, (n, Q), for degrees k = 0, 1 …, from √r, rows of norm 1.

    Lanczos' three-term recurrence (Gautschi 2004, "Orthogonal polynomials", 2.2.3), with the root
    of the posterior taken into the polynomials: rows of one degree are orthogonal to the others'.
    """
    points = nodes.astype(roots.dtype)
    older, shape = np.zeros_like(roots), roots
    norm = np.zeros((len(roots), 1), dtype=roots.dtype)
    while True:
        yield shape
        centre = (shape * shape) @ points
        following = points - centre[:, None]
        following *= shape
        following -= norm * older
        norm = np.sqrt((following * following).sum(axis=1))[:, None]
        older = shape
        # A posterior on few nodes has few polynomials; the ones beyond are nought.
        following *= np.where(norm > SMALL, 1 / np.maximum(norm, SMALL), 0.0).astype(roots.dtype)
        shape = following
