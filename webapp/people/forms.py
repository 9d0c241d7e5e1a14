"""The shape of what people send about themselves."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import HiddenField, StringField
from wtforms.validators import AnyOf

from webapp.i18n import LANGUAGES


class LanguageForm(FlaskForm):  # type: ignore[misc]
    language = StringField(validators=[AnyOf(LANGUAGES)])
    next = HiddenField()
