"""The two array types of the engine, named once."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Booleans = NDArray[np.bool_]
LARGEST = 1e9
"""No number of a design or of an item is beyond this; arrays of numbers overflow further out."""


def frozen(values: Floats) -> Floats:
    """Return a C-ordered copy of `values` that cannot be written to."""
    copy = np.array(values, dtype=np.float64, order="C")
    copy.setflags(write=False)
    return copy
