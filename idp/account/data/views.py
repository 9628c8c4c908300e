"""`/account/data`, the file, and the page to print."""

import json
from datetime import datetime
from typing import Final

from flask import Blueprint, Response

from idp.account.data.copy import Part, copy_of
from idp.account.data.export import CopyForm, NoteExport
from idp.account.data.words import printed
from idp.account.frame import AccountFrame, AccountPage, Section, Visitor
from idp.core.clock import Clock
from idp.db.database import Database
from idp.interactions.sign_in import SignIn
from idp.web.forms import Form
from idp.web.see_other import see_other
from idp.web.shown_time import shown_moment

PATH: Final = "/account/data"
_FILE: Final = "my-data.json"


class DownloadForm(Form):
    """The wish for the file; there is nothing to fill in."""


class PrintForm(Form):
    """The wish for the page to print; there is nothing to fill in."""


class Data(AccountPage):
    """`/account/data`: what one can do with the own data."""

    section = Section.DATA

    def show(self, visitor: Visitor, **address: str) -> Response:
        return self.render(
            "account/data/data.html",
            download_form=self._pages.blank_form(DownloadForm),
            print_form=self._pages.blank_form(PrintForm),
        )


class CopyPage(AccountPage):
    """A copy of what is held; only after a sign-in of this moment."""

    section = Section.DATA
    sensitive = True

    def __init__(
        self,
        frame: AccountFrame,
        *,
        note: NoteExport,
        sign_in: SignIn,
        database: Database,
        clock: Clock,
    ) -> None:
        super().__init__(frame)
        self._note = note
        self._sign_in = sign_in
        self._database = database
        self._clock = clock

    def copy(self, visitor: Visitor) -> tuple[Part, ...]:
        """What is held now."""
        sessions = self._sign_in.sessions_of(visitor.citizen_id)
        with self._database.reading() as reading:
            return copy_of(reading, visitor.citizen_id, sessions)


class Download(CopyPage):
    """`/account/data/download`: the file."""

    def show(self, visitor: Visitor, **address: str) -> Response:
        """The page with the button: who had to sign in first comes back here."""
        return see_other(PATH)

    def act(self, visitor: Visitor, **address: str) -> Response:
        """The file, as JSON."""
        self._pages.form(DownloadForm)
        self._note(visitor.citizen_id, CopyForm.JSON)
        parts = {part.name: part.entries for part in self.copy(visitor)}
        made = {"made_at": self._clock.now()} | parts
        text = json.dumps(made, ensure_ascii=False, indent=2, default=_plain)
        response = Response(text, mimetype="application/json")
        response.headers["Content-Disposition"] = f'attachment; filename="{_FILE}"'
        return response


class Print(CopyPage):
    """`/account/data/print`: the same to read and to print."""

    def show(self, visitor: Visitor, **address: str) -> Response:
        """The page, once it is noted."""
        if not self._note.is_noted(visitor.citizen_id):
            return see_other(PATH)
        return self.render(
            "account/data/print.html",
            parts=[printed(part) for part in self.copy(visitor) if part.entries],
            made_at=shown_moment(self._clock.now()),
        )

    def act(self, visitor: Visitor, **address: str) -> Response:
        """Note it, and lead to the page by a GET of its own: so it is kept nowhere."""
        self._pages.form(PrintForm)
        self._note(visitor.citizen_id, CopyForm.PRINT)
        return see_other(f"{PATH}/print")


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"not for a file: {type(value).__name__}")


def data_routes(
    *,
    frame: AccountFrame,
    note: NoteExport,
    sign_in: SignIn,
    database: Database,
    clock: Clock,
) -> Blueprint:
    blueprint = Blueprint("data", __name__, url_prefix=PATH)
    blueprint.add_url_rule("", view_func=Data.as_view("data", frame))
    for path, view in (("/download", Download), ("/print", Print)):
        function = view.as_view(
            path[1:], frame, note=note, sign_in=sign_in, database=database, clock=clock
        )
        blueprint.add_url_rule(path, view_func=function)
    return blueprint
