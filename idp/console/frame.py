"""What every page of the console has in common: an operator, one permission, the navigation."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar, Final

from flask import Response
from flask.views import MethodView

from idp.console.forms import ConsoleSignOutForm, ProofForm
from idp.console.presence import Presence
from idp.operators.model import VerifiedOperator
from idp.operators.permissions import Permission, may
from idp.operators.verify_operator import VerifyOperator, WrongOperatorCredentials
from idp.throttling.ports import BudgetSpent
from idp.web.network import client_network
from idp.web.pages import Pages
from idp.web.see_other import see_other

SIGN_IN: Final = "/console/sign-in"


class Section(StrEnum):
    """The entries of the console's navigation, and the own profile beside it."""

    OVERVIEW = "overview"
    DISPUTES = "disputes"
    CITIZENS = "citizens"
    VISITS = "visits"
    FAILURES = "failures"
    STATISTICS = "statistics"
    KEYS = "keys"
    TEST_PEOPLE = "test_people"
    ANNOUNCEMENTS = "announcements"
    RELYING_PARTIES = "relying_parties"
    TEAMS = "teams"
    API_CLIENTS = "api_clients"
    LOG = "log"
    OPERATORS = "operators"
    PROFILE = "profile"


@dataclass(frozen=True, slots=True)
class Entry:
    """A link of the navigation, for whoever has the permission."""

    section: Section
    path: str
    permission: Permission


NAVIGATION: Final = (
    Entry(Section.OVERVIEW, "/console", Permission.USE_CONSOLE),
    Entry(Section.DISPUTES, "/console/disputes", Permission.SEE_DISPUTES),
    Entry(Section.CITIZENS, "/console/citizens", Permission.SERVE_CITIZENS),
    Entry(Section.VISITS, "/console/visits", Permission.CONFIRM_VISITS),
    Entry(Section.FAILURES, "/console/failures", Permission.SEE_FAILURES),
    Entry(Section.STATISTICS, "/console/statistics", Permission.SEE_STATISTICS),
    Entry(Section.KEYS, "/console/keys", Permission.SEE_KEYS),
    Entry(Section.RELYING_PARTIES, "/console/relying-parties", Permission.SEE_RELYING_PARTIES),
    Entry(Section.TEAMS, "/console/teams", Permission.SEE_RELYING_PARTIES),
    Entry(Section.TEST_PEOPLE, "/console/test-people", Permission.MANAGE_OWN_RELYING_PARTIES),
    Entry(Section.ANNOUNCEMENTS, "/console/announcements", Permission.SEE_ANNOUNCEMENTS),
    Entry(Section.API_CLIENTS, "/console/api-clients", Permission.MANAGE_API_CLIENTS),
    Entry(Section.LOG, "/console/log", Permission.READ_LOG),
    Entry(Section.OPERATORS, "/console/people", Permission.SEE_OPERATORS),
)


def entries_for(operator: VerifiedOperator) -> Sequence[Entry]:
    """What the operator may go to; nobody is shown a door that would not open."""
    return [entry for entry in NAVIGATION if may(operator.role, entry.permission)]


class ConsoleFrame:
    """What the pages share."""

    def __init__(self, *, pages: Pages, presence: Presence, verify: VerifyOperator) -> None:
        self.pages = pages
        self.presence = presence
        self._verify = verify

    def prove(self, name: str, form: ProofForm) -> VerifiedOperator | None:
        """
        Verify password and code as typed into *form*; `None` where they are wrong, which it says.

        The code is spent by it. Every dangerous act asks anew: a browser that was left open, or
        taken, can look and no more.
        """
        try:
            return self._verify(name, form.typed_password, form.typed_code, origin=client_network())
        except WrongOperatorCredentials:
            form.fail_proof()
        except BudgetSpent as spent:
            form.fail_too_often(spent.minutes)
        return None


class ConsolePage(MethodView, ABC):
    """
    A page of the console: `show` answers a GET.

    Who is not signed in is sent to the door; whose role has not the *permission* gets 403, before
    anything of the request is looked at.
    """

    permission: ClassVar[Permission]
    section: ClassVar[Section]
    operator: VerifiedOperator
    """Who asks: Flask makes a view for each request."""

    def __init__(self, frame: ConsoleFrame) -> None:
        self._frame = frame
        self._pages = frame.pages

    def dispatch_request(self, **address: Any) -> Response:  # noqa: ANN401 (Flask's own)
        """The page, for whom it is."""
        operator = self._frame.presence.operator()
        if operator is None:
            return see_other(SIGN_IN)
        self.operator = operator
        if not may(operator.role, self.permission):
            return self.forbidden()
        return super().dispatch_request(**address)  # type: ignore[return-value]

    def get(self, **address: str) -> Response:
        return self.show(**address)

    @abstractmethod
    def show(self, **address: str) -> Response:
        """The page."""

    def forbidden(self) -> Response:
        """What the role does not reach."""
        return self.render("console/forbidden.html", status=403)

    def render(self, template: str, *, status: int = 200, **values: Any) -> Response:  # noqa: ANN401
        """Render *template*, which extends `console/frame.html`."""
        return self._pages.render(
            template,
            status=status,
            section=self.section,
            operator=self.operator,
            navigation=entries_for(self.operator),
            sign_out_form=self._pages.blank_form(ConsoleSignOutForm),
            **values,
        )


class ConsoleForm(ConsolePage):
    """A page that something is done on: `act` answers a POST."""

    def post(self, **address: str) -> Response:
        """What the page is for."""
        return self.act(**address)

    @abstractmethod
    def act(self, **address: str) -> Response:
        """What was posted."""
