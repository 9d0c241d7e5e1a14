"""The shape of a sent answer; what it means is for `item_bank.answers` to say."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from flask_wtf import FlaskForm
from wtforms import HiddenField, IntegerField
from wtforms.validators import InputRequired, NumberRange, Regexp

from webapp.taking.service import Submission

if TYPE_CHECKING:
    from werkzeug.datastructures import MultiDict

OWN_FIELDS = {"csrf_token", "position", "key"}


class AnswerForm(FlaskForm):  # type: ignore[misc]
    position = IntegerField(validators=[InputRequired(), NumberRange(min=1, max=10_000)])
    key = HiddenField(validators=[InputRequired(), Regexp(r"[A-Za-z0-9_-]{16,64}\Z")])

    def submission(self, form: MultiDict[str, str]) -> Submission:
        """What was sent, the question's own fields apart from the form's. After validation."""
        fields = {name: form.getlist(name) for name in form if name not in OWN_FIELDS}
        position, key = self.position.data, self.key.data
        assert position is not None
        assert key is not None
        return Submission(position=position, key=key, form=fields)


def new_key() -> str:
    """For one showing of the form: the same key twice means one sending, repeated."""
    return secrets.token_urlsafe(18)
