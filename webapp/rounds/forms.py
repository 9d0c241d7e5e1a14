"""The shape of what HR asks a round's list for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wtforms import Form, IntegerField, SelectField
from wtforms.validators import AnyOf, NumberRange, Optional, Regexp

from webapp.rounds.service import RoundFilter, Status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from webapp.rounds.service import UnitChoice

A_NUMBER = Regexp(r"[0-9]{1,9}\Z")


class ListForm(Form):
    """A list by unit, a page at a time. Sent by GET and changes nothing, so it needs no token.

    The choices are only for showing: whether a unit is in the round is for the service to say.
    """

    unit = SelectField(validate_choice=False, validators=[Optional(), A_NUMBER])
    page = IntegerField(default=1, validators=[Optional(), NumberRange(min=1, max=1_000_000)])

    @property
    def unit_id(self) -> int | None:
        return int(self.unit.data) if self.unit.data else None

    @property
    def page_number(self) -> int:
        return self.page.data or 1

    def offer_units(self, label: str, every: str, units: Sequence[UnitChoice]) -> None:
        self.unit.label.text = label
        self.unit.choices = [("", every), *((str(unit.id), unit.name) for unit in units)]


class RoundFilterForm(ListForm):
    status = SelectField(
        validate_choice=False, validators=[Optional(), AnyOf([status.value for status in Status])]
    )

    def wanted(self) -> RoundFilter:
        """What is asked for. After validation."""
        status = Status(self.status.data) if self.status.data else None
        return RoundFilter(status=status, unit_id=self.unit_id)
