"""The same bits here, in threads and on a cluster; clear words when a cluster is not there."""

import pickle
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from threading import Thread

import numpy as np
import pytest

from calibration import (
    ClusterError,
    Model,
    Responses,
    StandardErrors,
    Threads,
    cluster,
    fit,
)
from calibration.blocks import CompleteBlock
from calibration.cholesky import factor
from calibration.cluster import OnCluster, _differences
from calibration.executors import gather
from tests.calibration.examples import dichotomous, mixed_models

# Several blocks in several parts.
SMALL = {"calibration.building.ROWS": 64, "calibration.executors.TOGETHER": 2}


@pytest.fixture(autouse=True)
def small_parts(monkeypatch):
    for name, value in SMALL.items():
        monkeypatch.setattr(name, value)


def same(one, other) -> None:
    assert one.trace == other.trace
    np.testing.assert_array_equal(one.free, other.free)
    np.testing.assert_array_equal(one.covariance, other.covariance)
    assert one.reliability == other.reliability


@pytest.mark.parametrize("threads", [1, 3])
def test_threads_give_the_same_bits(threads: int) -> None:
    scores, _, _ = dichotomous(900, 12, given=9)
    with Threads(threads) as pool:
        same(fit(scores), fit(scores, executor=pool))


def test_threads_with_groups_models_and_sandwich() -> None:
    data, models = mixed_models()
    settings = {"models": models, "tolerance": 1e-3, "se": StandardErrors.SANDWICH}
    with Threads(2) as pool:
        same(fit(data, **settings), fit(data, executor=pool, **settings))


def test_no_fewer_than_one_thread() -> None:
    with pytest.raises(ValueError, match="0 threads"):
        Threads(0)


def test_an_interrupt_leaves_no_thread_behind() -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    scores, _, _ = dichotomous(900, 12)
    with pytest.raises(KeyboardInterrupt), Threads(2) as pool:
        fit(scores, executor=pool, watch=interrupt)
    with pytest.raises(RuntimeError, match="shutdown"):
        list(gather(_blocks(3), pool).each(len))


def test_parts_are_taken_in_order_whoever_is_first() -> None:
    def slow_first(part) -> int:
        time.sleep(0.05 if part[0].group == 0 else 0)
        return part[0].group

    with Threads(3) as pool:
        people = gather(_blocks(12), pool)
        assert list(people.each(slow_first)) == [0, 2, 4, 6, 8, 10]
    assert people.n_persons == 60


def _blocks(count: int) -> list[CompleteBlock]:
    scores = np.ones((5, 3), dtype=np.int8)
    return [CompleteBlock(scores, np.ones(5), number) for number in range(count)]


class _Message:
    """What is sent through here arrives as over Dask's wire: arrays read-only, on odd addresses."""

    def __init__(self, sent) -> None:
        buffers: list[pickle.PickleBuffer] = []
        self._bytes = pickle.dumps(sent, protocol=5, buffer_callback=buffers.append)
        self._buffers = [b"x" + bytes(buffer.raw()) for buffer in buffers]

    def result(self):
        return pickle.loads(self._bytes, buffers=[memoryview(b)[1:] for b in self._buffers])


class _Wire:
    """A Dask client, but for the network."""

    def scatter(self, sent, *, hash):  # noqa: A002 - Dask's own name
        assert hash is False
        return [_Message(one) for one in sent] if isinstance(sent, list) else _Message(sent)

    def submit(self, function, *given, pure):
        assert pure is False
        return _Message(function(*(one.result() for one in given)))


@pytest.mark.parametrize("model", [Model.TWO_PL, Model.THREE_PL])
def test_sums_that_arrive_on_odd_addresses_give_the_same_bits(model: Model) -> None:
    array = _Message(np.ones(3)).result()
    assert not array.flags.aligned
    assert not array.flags.writeable
    for given in (9, None):
        scores, _, _ = dichotomous(900, 12, given=given)
        settings = {"models": model, "tolerance": 0.05}
        same(fit(scores, **settings), fit(scores, executor=OnCluster(_Wire()), **settings))


def test_no_factor_is_lost_in_a_copy() -> None:
    whole = np.eye(3) + 1
    for matrix in (_Message(whole).result(), whole[:, ::2], np.asfortranarray(whole)):
        with pytest.raises(ValueError, match="in a copy"):
            factor(matrix)


def test_nobody_answers() -> None:
    with pytest.raises(ClusterError, match=r"no scheduler answers at tcp://127\.0\.0\.1:9"):
        cluster("tcp://127.0.0.1:9", patience=0.5).__enter__()


@pytest.mark.parametrize("address", ["foo", "nowhere://", "tcp://", "tcp://host", "http://host:1"])
def test_what_is_no_address_is_refused_at_once(monkeypatch, address) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ClusterError, match=f"expected a scheduler as .*, not '{address}'"):
        cluster(address).__enter__()


def test_a_stranger_s_answer_is_none() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

        def greet() -> None:
            stranger, _ = server.accept()
            with stranger:
                stranger.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        Thread(target=greet, daemon=True).start()
        with pytest.raises(ClusterError, match=f"no scheduler answers at tcp://127.0.0.1:{port}"):
            cluster(f"tcp://127.0.0.1:{port}", patience=0.5).__enter__()


class _Workers:
    """Two workers: one as here, one without this package and with another numpy."""

    def run(self, ask, package, on_error):
        assert on_error == "return"
        strange = {"spor": PackageNotFoundError(package), "numpy": "1.0"}
        return {"tcp://a": ask(package), "tcp://b": strange.get(package, ask(package))}


def test_workers_with_other_packages_are_named() -> None:
    ours, numpy = version("spor"), version("numpy")
    text = f"worker tcp://b: spor missing (here {ours}), numpy 1.0 (here {numpy})"
    assert _differences(_Workers()) == [text]


def test_without_dask(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ClusterError, match=r"pip install spor\[cluster\]"):
        cluster("tcp://127.0.0.1:9").__enter__()


@contextmanager
def scheduler(*, workers: int):
    """The address of a scheduler in a process of its own, with that many workers."""
    command = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--port", "0"]
    command += ["--host", "127.0.0.1", "--no-dashboard", "--no-show"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, "text": True}
    processes = [subprocess.Popen(command, **quiet)]
    try:
        line = next(line for line in processes[0].stderr if "Scheduler at:" in line)
        address = line.split()[-1]
        for _ in range(workers):
            command = [sys.executable, "-m", "distributed.cli.dask_worker", address]
            command += ["--nthreads", "1", "--no-nanny", "--no-dashboard"]
            processes.append(subprocess.Popen(command, **quiet))
        for worker in processes[1:]:
            next(line for line in worker.stderr if "Registered to:" in line)
        yield address, processes[0]
    finally:
        for process in reversed(processes):
            process.terminate()
        for process in processes:
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            process.stderr.close()


@pytest.mark.slow
def test_a_cluster_gives_the_same_bits_and_says_when_it_is_lost() -> None:
    scores, _, _ = dichotomous(900, 12, given=9)
    table = dichotomous(900, 12)[0]
    with scheduler(workers=2) as (address, process), cluster(address, patience=2) as away:
        same(fit(scores), fit(scores, executor=away))
        three = {"models": Model.THREE_PL, "tolerance": 0.05}
        same(fit(table, **three), fit(table, executor=away, **three))
        waiting = gather(_blocks(3), away).each(_slow_last)
        assert next(waiting) == 2
        process.kill()
        with pytest.raises(ClusterError, match="the cluster was lost"):
            list(waiting)
        with pytest.raises(ClusterError, match="the cluster was lost"):
            fit(Responses.from_matrix(table), executor=away)


def _slow_last(part) -> int:
    time.sleep(20 if part[0].group else 0)
    return len(part)


@pytest.mark.slow
def test_a_cluster_without_workers() -> None:
    with (
        scheduler(workers=0) as (address, _),
        pytest.raises(ClusterError, match="has no workers"),
        cluster(address),
    ):
        pass
