"""Cholesky's factor of a symmetric matrix in the matrix's own place.

Information matrices are the largest things that a calibration keeps: none is copied to be solved.
"""

import numpy as np
from scipy.linalg import LinAlgError, lapack

from placement.arrays import Floats


def owned(matrix: Floats) -> Floats:
    """Return the matrix, or a copy that LAPACK can work in where it would make one for itself."""
    return np.require(matrix, requirements=["C", "A", "W"])


def factor(matrix: Floats) -> None:
    """Write U of `matrix` = UᵀU, (F, F), over its upper triangle and diagonal; it must be `owned`.

    `LinAlgError` where the matrix is not positive; its lower triangle is as it was in any case.
    """
    if not matrix.flags.carray:
        raise ValueError("LAPACK would work in a copy of this matrix")
    # LAPACK's columns are our rows.
    if lapack.dpotrf(matrix.T, lower=1, clean=0, overwrite_a=1)[1]:
        raise LinAlgError("not positive")


def mirror(matrix: Floats) -> None:
    """Write the upper triangle over the lower one."""
    for row in range(1, len(matrix)):
        matrix[row, :row] = matrix[:row, row]


class Curvature:
    """A symmetric matrix (F, F) that is taken over, and factored in its own place time and again.

    The lower triangle and a copy of the diagonal stay what they were.
    """

    def __init__(self, matrix: Floats) -> None:
        self._matrix = owned(matrix)
        self._diagonal = self._matrix.diagonal().copy()

    def __len__(self) -> int:
        return len(self._matrix)

    def whole(self) -> Floats:
        """Return the matrix itself, put right: what was factored in it is lost."""
        for row in range(len(self)):
            self._matrix[row, row + 1 :] = self._matrix[row + 1 :, row]
        np.fill_diagonal(self._matrix, self._diagonal)
        return self._matrix
