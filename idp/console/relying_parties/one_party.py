"""What every page about one registration has in common: it is there for whoever may see it."""

from flask import Response, abort

from idp.console.frame import ConsoleForm, ConsoleFrame, ConsolePage, Section
from idp.console.relying_parties.addresses import PARTIES
from idp.console.relying_parties.words import language
from idp.core.environment import Environment
from idp.db.database import Database
from idp.onboarding import store
from idp.onboarding.rules import lets_in
from idp.operators.permissions import Permission, may, may_see
from idp.relying_parties.model import ClientId, RelyingPartyRecord
from idp.web.see_other import see_other


class OnePartyPage(ConsolePage):
    """A page about one registration; another team's gets the answer of none."""

    section = Section.RELYING_PARTIES

    def __init__(self, frame: ConsoleFrame, database: Database) -> None:
        super().__init__(frame)
        self._database = database

    def party(self, address: dict[str, str]) -> RelyingPartyRecord:
        """The registration of this address."""
        with self._database.reading() as reading:
            found = store.found(reading, ClientId(address["client_id"]))
        if found is None or not may_see(self.operator, found.team):
            abort(404)
        return found

    def sandbox(self, address: dict[str, str]) -> RelyingPartyRecord:
        """The same, where it is one that is tried."""
        found = self.party(address)
        if found.environment is not Environment.SANDBOX:
            abort(404)
        return found

    def manages(self, party: RelyingPartyRecord) -> bool:
        """Whether the operator may change it, and it does not manage itself."""
        may_change = may(self.operator.role, Permission.MANAGE_OWN_RELYING_PARTIES)
        return may_change and party.client_metadata is None

    def lets_in(self, party: RelyingPartyRecord) -> bool:
        """Whether the operator may let it in again, once it is disabled."""
        return may(self.operator.role, lets_in(party.environment))

    def render_about(
        self, party: RelyingPartyRecord, template: str, *, status: int = 200, **values: object
    ) -> Response:
        """Render *template*, which names the registration at its top."""
        return self.render(template, status=status, party=party, name=name_of(party), **values)


class OnePartyForm(OnePartyPage, ConsoleForm):
    """Such a page, on which something is done."""


def name_of(party: RelyingPartyRecord) -> str:
    """The name shown to citizens, in the language of this request."""
    document = party.registration
    english = document.get("client_name#en") if language() == "en" else None
    return str(english or document.get("client_name", party.client_id))


def to_party(party: RelyingPartyRecord) -> Response:
    """The way to its page."""
    return see_other(f"{PARTIES}/{party.client_id}")
