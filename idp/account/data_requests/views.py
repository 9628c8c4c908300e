"""The pages: the requests so far, a new one, and how far one is."""

from typing import Any, Final

from flask import Response, abort

from idp.account.data_requests.forms import KINDS, DataRequestForm
from idp.account.frame import AccountFrame, AccountPage, Section, Visitor
from idp.data_requests import store
from idp.data_requests.file_request import AskedAlready, FileRequest
from idp.data_requests.model import DataRequest, RequestNumber
from idp.data_requests.rules import Terms, parse_request_number
from idp.db.database import Database
from idp.web.see_other import see_other
from idp.web.shown_time import shown_moment

PATH: Final = "/account/data/requests"


class List(AccountPage):
    """`/account/data/requests`: what was asked, and how far it is."""

    section = Section.DATA

    def __init__(self, frame: AccountFrame, database: Database) -> None:
        super().__init__(frame)
        self._database = database

    def show(self, visitor: Visitor, **address: str) -> Response:
        with self._database.reading() as reading:
            found = store.requests_of(reading, visitor.citizen_id)
        return self.render(
            "account/data_requests/list.html", requests=[_shown(each) for each in found]
        )


class New(AccountPage):
    """
    `/account/data/requests/new`: the form, after a sign-in of this moment.

    Open also while a hold bars changes: asking changes nothing.
    """

    section = Section.DATA

    def __init__(self, frame: AccountFrame, file: FileRequest, terms: Terms) -> None:
        super().__init__(frame)
        self._file = file
        self._terms = terms

    def show(self, visitor: Visitor, **address: str) -> Response:
        if not self._frame.fresh_sign_in.is_given(visitor.session):
            return self._frame.fresh_sign_in.ask(f"{PATH}/new")
        return self._render(self._pages.form(DataRequestForm))

    def act(self, visitor: Visitor, **address: str) -> Response:
        if not self._frame.fresh_sign_in.is_given(visitor.session):
            return self._frame.fresh_sign_in.ask(f"{PATH}/new")
        form = self._pages.form(DataRequestForm)
        if not form.validate():
            return self._render(form)
        try:
            number = self._file(visitor.citizen_id, form.chosen, form.words.data or "")
        except AskedAlready as asked:
            form.fail_asked_already(asked.number)
            return self._render(form)
        return see_other(f"{PATH}/{number}")

    def _render(self, form: DataRequestForm) -> Response:
        return self.render(
            "account/data_requests/new.html",
            form=form,
            answered_in=self._terms.answered_in_working_days,
            done_in=self._terms.done_in.days,
        )


class Request(AccountPage):
    """`/account/data/requests/YC-…`: what was asked and answered, and by when."""

    section = Section.DATA

    def __init__(self, frame: AccountFrame, database: Database) -> None:
        super().__init__(frame)
        self._database = database

    def show(self, visitor: Visitor, **address: str) -> Response:
        number = _number(address)
        with self._database.reading() as reading:
            request = store.request_of(reading, number, visitor.citizen_id)
            if request is None:
                abort(404)
            answers = store.answers_to(reading, number)
        return self.render(
            "account/data_requests/request.html",
            words=request.words,
            answers=[{"at": shown_moment(each.at), "words": each.words} for each in answers],
            **_shown(request),
        )


def _number(address: dict[str, str]) -> RequestNumber:
    number = parse_request_number(address["number"])
    if number is None:
        abort(404)
    return number


def _shown(request: DataRequest) -> dict[str, Any]:
    return {
        "number": request.number,
        "kind": KINDS[request.kind],
        "state": str(request.state),
        "filed_at": shown_moment(request.filed_at),
        "answer_due": shown_moment(request.answer_due),
        "done_due": shown_moment(request.done_due),
    }
