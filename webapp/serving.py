"""The production server: gunicorn with threads, started from Python so that one command serves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gunicorn.app.base import BaseApplication

from webapp.app import create_app

if TYPE_CHECKING:
    from flask import Flask

    from webapp.settings import Settings

WORKERS = 2
THREADS = 16
"""Measured: two workers of sixteen threads keep 50 clients answering; more do not help."""

KEEP_ALIVE_S = 75
"""Longer than proxies keep theirs: otherwise one may send on a connection that we just closed."""


class Server(BaseApplication):  # type: ignore[misc]
    def __init__(self, settings: Settings, greeting: str) -> None:
        self.settings = settings
        self.greeting = greeting
        super().__init__()

    def load_config(self) -> None:
        options: dict[str, Any] = {
            "bind": f"{self.settings.host}:{self.settings.port}",
            "workers": WORKERS,
            "threads": THREADS,
            "worker_class": "gthread",
            "keepalive": KEEP_ALIVE_S,
            "loglevel": "warning",
            "proc_name": "spor",
            "control_socket_disable": True,
            "when_ready": self._greet,
        }
        for name, value in options.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> Flask:
        return create_app(self.settings)

    def _greet(self, server: object) -> None:  # noqa: ARG002
        where = f"Spor is running on {self.settings.base_url} (stop it with Ctrl-C)."
        print(f"{self.greeting}\n{where}", flush=True)  # noqa: T201  the terminal is the reader


def serve(settings: Settings, *, greeting: str) -> None:
    """Serve until stopped."""
    Server(settings, greeting).run()
