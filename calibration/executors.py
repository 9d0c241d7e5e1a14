"""Where blocks of persons are worked on: here, in threads, or on a cluster.

Every sum over persons is made part by part, and the parts' sums are added in the parts' order. How
persons are cut into parts follows from the data alone, so that all executors give the same bits.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol, Self, TypeVar

import numpy as np

from calibration.blocks import Block, Part

Result = TypeVar("Result")

# Blocks in a part: enough work for a thread or a message, little enough to share among many.
TOGETHER = 16


class Place(Protocol):
    """Parts where they are kept; `each` gives the work's results in the parts' order.

    Results are made for the caller, who owns them: their arrays are aligned, nobody else holds
    them, and sums are added up, factored and inverted in them. An executor that fetches results
    from elsewhere has to see to it.
    """

    def each(self, work: Callable[[Part], Result]) -> Iterator[Result]: ...


class Executor(Protocol):
    """Takes parts to where they will be worked on."""

    def keep(self, parts: Sequence[Part]) -> Place: ...


@dataclass(frozen=True, slots=True, eq=False)
class People:
    """All persons of a calibration: `n_patterns` rows that stand for `n_persons`.

    `n_answers` are there in all, `most_answers` in one row.
    """

    place: Place
    n_patterns: int
    n_persons: float
    n_answers: int
    most_answers: int

    def each(self, work: Callable[[Part], Result]) -> Iterator[Result]:
        """Yield what `work` makes of each part, in the parts' order."""
        return self.place.each(work)


def summed(results: Iterator[Result], add: Callable[[Result, Result], Result]) -> Result:
    """Add up in order; what was added is let go before the next is made, as `reduce` does not."""
    total = next(results)
    for own in results:
        total = add(total, own)
        del own
    return total


def thinned(step: int, part: Part) -> Part:
    """Return every `step`th pattern of each of the part's blocks."""
    return tuple(block.part(slice(0, None, step)) for block in part)


def gather(blocks: Sequence[Block], executor: Executor) -> People:
    """Cut blocks into parts, and give them to the executor."""
    parts = [tuple(blocks[i : i + TOGETHER]) for i in range(0, len(blocks), TOGETHER)]
    weights = [block.weights for block in blocks]
    return People(
        executor.keep(parts),
        sum(own.size for own in weights),
        float(sum(np.sum(own) for own in weights)),
        sum(block.n_answers for block in blocks),
        max(block.most_answers for block in blocks),
    )


@dataclass(frozen=True, slots=True)
class Serial:
    """One part after the other, in this thread."""

    def keep(self, parts: Sequence[Part]) -> Place:
        return _Here(tuple(parts))


@dataclass(frozen=True, slots=True)
class _Here:
    parts: tuple[Part, ...]

    def each(self, work: Callable[[Part], Result]) -> Iterator[Result]:
        return (work(part) for part in self.parts)


class Threads:
    """A pool of threads; numpy and scipy let them run beside one another.

    Use it as a context: leaving it ends the threads. BLAS should have one thread of its own
    (OPENBLAS_NUM_THREADS=1), or the two multiply.
    """

    def __init__(self, n_threads: int) -> None:
        if n_threads < 1:
            raise ValueError(f"{n_threads} threads")
        self._size = n_threads
        self._pool = ThreadPoolExecutor(n_threads, thread_name_prefix="calibration")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(cancel_futures=True)

    def keep(self, parts: Sequence[Part]) -> Place:
        return _InThreads(self._pool, self._size, tuple(parts))


@dataclass(frozen=True, slots=True)
class _InThreads:
    pool: ThreadPoolExecutor
    size: int
    parts: tuple[Part, ...]

    def each(self, work: Callable[[Part], Result]) -> Iterator[Result]:
        """Keep no more results waiting than there are threads: an information matrix is large."""
        waiting: deque[Future[Result]] = deque()
        for part in self.parts:
            waiting.append(self.pool.submit(work, part))
            if len(waiting) > self.size:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


SERIAL = Serial()
