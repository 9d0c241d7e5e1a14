"""Measured parameters on their way into the bank: POOL.csv and REPORT.json of a calibration."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from item_bank import service as bank
from webapp import clock

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.orm import Session

    from item_bank.service import Adoption
    from webapp.database import Database

SETTINGS = (
    "model", "priors", "ability", "se", "n_persons", "n_responses", "log_likelihood", "converged",
)  # fmt: skip
"""What is kept of a report: how it was estimated, and from how much."""


class NotAReport(ValueError):
    """The text is no REPORT.json of `spor calibrate`; the message says what was expected."""


@dataclass(frozen=True, slots=True)
class File:
    """A file as it came: what it was called, and its bytes."""

    name: str
    content: bytes

    @property
    def trace(self) -> dict[str, str]:
        """What is kept of it."""
        return {"name": self.name, "sha256": hashlib.sha256(self.content).hexdigest()}

    @property
    def text(self) -> str:
        """UnicodeDecodeError where it is no text in UTF-8."""
        return self.content.decode("utf-8")


@dataclass(frozen=True, slots=True)
class Report:
    answers: Mapping[str, int]
    """How many answers each item's parameters rest on."""
    settings: Mapping[str, Any]

    @property
    def converged(self) -> bool:
        return self.settings.get("converged") is True


def read_report(text: str) -> Report:
    """Read what `spor calibrate --json` wrote. NotAReport."""
    try:
        told = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        raise NotAReport("expected JSON, as `spor calibrate --json` writes it") from error
    try:
        answers = {
            str(item["item"]): int(item["n_responses"])
            for module in told["modules"]
            for item in module["items"]
        }
        settings = {name: told[name] for name in SETTINGS}
    except (KeyError, TypeError, ValueError) as error:
        raise NotAReport("expected the report of a calibration, with modules and items") from error
    return Report(answers, settings)


def preview(session: Session, pool: File, report: File, *, skip_edited: bool = False) -> Adoption:
    """What taking the files in would do. NotAReport; UnreadableError with every fault."""
    known = read_report(report.text)
    return bank.read_adoption(session, pool.text, known.answers, skip_edited=skip_edited)


def adopt(
    database: Database,
    pool: File,
    report: File,
    *,
    skip_edited: bool = False,
    by: int | None,
    note: str,
) -> int:
    """Take the files in, for the next pool; the calibration's id.

    What `preview` raises, or bank.NothingMeasured; nothing has changed then.
    """
    with database.write(alone=True) as session:
        return bank.adopt(
            session,
            preview(session, pool, report, skip_edited=skip_edited),
            files={"pool": pool.trace, "report": report.trace},
            settings=read_report(report.text).settings,
            now=clock.now(),
            by=by,
            note=note,
        )
