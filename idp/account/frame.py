"""What every page of a citizen's account has in common: a session, the holds, the navigation."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar

from flask import Response

from idp.citizens.holds import ChangesBarred, holds_of
from idp.citizens.model import CitizenId, HoldKind
from idp.citizens.rules import bars_changes
from idp.db.database import Database
from idp.interactions.fresh_sign_in import FreshSignIn
from idp.interactions.visits import Visits
from idp.sessions.model import Session
from idp.web.at_hand import request
from idp.web.pages import Pages
from idp.web.views import MethodView


class Section(StrEnum):
    """The entries of the account's navigation."""

    OVERVIEW = "overview"
    SECURITY = "security"
    CONNECTED = "connected"
    ACTIVITY = "activity"
    DATA = "data"


@dataclass(frozen=True, slots=True)
class Visitor:
    """The citizen whose account is looked at, in this browser, and what holds the account."""

    session: Session
    holds: frozenset[HoldKind]

    @property
    def citizen_id(self) -> CitizenId:
        """Whose account it is."""
        return self.session.authentication.citizen_id


class AccountFrame:
    """What the pages share."""

    def __init__(
        self, *, pages: Pages, visits: Visits, fresh_sign_in: FreshSignIn, database: Database
    ) -> None:
        self.pages = pages
        self.fresh_sign_in = fresh_sign_in
        self._visits = visits
        self._database = database

    def know_device(self, visitor: Visitor) -> None:
        """Know this browser as the citizen's, after every known one was forgotten."""
        self._visits.know_device(visitor.citizen_id)

    def visitor(self) -> Visitor | None:
        """Who is signed in."""
        session = self._visits.session()
        if session is None:
            return None
        with self._database.reading() as reading:
            return Visitor(session, holds_of(reading, session.authentication.citizen_id))


class AccountPage(MethodView, ABC):
    """
    A page of the account: `show` answers a GET, `act` a POST.

    Without a session the citizen signs in, and comes back to this very page. A *sensitive* one
    wants two factors from a moment ago, and is closed while a hold forbids changes.
    """

    section: ClassVar[Section]
    sensitive: ClassVar[bool] = False

    def __init__(self, frame: AccountFrame) -> None:
        self._frame = frame
        self._pages = frame.pages

    def get(self, **address: str) -> Response:
        """The page, for whom it is."""
        visitor = self._frame.visitor()
        return self._refused(visitor) or self.show(visitor, **address)  # type: ignore[arg-type]

    def post(self, **address: str) -> Response:
        """What the page is for; a hold that comes between page and press is shown as one."""
        visitor = self._frame.visitor()
        try:
            return self._refused(visitor) or self.act(visitor, **address)  # type: ignore[arg-type]
        except ChangesBarred:
            return self.render("account/no_changes.html")

    @abstractmethod
    def show(self, visitor: Visitor, **address: str) -> Response:
        """The page."""

    def act(self, visitor: Visitor, **address: str) -> Response:
        """What was posted; a page without a form shows itself."""
        return self.show(visitor, **address)

    def render(self, template: str, **values: Any) -> Response:  # noqa: ANN401 (what templates take)
        """Render *template*, which extends `account/frame.html`."""
        return self._pages.render(template, section=self.section, **values)

    def _refused(self, visitor: Visitor | None) -> Response | None:
        """What is shown instead, to whom this page is not open."""
        if visitor is None:
            return self._frame.fresh_sign_in.ask(request.path, fresh=False)
        if not self.sensitive:
            return None
        if bars_changes(visitor.holds):
            return self.render("account/no_changes.html")
        if not self._frame.fresh_sign_in.is_given(visitor.session):
            return self._frame.fresh_sign_in.ask(request.path)
        return None
