"""`/console/relying-parties/<client_id>/secrets`: secrets, keys, and what is done about them."""

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

from flask import Response, abort

from idp.console.frame import ConsoleFrame
from idp.console.relying_parties.addresses import PARTIES
from idp.console.relying_parties.forms import (
    AddSecretForm,
    CheckKeysForm,
    RetireSecretForm,
)
from idp.console.relying_parties.one_party import OnePartyForm, OnePartyPage
from idp.core.clock import Clock
from idp.db.database import Database
from idp.onboarding.access import MayNot, NotThere
from idp.onboarding.credentials import AddSecret, RetireSecret, TooManySecrets, live_secrets
from idp.onboarding.drafts import FreshSecrets
from idp.onboarding.look_at_keys import LookAtKeys, SeenKeys
from idp.onboarding.rules import MOST_LIVE
from idp.operators.permissions import Permission
from idp.relying_parties.model import RelyingPartyRecord
from idp.relying_parties.ports import FetchFailed
from idp.web.at_hand import request
from idp.web.see_other import see_other
from idp.web.shown_time import shown_moment

_SOON: Final = timedelta(days=30)


class Credentials(OnePartyForm):
    """The secrets and keys that count, with their ends and last use; keys are looked at anew."""

    permission = Permission.SEE_RELYING_PARTIES

    def __init__(
        self, frame: ConsoleFrame, database: Database, look: LookAtKeys, clock: Clock
    ) -> None:
        super().__init__(frame, database)
        self._look = look
        self._clock = clock

    def show(self, **address: str) -> Response:
        return self._page(self.party(address))

    def act(self, **address: str) -> Response:
        """Fetch the keys where the registration says they are, as the protocol would."""
        party = self.party(address)
        self._pages.form(CheckKeysForm)
        uri = party.registration.get("jwks_uri")
        if not isinstance(uri, str):
            abort(404)
        try:
            return self._page(party, seen=self._look(uri))
        except FetchFailed as failed:
            return self._page(party, failure=failed.cause)

    def _page(
        self, party: RelyingPartyRecord, *, seen: SeenKeys | None = None, failure: str | None = None
    ) -> Response:
        now = self._clock.now()
        secrets = live_secrets(party, now)
        return self.render_about(
            party,
            "console/relying_parties/secrets.html",
            secrets=[
                {
                    "id": each.id,
                    "last_four": each.last_four,
                    "created_at": shown_moment(each.created_at),
                    **_life(each.expires_at, each.last_used_at, now),
                }
                for each in secrets
            ],
            keys=[
                {
                    "thumbprint": each.thumbprint,
                    "created_at": shown_moment(each.created_at),
                    **_life(each.expires_at, each.last_used_at, now),
                }
                for each in party.keys
            ],
            jwks_uri=party.registration.get("jwks_uri"),
            seen=seen,
            failure=failure,
            form=self._pages.blank_form(CheckKeysForm),
            manages=self.manages(party),
            can_add=len(secrets) < MOST_LIVE,
        )


class SecretAdd(OnePartyForm):
    """`…/secrets/new`: one more, beside the one that is used."""

    permission = Permission.MANAGE_OWN_RELYING_PARTIES

    def __init__(
        self, frame: ConsoleFrame, database: Database, add: AddSecret, fresh: FreshSecrets
    ) -> None:
        super().__init__(frame, database)
        self._add = add
        self._fresh = fresh

    def show(self, **address: str) -> Response:
        return self._ask(self._own(address), self._pages.form(AddSecretForm))

    def act(self, **address: str) -> Response:
        """Make it; it waits for the page that shows it once."""
        party, form = self._own(address), self._pages.form(AddSecretForm)
        by = self._frame.prove(self.operator.name, form) if form.validate() else None
        if by is None:
            return self._ask(party, form)
        try:
            secret = self._add(party.client_id, by=by, reason=form.given_reason)
        except TooManySecrets:
            form.fail_too_many()
            return self._ask(party, form)
        except (NotThere, MayNot):  # taken out of the team meanwhile
            abort(404)
        once = self._fresh.keep(secret, client_id=party.client_id, operator=by.name)
        there = f"{PARTIES}/{party.client_id}/secret?once={once}"
        return see_other(there)

    def _own(self, address: dict[str, str]) -> RelyingPartyRecord:
        party = self.party(address)
        if not self.manages(party):
            abort(404)
        return party

    def _ask(self, party: RelyingPartyRecord, form: AddSecretForm) -> Response:
        return self.render_about(party, "console/relying_parties/secret_new.html", form=form)


class SecretRetire(OnePartyForm):
    """`…/secrets/<secret>/retire`: it counts no more, from the next request on."""

    permission = Permission.MANAGE_OWN_RELYING_PARTIES

    def __init__(
        self, frame: ConsoleFrame, database: Database, retire: RetireSecret, clock: Clock
    ) -> None:
        super().__init__(frame, database)
        self._retire = retire
        self._clock = clock

    def show(self, **address: str) -> Response:
        return self._ask(address, self._pages.form(RetireSecretForm))

    def act(self, **address: str) -> Response:
        party, number, _last_four = self._named(address)
        form = self._pages.form(RetireSecretForm)
        by = self._frame.prove(self.operator.name, form) if form.validate() else None
        if by is None:
            return self._ask(address, form)
        # Where somebody was faster, the page tells how things stand.
        with suppress(NotThere, MayNot):
            self._retire(party.client_id, number, by=by, reason=form.given_reason)
        there = f"{PARTIES}/{party.client_id}/secrets"
        return see_other(there)

    def _named(self, address: dict[str, str]) -> tuple[RelyingPartyRecord, int, str]:
        party, number = self.party(address), address["secret"]
        live = {str(each.id): each for each in live_secrets(party, self._clock.now())}
        if not self.manages(party) or number not in live:
            abort(404)
        return party, live[number].id, live[number].last_four

    def _ask(self, address: dict[str, str], form: RetireSecretForm) -> Response:
        party, _number, last_four = self._named(address)
        return self.render_about(
            party,
            "console/relying_parties/secret_retire.html",
            form=form,
            last_four=last_four,
        )


class SecretShown(OnePartyPage):
    """`…/secret?once=…`: the secret that was just made, once."""

    permission = Permission.MANAGE_OWN_RELYING_PARTIES

    def __init__(self, frame: ConsoleFrame, database: Database, fresh: FreshSecrets) -> None:
        super().__init__(frame, database)
        self._fresh = fresh

    def show(self, **address: str) -> Response:
        """Take it: whoever loads the page again learns that it was shown."""
        party = self.party(address)
        secret = self._fresh.take(
            request.args.get("once", ""), client_id=party.client_id, operator=self.operator.name
        )
        return self.render_about(party, "console/relying_parties/secret.html", secret=secret)


def _life(ends: datetime | None, used: datetime | None, now: datetime) -> dict[str, object]:
    return {
        "expires_at": shown_moment(ends),
        "ends_soon": ends is not None and ends - now <= _SOON,
        "last_used_at": shown_moment(used),
    }
