"""`/account/activity`, and the page that locks the account because of something on it."""

from typing import Any, Final

from flask import Blueprint, Response
from flask_babel import get_locale

from idp.account.activity.store import Activity, activity, find
from idp.account.activity.words import Category, shown_kinds, words_for
from idp.account.frame import AccountFrame, AccountPage, Section, Visitor
from idp.db.database import Database
from idp.relying_parties.model import ClientId
from idp.relying_parties.ports import RelyingParties
from idp.unrecognised.report import ReportUnrecognised
from idp.web.at_hand import request
from idp.web.forms import Form
from idp.web.shown_time import shown_moment

PATH: Final = "/account/activity"
_PER_PAGE: Final = 25
_DIGITS: Final = 9  # a column of whole numbers holds no more


class NotMineForm(Form):
    """The wish to lock the account; there is nothing to fill in."""


class ActivityPage(AccountPage):
    """A page about what happened."""

    section = Section.ACTIVITY

    def __init__(
        self, frame: AccountFrame, database: Database, relying_parties: RelyingParties
    ) -> None:
        super().__init__(frame)
        self._database = database
        self._relying_parties = relying_parties

    def shown(self, one: Activity) -> dict[str, Any]:
        """The event in words."""
        return {
            "id": one.id,
            "at": shown_moment(one.at),
            "words": words_for(one.kind, one.details),
            "portal": self._name(one.client_id),
        }

    def _name(self, client_id: ClientId | None) -> str | None:
        if client_id is None:
            return None
        relying_party = self._relying_parties.find(client_id)
        return client_id if relying_party is None else relying_party.name(str(get_locale()))


class List(ActivityPage):
    """`/account/activity`: the newest first, a page at a time, narrowed if one likes."""

    def show(self, visitor: Visitor, **address: str) -> Response:
        named = request.args.get("show", "")
        category = Category(named) if named in set(Category) else None
        with self._database.reading() as reading:
            found = activity(
                reading,
                visitor.citizen_id,
                shown_kinds(category),
                limit=_PER_PAGE + 1,
                before=_number(request.args.get("before")),
            )
        page, is_more = found[:_PER_PAGE], len(found) > _PER_PAGE
        return self.render(
            "account/activity/list.html",
            activity=[self.shown(each) for each in page],
            category=category,
            older=page[-1].id if is_more else None,
            is_first="before" not in request.args,
        )


class NotMine(ActivityPage):
    """`/account/activity/not-me`: what locking means, and the button. No sign-in is asked for."""

    def __init__(self, *here: Any, report: ReportUnrecognised) -> None:  # noqa: ANN401
        super().__init__(*here)
        self._report = report

    def show(self, visitor: Visitor, **address: str) -> Response:
        event = self._event(visitor)
        return self.render(
            "account/activity/not_me.html",
            form=self._pages.form(NotMineForm),
            event=None if event is None else self.shown(event),
        )

    def act(self, visitor: Visitor, **address: str) -> Response:
        """Lock the account: this session ends, too."""
        self._pages.form(NotMineForm)
        event = self._event(visitor)
        event_id = None if event is None else event.id
        number = self._report.by_citizen(visitor.citizen_id, event_id)
        return self._pages.render("unrecognised/done.html", number=number)

    def _event(self, visitor: Visitor) -> Activity | None:
        event_id = _number(request.args.get("event"))
        if event_id is None:
            return None
        with self._database.reading() as reading:
            found = find(reading, visitor.citizen_id, event_id)
        return found if found is not None and found.kind in shown_kinds(None) else None


def _number(text: str | None) -> int | None:
    """An id in an address; what is none is as if it were not there."""
    is_number = text is not None and text.isascii() and text.isdecimal() and len(text) <= _DIGITS
    return int(text) if is_number and text is not None else None


def activity_routes(
    *,
    frame: AccountFrame,
    report: ReportUnrecognised,
    relying_parties: RelyingParties,
    database: Database,
) -> Blueprint:
    blueprint = Blueprint("activity", __name__, url_prefix=PATH)
    here = (frame, database, relying_parties)
    blueprint.add_url_rule("", view_func=List.as_view("list", *here))
    blueprint.add_url_rule("/not-me", view_func=NotMine.as_view("not_mine", *here, report=report))
    return blueprint
