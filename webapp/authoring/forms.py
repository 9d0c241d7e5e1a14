"""The shape of what authors send; the question itself is read by `webapp.authoring.drafts`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, HiddenField, IntegerField, SelectField, StringField
from wtforms.validators import AnyOf, InputRequired, Length, NumberRange, Optional, Regexp

from item_bank.models import Status
from webapp.authoring import words
from webapp.authoring.drafts import clean
from webapp.authoring.problems import LONGEST_NOTE
from webapp.authoring.service import Filters, StatusAction
from webapp.i18n import LANGUAGES
from webapp.i18n import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterable

    from webapp.authoring.service import ModuleShelf

LONGEST_SEARCH = 100
LARGEST_ID = 2**31 - 1


class FilterForm(FlaskForm):  # type: ignore[misc]
    """The bank's filters, as a GET form that can be bookmarked."""

    class Meta:
        csrf = False

    module = SelectField(validators=[Optional()], choices=[])
    category = SelectField(validators=[Optional()], choices=[])
    kind = SelectField(validators=[Optional()], choices=[])
    level = SelectField(validators=[Optional()], choices=[])
    q = StringField(validators=[Optional(), Length(max=LONGEST_SEARCH)])

    def offer(self, modules: Iterable[ModuleShelf], language: str) -> None:
        """Fill in labels and choices, in the reader's language."""
        everything = ("", _("All"))
        modules = list(modules)
        self.module.choices = [everything, *((one.code, one.name[language]) for one in modules)]
        self.category.choices = [
            everything,
            *(
                (category.code, f"{category.code} {category.name[language]}")
                for module in modules
                for category in module.categories
            ),
        ]
        self.kind.choices = [everything, *words.kinds().items()]
        self.level.choices = [everything, *((str(n), name) for n, name in words.levels().items())]
        labels = {
            "module": _("Module"),
            "category": _("Category"),
            "kind": _("Kind"),
            "level": _("Level"),
            "q": _("Words in the question"),
        }
        for name, label in labels.items():
            self[name].label.text = label

    def filters(self) -> Filters:
        """What was asked for, not yet checked against what is offered."""
        level = self.level.data or ""
        return Filters(
            module=self.module.data or None,
            category=self.category.data or None,
            kind=self.kind.data or None,
            level=int(level) if level in {"1", "2", "3"} else None,
            text=clean(self.q.data or "").strip(),
        )


class ViewForm(FlaskForm):  # type: ignore[misc]
    """How a question is to be shown. The language's address name is `in`."""

    class Meta:
        csrf = False

    language = StringField(name="in", validators=[Optional(), AnyOf(LANGUAGES)])
    key = StringField(validators=[Optional(), AnyOf(["1"])])
    revision = IntegerField(validators=[Optional(), NumberRange(min=1, max=LARGEST_ID)])


class EditForm(FlaskForm):  # type: ignore[misc]
    """What the edit form sends beside the question itself."""

    expected_version = IntegerField(
        validators=[InputRequired(), NumberRange(min=1, max=LARGEST_ID)]
    )
    action = StringField(
        validators=[InputRequired(), Regexp(r"save|preview|[a-z]+ (rows|extras)( \d{1,2})?\Z")]
    )
    preview_language = StringField(validators=[AnyOf(LANGUAGES)])


class StatusForm(FlaskForm):  # type: ignore[misc]
    """What is to be done with a question, and the status it had when its author saw it."""

    action = StringField(validators=[InputRequired(), AnyOf([*StatusAction])])
    seen = StringField(validators=[InputRequired(), AnyOf([*Status])])
    note = StringField(validators=[Optional(), Length(max=LONGEST_NOTE)])


class PublishForm(FlaskForm):  # type: ignore[misc]
    mark = HiddenField(validators=[InputRequired(), Regexp(r"[0-9a-f]{32}\Z")])
    note = StringField(validators=[Optional(), Length(max=LONGEST_NOTE)])


class CalibrationForm(FlaskForm):  # type: ignore[misc]
    """The two files of a calibration."""

    pool = FileField(validators=[FileRequired()])
    report = FileField(validators=[FileRequired()])
    skip_edited = BooleanField()

    def name_fields(self) -> None:
        """Fill in the labels, in the reader's language."""
        self.pool.label.text = _("The parameters (POOL.csv)")
        self.report.label.text = _("The report (REPORT.json)")
        self.skip_edited.label.text = _("Pass over questions that have been edited since")
        missing = {"pool": _("Choose the POOL.csv."), "report": _("Choose the REPORT.json.")}
        for name, message in missing.items():
            if self[name].errors:
                self[name].errors = [message]


class AdoptForm(FlaskForm):  # type: ignore[misc]
    """What was looked at, signed by ourselves, and a note."""

    looked_at = HiddenField(validators=[InputRequired()])
    note = StringField(validators=[Optional(), Length(max=LONGEST_NOTE)])
