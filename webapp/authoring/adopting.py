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
    "responses",
)  # fmt: skip
"""What is kept of a report: how it was estimated, from how much, and from which file."""
SLACK = 0.05
"""Logits by which a scale may miss the one that tests believe in."""


class NotAReport(ValueError):
    """The text is no REPORT.json of `spor calibrate`; the message says what was expected."""


class NotText(ValueError):
    """A file is no text in UTF-8."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"{name}: expected text in UTF-8")


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
        """NotText where it is none."""
        try:
            return self.content.decode("utf-8")
        except UnicodeDecodeError as error:
            raise NotText(self.name) from error


@dataclass(frozen=True, slots=True)
class Calibrated:
    """What the two files of a calibration say, as plain values."""

    pool: str
    """The text of POOL.csv."""
    answers: Mapping[str, int]
    """How many answers each item's parameters rest on."""
    settings: Mapping[str, Any]
    files: Mapping[str, Mapping[str, str]]
    abilities: Mapping[str, tuple[float, float]]
    """Mean and SD of ability on the scale of each module that was calibrated by itself."""

    @property
    def converged(self) -> bool:
        return self.settings["converged"] is True

    @property
    def other_scales(self) -> dict[str, tuple[float, float]]:
        """The modules where ability is not as tests believe, 0 ± 1, and what it is."""
        return {
            module: (mean, sd)
            for module, (mean, sd) in self.abilities.items()
            if abs(mean) > SLACK or abs(sd - 1) > SLACK
        }


def read_files(pool: File, report: File) -> Calibrated:
    """Read what `spor calibrate` wrote. NotAReport; NotText."""
    parameters = pool.text
    try:
        told = json.loads(report.text)
    except (json.JSONDecodeError, RecursionError) as error:
        raise NotAReport("expected JSON, as `spor calibrate --json` writes it") from error
    try:
        return Calibrated(
            pool=parameters,
            answers={
                str(item["item"]): int(item["n_responses"])
                for module in told["modules"]
                for item in module["items"]
            },
            settings={name: told[name] for name in SETTINGS},
            files={"pool": pool.trace, "report": report.trace},
            abilities={
                str(module["module"]): _ability(module["groups"][0])
                for module in told["modules"]
                if not any(item["fixed"] for item in module["items"])
            },
        )
    except (IndexError, KeyError, TypeError, ValueError) as error:
        raise NotAReport("expected the report of a calibration, with modules and items") from error


def _ability(group: Mapping[str, Any]) -> tuple[float, float]:
    return float(group["mean"]), float(group["sd"])


def preview(session: Session, found: Calibrated, *, skip_edited: bool = False) -> Adoption:
    """What taking it in would do. UnreadableError with every fault."""
    return bank.read_adoption(session, found.pool, found.answers, skip_edited=skip_edited)


def adopt(
    database: Database,
    found: Calibrated,
    *,
    skip_edited: bool = False,
    by: int | None,
    note: str,
) -> int:
    """Take it in, for the next pool; the calibration's id.

    UnreadableError, or bank.NothingMeasured; nothing has changed then.
    """
    with database.write(alone=True) as session:
        return bank.adopt(
            session,
            preview(session, found, skip_edited=skip_edited),
            files=found.files,
            settings=found.settings,
            now=clock.now(),
            by=by,
            note=note,
        )
