"""
The base of every form: fields that take what people type, and speak with our words only.

Nothing here writes HTML: the macros do. `required` and `maxlength` are never set, since the first
makes the browser answer in its own language and the second cuts pasted text without a word.
"""

import unicodedata
from collections.abc import MutableMapping, Sequence
from dataclasses import dataclass
from typing import Any, Never

from wtforms import Field, Label, StringField
from wtforms import Form as WTForm
from wtforms.fields.core import UnboundField
from wtforms.form import BaseForm
from wtforms.meta import DefaultMeta
from wtforms.validators import StopValidation
from wtforms.widgets import PasswordInput

from idp.core.phone_number import InvalidPhoneNumber, PhoneNumber
from idp.core.typed_text import plain_digits, visible
from idp.web.csrf import BrowserBound
from idp.web.texts import lazy_gettext as _


def plain_line(text: str | None) -> str:
    """
    Make one clean line of typed or pasted text: NFC, single spaces, nothing invisible.

    Some keyboards send decomposed letters (NFD), and a NUL is an error to PostgreSQL.
    """
    if not text:
        return ""
    composed = unicodedata.normalize("NFC", visible(text))
    if composed.isprintable():  # no control character is
        return " ".join(composed.split())
    return " ".join("".join(" " if _is_control(c) else c for c in composed).split())


def plain_paragraphs(text: str | None) -> str:
    """
    Make clean text of what somebody tells in their own words: as `plain_line`, with its lines.

    Empty lines stand between paragraphs, one at a time; none at the ends.
    """
    lines = [plain_line(line) for line in (text or "").splitlines()]
    kept = [line for at, line in enumerate(lines) if line or (at and lines[at - 1])]
    return "\n".join(kept).strip("\n")


def digits_as_typed(line: str | None) -> str:
    """Drop what people group digits with from the *line* of a `LineField`; all else stays."""
    return plain_digits(line or "")


def secret_as_typed(text: str | None) -> str:
    """Compose a password (NFC) and change nothing else: spaces count, also at its ends."""
    return unicodedata.normalize("NFC", text or "")


def _is_control(char: str) -> bool:
    return unicodedata.category(char) == "Cc"


class LineField(StringField):
    """One line of text; `data` has passed `plain_line`."""

    def __init__(self, label: str | None = None, **kwargs: Any) -> None:  # noqa: ANN401 (WTForms' own)
        super().__init__(label, filters=[plain_line], default=str, **kwargs)


class PhoneField(LineField):
    """A Vietnamese mobile number."""

    def pre_validate(self, form: BaseForm) -> None:
        """Refuse what is none."""
        del form
        try:
            PhoneNumber.parse(self.data or "")
        except InvalidPhoneNumber:
            refuse(_("Nhập số di động Việt Nam gồm 10 chữ số"))

    @property
    def number(self) -> PhoneNumber:
        """The number; after a `validate` that found it good."""
        return PhoneNumber.parse(self.data or "")


class ParagraphField(StringField):
    """Text of several lines; `data` has passed `plain_paragraphs`."""

    def __init__(self, label: str | None = None, **kwargs: Any) -> None:  # noqa: ANN401 (WTForms' own)
        super().__init__(label, filters=[plain_paragraphs], default=str, **kwargs)


class ChoiceField(LineField):
    """One of a few values, none of them chosen beforehand; the form's own check says which."""

    def __init__(self, label: str, *, choices: Sequence[tuple[str, str]], **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(label, **kwargs)
        self.choices = choices


class TicksField(Field):
    """Any of a few values; `data` holds those that were ticked, in the order of the choices."""

    def __init__(self, label: str, *, choices: Sequence[tuple[str, str]], **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(label, default=tuple, **kwargs)
        self.choices = choices

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Take what was ticked; what no box has is not taken."""
        self.data = tuple(value for value, _text in self.choices if value in valuelist)


class SecretField(StringField):
    """A password; `data` has passed `secret_as_typed`, and no page ever shows it again."""

    widget = PasswordInput()

    def __init__(self, label: str | None = None, **kwargs: Any) -> None:  # noqa: ANN401 (WTForms' own)
        super().__init__(label, filters=[secret_as_typed], default=str, **kwargs)


@dataclass(frozen=True)
class ErrorLine:
    """One line of the error summary: the field it leads to, and the words at that field."""

    field_id: str
    text: str


class Form(WTForm):
    """
    A form of ours. Made by `Pages.form`, which hands in the token and what was posted.

    Field ids equal field names. A field's own check is a method `validate_<name>` that calls
    `refuse`; `fail` adds what only the server could find out.
    """

    class Meta(DefaultMeta):
        csrf = True
        csrf_class = BrowserBound
        # False and not a language: WTForms has no Vietnamese, and every message is ours.
        locales = False

        def bind_field(
            self,
            form: BaseForm,
            unbound_field: "UnboundField[Any]",
            options: MutableMapping[str, Any],
        ) -> Any:  # noqa: ANN401 (a field of that class)
            """
            Make a field of *form*: a copy of what was made for the first.

            What a field consists of never changes; to work it out again took most of a form's time.
            """
            made: dict[str, Any] | None = getattr(unbound_field, "made", None)
            if made is None:
                first = super().bind_field(form, unbound_field, options)
                made = {**vars(first), "_form": None, "meta": None}
                unbound_field.made = made  # type: ignore[attr-defined]
            field = object.__new__(unbound_field.field_class)
            label = made["label"]  # which a form may give other words
            vars(field).update(made, _form=form, meta=self, label=Label(label.field_id, label.text))
            return field

    def check_token(self) -> None:
        """Raise `CsrfFailed` unless this form was posted from the page it was shown on."""
        self["csrf_token"].pre_validate(self)

    def fail(self, field: str, text: str) -> None:
        """Put *text* at *field*, as if its own check had found it."""
        self[field].errors = [*self[field].errors, text]

    @property
    def summary(self) -> tuple[ErrorLine, ...]:
        """The errors in the order of the fields, one line per text."""
        lines: dict[str, ErrorLine] = {}
        for field in self:
            for text in field.errors:
                lines.setdefault(str(text), ErrorLine(field.id, text))
        return tuple(lines.values())


def refuse(text: str) -> Never:
    """End the check of a field with *text*; WTForms takes it from here."""
    raise StopValidation(text)
