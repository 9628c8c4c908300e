"""`/console/relying-parties/<client_id>/propose`: asking for production."""

from flask import Response, abort

from idp.console.frame import ConsoleFrame
from idp.console.relying_parties.addresses import PROPOSALS
from idp.console.relying_parties.forms import ProposeForm
from idp.console.relying_parties.one_party import OnePartyForm
from idp.console.relying_parties.part_form import MEMBERS, members_of
from idp.console.relying_parties.tested import Tested
from idp.console.relying_parties.words import language
from idp.core.environment import Environment
from idp.db.database import Database
from idp.onboarding import store
from idp.onboarding.access import MayNot, NotThere
from idp.onboarding.model import Stale
from idp.onboarding.propose_production import (
    AlreadyProposed,
    ProposeProduction,
    Unchanged,
    Untested,
)
from idp.operators.permissions import Permission, may_see
from idp.relying_parties.model import RelyingPartyRecord
from idp.relying_parties.registration import InvalidRegistration
from idp.web.see_other import see_other
from idp.web.shown_time import shown_moment


class Propose(OnePartyForm):
    """
    `/console/relying-parties/<client_id>/propose`: what was tried goes to production.

    Addresses and keys are production's own; names, claims, level and protocol are those that were
    tested.
    """

    permission = Permission.MANAGE_OWN_RELYING_PARTIES

    def __init__(
        self, frame: ConsoleFrame, database: Database, propose: ProposeProduction, tested: Tested
    ) -> None:
        super().__init__(frame, database)
        self._propose = propose
        self._tested = tested

    def show(self, **address: str) -> Response:
        """The form, filled with what production has, or with what was tried."""
        party = self._tried(address)
        production = self._production(party)
        filled = ProposeForm.values((production or party).registration)
        filled["client_id"] = "" if production is None else production.client_id
        version = "" if production is None else str(production.version)
        form = self._pages.form(ProposeForm, **filled | {"base_version": version})
        return self._ask(party, production, form)

    def act(self, **address: str) -> Response:
        """Write it down, and go to its page."""
        party = self._tried(address)
        production = self._production(party)
        form = self._pages.form(ProposeForm)
        if not form.validate():
            return self._ask(party, production, form)
        document = _proposed(party, production, form)
        try:
            made = self._propose(
                document,
                base_version=None if production is None else form.seen_version,
                by=self.operator,
                reason=form.given_reason,
            )
        except InvalidRegistration as invalid:
            form.fail_with(invalid.found)
        except (Untested, Unchanged, AlreadyProposed) as refused:
            return self._ask(party, production, form, refused=type(refused).__name__)
        except (NotThere, MayNot):  # taken out of the team meanwhile
            abort(404)
        else:
            if not isinstance(made, Stale):
                return see_other(f"{PROPOSALS}/{made}")
            form.base_version.data = str(made.version)
            return self._ask(party, production, form, stale=made)
        return self._ask(party, production, form)

    def _tried(self, address: dict[str, str]) -> RelyingPartyRecord:
        party = self.sandbox(address)
        if not self.manages(party):
            abort(404)
        return party

    def _production(self, party: RelyingPartyRecord) -> RelyingPartyRecord | None:
        """The registration for production that it was the trial of, if there is one to be seen."""
        with self._database.reading() as reading:
            known = store.production_of(reading, party.client_id)
            found = store.found(reading, known[0]) if known else None
        # An operator can have given it to another team than what was tried.
        return found if found is not None and may_see(self.operator, found.team) else None

    def _ask(
        self,
        party: RelyingPartyRecord,
        production: RelyingPartyRecord | None,
        form: ProposeForm,
        *,
        stale: Stale | None = None,
        refused: str | None = None,
    ) -> Response:
        return self.render_about(
            party,
            "console/relying_parties/propose.html",
            form=form,
            production=production,
            tested=self._tested.now(party),
            stale=stale,
            stale_at=None if stale is None else shown_moment(stale.at),
            refused=refused,
            language=language(),
        )


def _proposed(
    party: RelyingPartyRecord, production: RelyingPartyRecord | None, form: ProposeForm
) -> dict[str, object]:
    """What was tried, with the addresses and keys of production."""
    own = {*members_of(ProposeForm)} - {MEMBERS["client_id"]}
    tried = {name: value for name, value in party.registration.items() if name not in own}
    client_id = form.client_id.data or "" if production is None else production.client_id
    return form.merged(tried) | {
        "client_id": client_id,
        "environment": Environment.PRODUCTION.value,
        "sandbox_client_id": party.client_id,
    }
