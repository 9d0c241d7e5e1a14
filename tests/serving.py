"""Spor as it is served in production, started and stopped by a test, on loopback only."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import build_opener

import pytest

ROOT = Path(__file__).parents[1]
PATIENCE_S = 30.0


class Server:
    """A server in a process group of its own, so that all of it can be killed at once."""

    def __init__(self, database_url: str) -> None:
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.environ = {
            **os.environ,
            "SPOR_DATABASE_URL": database_url,
            "SPOR_SECRET_KEY": "a secret that is long enough for the tests",
            "PORT": str(self.port),
        }
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "webapp", "serve"],
            env=self.environ,
            cwd=ROOT,
            start_new_session=True,
            stdout=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            try:
                build_opener().open(f"{self.base}/health", timeout=2).close()
            except (URLError, ConnectionError, TimeoutError):
                assert self.process.poll() is None, "the server has stopped by itself"
                time.sleep(0.1)
            else:
                return
        pytest.fail(f"the server did not start within {PATIENCE_S} seconds")

    def kill(self, how: signal.Signals = signal.SIGKILL) -> None:
        if self.process is None or self.process.poll() is not None:
            return
        os.killpg(self.process.pid, how)
        self.process.wait(timeout=PATIENCE_S)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
