"""What can be wrong with a value handed to the engine; all of it is a ValueError."""

from collections.abc import Sequence


class DesignError(ValueError):
    """A design, or a part of one, that cannot be used; `faults` names everything found."""

    def __init__(self, faults: Sequence[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(self.faults))


class PoolError(ValueError):
    """Item parameters that do not make a pool; `faults` names everything found.

    `columns` are the columns of POOL.csv that the faults of one item are about.
    """

    def __init__(self, faults: Sequence[str], columns: Sequence[str] = ()) -> None:
        self.faults, self.columns = tuple(faults), tuple(columns)
        super().__init__("; ".join(self.faults))


class ResponseError(ValueError):
    """A list of responses that this design and pool cannot have produced."""


class UnknownItemError(ResponseError):
    """A response to an item that is not in the pool, or whose module is not in the design."""


class RepeatedItemError(ResponseError):
    """Two responses to one item."""


class CategoryError(ResponseError):
    """A response in a category that the item does not have."""


def refuse(faults: Sequence[str]) -> None:
    """Raise `DesignError` when there is any fault."""
    if faults:
        raise DesignError(faults)
