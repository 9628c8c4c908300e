"""`/console/relying-parties/<client_id>/change/<part>`: one part of what is tried."""

from collections.abc import Sequence

from flask import Response, abort

from idp.console.frame import ConsoleFrame
from idp.console.relying_parties.forms import CHANGE_FORMS, ChangeFields
from idp.console.relying_parties.one_party import OnePartyForm, to_party
from idp.console.relying_parties.part_form import Part, members_of
from idp.console.relying_parties.summary import TITLES
from idp.console.relying_parties.words import language
from idp.core.clock import Clock
from idp.core.vietnam import day_of
from idp.db.database import Database
from idp.onboarding.access import MayNot, NotThere
from idp.onboarding.diff import diff
from idp.onboarding.model import Stale
from idp.onboarding.register_sandbox import ChangeSandbox
from idp.operators.permissions import Permission
from idp.relying_parties.model import RelyingPartyRecord
from idp.relying_parties.registration import InvalidRegistration
from idp.statistics import store as statistics
from idp.statistics.model import Measure
from idp.statistics.rules import days_of, shown
from idp.web.shown_time import shown_moment

_YES = "yes"
_DAYS = 30


class ChangePart(OnePartyForm):
    """
    The part's form, and why.

    Of two operators who change at once the second is shown what the first did, keeps what was
    typed, and sends it again.
    """

    permission = Permission.MANAGE_OWN_RELYING_PARTIES

    def __init__(
        self, frame: ConsoleFrame, database: Database, change: ChangeSandbox, clock: Clock
    ) -> None:
        super().__init__(frame, database)
        self._change = change
        self._clock = clock

    def show(self, **address: str) -> Response:
        """The form, as the registration is now."""
        party, part = self._changeable(address), _part(address)
        form_class = CHANGE_FORMS[part]
        form = self._pages.form(
            form_class,
            **form_class.values(party.registration),
            base_version=str(party.version),
        )
        return self._ask(party, part, form)

    def act(self, **address: str) -> Response:
        """Change it, unless somebody else did so since the form was shown."""
        party, part = self._changeable(address), _part(address)
        form = self._pages.form(CHANGE_FORMS[part])
        if not form.validate():
            return self._ask(party, part, form)
        document = form.merged(party.registration)
        gone = _removed_redirects(party, document)
        if gone and form.confirmed.data != _YES:
            form.fail_unconfirmed()
            return self._ask(party, part, form, gone=gone)
        try:
            saved = self._change(
                party.client_id,
                document,
                base_version=form.seen_version,
                by=self.operator,
                reason=form.given_reason,
            )
        except InvalidRegistration as invalid:
            form.fail_with(invalid.found)
            return self._ask(party, part, form, gone=gone)
        except (NotThere, MayNot):  # taken out of the team meanwhile
            abort(404)
        if isinstance(saved, Stale):
            form.base_version.data = str(saved.version)
            return self._ask(party, part, form, stale=saved, gone=gone)
        return to_party(party)

    def _changeable(self, address: dict[str, str]) -> RelyingPartyRecord:
        party = self.sandbox(address)
        if not self.manages(party):
            abort(404)
        return party

    def _ask(
        self,
        party: RelyingPartyRecord,
        part: Part,
        form: ChangeFields,
        *,
        stale: Stale | None = None,
        gone: Sequence[str] = (),
    ) -> Response:
        return self.render_about(
            party,
            "console/relying_parties/change.html",
            part=part,
            part_title=TITLES[part],
            form=form,
            stale=stale,
            stale_at=None if stale is None else shown_moment(stale.at),
            concerned=[
                change
                for change in (() if stale is None else stale.theirs)
                if change.field in members_of(CHANGE_FORMS[part])
            ],
            gone=gone,
            sign_ins=shown(self._sign_ins(party)) if gone else 0,
            language=language(),
        )

    def _sign_ins(self, party: RelyingPartyRecord) -> int:
        """How often somebody came to the portal lately, by whichever address."""
        days = days_of(day_of(self._clock.now()), _DAYS)
        with self._database.reading() as reading:
            counts = statistics.of_days(reading, party.client_id, days[0], days[-1])
        return sum(each.count for each in counts if each.measure is Measure.SIGNED_IN)


def _part(address: dict[str, str]) -> Part:
    found = next((part for part in Part if part.value == address["part"]), None)
    if found is None:
        abort(404)
    return found


def _removed_redirects(party: RelyingPartyRecord, document: dict[str, object]) -> Sequence[str]:
    """The redirect URIs that are there now and would not be: sign-ins that use them would fail."""
    changes = diff(party.registration, document)
    return [line for each in changes if each.field == "redirect_uris" for line in each.removed]
