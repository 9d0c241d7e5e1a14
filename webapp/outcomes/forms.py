"""The shape of a wish for another look, and of what HR asks the list of proposals for."""

from __future__ import annotations

import re

from flask_wtf import FlaskForm
from wtforms import BooleanField, SelectField, TextAreaField
from wtforms.validators import AnyOf, Optional, Regexp, ValidationError

from webapp.i18n import gettext
from webapp.outcomes.service import OutcomeFilter
from webapp.outcomes.words import TRACKS
from webapp.rounds.forms import ListForm

LONGEST_MESSAGE = 2000
TICKED = "y"
"""What a browser sends for the tick box."""
# Control characters apart from the line feed; PostgreSQL refuses the first of them in a text.
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def plain_text(text: str | None) -> str:
    """A message as a person would count it: one character a line break, no control characters."""
    lines = (text or "").replace("\r\n", "\n").replace("\r", "\n")
    return _UNPRINTABLE.sub("", lines).strip()


class ReviewForm(FlaskForm):  # type: ignore[misc]
    message = TextAreaField(
        filters=[plain_text], render_kw={"rows": 5, "maxlength": LONGEST_MESSAGE}
    )

    def validate_message(self, field: TextAreaField) -> None:
        if len(field.data or "") > LONGEST_MESSAGE:
            raise ValidationError(
                gettext("The message is too long. Write at most 2000 characters.")
            )


class OutcomeFilterForm(ListForm):
    module = SelectField(
        validate_choice=False, validators=[Optional(), Regexp(r"[A-Za-z0-9_-]{1,10}\Z")]
    )
    track = SelectField(validate_choice=False, validators=[Optional(), AnyOf(TRACKS)])
    look = BooleanField()

    def validate_look(self, field: BooleanField) -> None:
        if field.raw_data not in ([], [TICKED]):
            raise ValidationError(f"expected {TICKED}")

    def wanted(self) -> OutcomeFilter:
        """What is asked for. After validation."""
        return OutcomeFilter(
            module=self.module.data or None,
            track=self.track.data or None,
            unit_id=self.unit_id,
            only_to_look_at=self.look.data,
        )
