"""Blocks of persons on a Dask cluster: `pip install spor[cluster]`.

The parts are sent to the workers once, and stay there; a cycle sends parameters out and sums back.
Workers need this package, and Dask, numpy and scipy, of the same versions.
"""

import pickle
import re
from asyncio import run, wait_for
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, TypeVar
from warnings import catch_warnings

from calibration.blocks import Part
from calibration.errors import ClusterError, refuse
from calibration.executors import Place

if TYPE_CHECKING:
    from distributed import Client, Future

Result = TypeVar("Result")

# Seconds that a scheduler has to answer.
PATIENCE = 4.0
ADDRESS = re.compile(r"(tcp|tls)://([^\s:/\[\]]+|\[[0-9a-fA-F:.]+\]):[0-9]{1,5}")
# What workers must have of the same version as here.
ALIKE = ("spor", "distributed", "numpy", "scipy")


@contextmanager
def cluster(address: str, patience: float = PATIENCE) -> "Iterator[OnCluster]":
    """Give an executor on the cluster whose scheduler is at `address` (tcp://host:port).

    `ClusterError` when the address is none, when Dask is not installed, when nobody answers, when
    there are no workers or not with the same packages as here, or when the cluster is lost.
    """
    if not ADDRESS.fullmatch(address):
        raise ClusterError([f"expected a scheduler as tcp://HOST:PORT, not {address!r}"])
    try:
        from distributed import Client  # noqa: PLC0415 - an extra, and slow to import
    except ImportError as error:
        raise ClusterError(["a cluster needs Dask: pip install spor[cluster]"]) from error
    _knock(address, patience)
    try:
        with catch_warnings(action="ignore"):  # what differs is told below
            client = Client(address, timeout=3 * patience, set_as_default=False)
    except (OSError, ValueError) as error:
        raise ClusterError([f"no scheduler answers at {address}"]) from error
    try:
        if not client.scheduler_info()["workers"]:
            raise ClusterError([f"the scheduler at {address} has no workers"])
        with _losses():
            faults = _differences(client)
        refuse(ClusterError, faults)
        yield OnCluster(client)
    finally:
        client.close(timeout=patience)


def _knock(address: str, patience: float) -> None:
    """Refuse an address where no scheduler of our version answers: a client would try on and on."""
    from distributed.core import rpc  # noqa: PLC0415
    from distributed.security import Security  # noqa: PLC0415

    async def knock() -> str:
        arguments = Security().get_connection_args("client")
        async with rpc(address, timeout=patience, connection_args=arguments) as scheduler:
            found = await scheduler.versions(packages=[])
        return str(found["packages"]["distributed"])

    try:
        with ThreadPoolExecutor(1) as thread:
            there = thread.submit(run, wait_for(knock(), patience)).result()
    except Exception as error:  # whatever a stranger's answer is taken for
        raise ClusterError([f"no scheduler answers at {address}"]) from error
    here = version("distributed")
    text = f"the scheduler at {address} has distributed {there} (here {here})"
    refuse(ClusterError, [text] if there != here else [])


def _differences(client: "Client") -> list[str]:
    """Say which workers have other packages than are here: their numbers could differ."""
    differing: dict[str, list[str]] = {}
    for package in ALIKE:
        here = version(package)
        for worker, there in client.run(version, package, on_error="return").items():
            if there != here:
                found = there if isinstance(there, str) else "missing"
                differing.setdefault(worker, []).append(f"{package} {found} (here {here})")
    return [f"worker {worker}: {', '.join(told)}" for worker, told in differing.items()]


@dataclass(frozen=True, slots=True)
class OnCluster:
    """Keeps the parts with a cluster's workers."""

    client: "Client"

    def keep(self, parts: Sequence[Part]) -> Place:
        with _losses():
            return _Away(self.client, tuple(self.client.scatter(list(parts), hash=False)))


@dataclass(frozen=True, slots=True)
class _Away:
    client: "Client"
    parts: "tuple[Future, ...]"

    def each(self, work: Callable[[Part], Result]) -> Iterator[Result]:
        """Send the work out once, and take the results in the parts' order."""
        with _losses():
            sent = self.client.scatter(_packed(work), hash=False)
            waiting = [self.client.submit(_apply, sent, part, pure=False) for part in self.parts]
            waiting.reverse()
            while waiting:
                result: Result = _unpacked(waiting.pop().result())
                yield result


def _apply(work: bytes, part: Part) -> bytes:
    """Return the packed result of packed work."""
    return _packed(_unpacked(work)(part))


def _packed(sent: object) -> bytes:
    """Return something in one piece.

    Dask would lay every array wherever its message has room, on no boundary of eight bytes and
    maybe read-only. BLAS is then handed a copy in another order of memory, which rounds otherwise;
    LAPACK too, and what is to be factored in its own place stays what it was. Arrays read from one
    piece are laid out as they were, and are the reader's own.
    """
    return pickle.dumps(sent, protocol=pickle.HIGHEST_PROTOCOL)


def _unpacked(sent: bytes) -> Any:
    # Our own work, and our own workers' results.
    return pickle.loads(sent)  # noqa: S301


@contextmanager
def _losses() -> Iterator[None]:
    """Say that the cluster is lost, where Dask says it in one of its ways."""
    from asyncio import CancelledError  # noqa: PLC0415
    from concurrent.futures import CancelledError as Cancelled  # noqa: PLC0415

    from distributed import KilledWorker  # noqa: PLC0415
    from distributed.comm import CommClosedError  # noqa: PLC0415

    lost = (CancelledError, Cancelled, KilledWorker, CommClosedError, TimeoutError, OSError)
    try:
        yield
    except lost as error:
        raise ClusterError(
            [f"the cluster was lost: {str(error) or type(error).__name__}"]
        ) from error
