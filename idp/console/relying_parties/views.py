"""`/console/relying-parties`: the list, and one registration at a glance."""

from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import urlsplit

from flask import Response
from sqlalchemy.orm import Session

from idp.console.frame import ConsoleFrame, ConsolePage, Section
from idp.console.paging import ROWS
from idp.console.relying_parties.addresses import PARTIES, PARTIES_FILE
from idp.console.relying_parties.checklist import Check, checklist
from idp.console.relying_parties.one_party import OnePartyPage
from idp.console.relying_parties.part_form import Part
from idp.console.relying_parties.summary import rows_of
from idp.console.relying_parties.words import language
from idp.core.clock import Clock
from idp.core.environment import Environment
from idp.db.database import Database
from idp.integration_tests import store as integration_tests
from idp.onboarding import store
from idp.onboarding.credentials import live_secrets
from idp.onboarding.diff import diff
from idp.onboarding.rules import OnboardingPolicy
from idp.operators import store as operators
from idp.operators.model import TeamId
from idp.operators.permissions import Permission, may, teams_seen_by
from idp.relying_parties.model import (
    ClientAuthentication,
    ClientId,
    RelyingPartyRecord,
    RelyingPartyVersion,
)
from idp.web.address import page_query
from idp.web.at_hand import request
from idp.web.csv_file import csv_bytes, csv_download
from idp.web.forms import ChoiceField, Form, LineField, plain_line
from idp.web.shown_time import shown_moment
from idp.web.texts import gettext as _
from idp.web.texts import lazy_gettext

_LONGEST_TEXT: Final = 128
_MOST_DIGITS: Final = 9
_VERSIONS: Final = 20
"""Versions on a page: each is shown with all that differs."""
_NAMES: Final = ("words", "environment", "state", "team")
_COLUMNS: Final = (
    "client_id",
    "name",
    "environment",
    "enabled",
    "team",
    "version",
    "updated_at",
)
_MOST_IN_FILE: Final = 10_000
_ON, _OFF = "on", "off"


class FilterForm(Form):
    """What one narrows the list by; it stands in the address, for others to be sent there."""

    words = LineField(lazy_gettext("Tên hoặc mã cổng"))
    environment = ChoiceField(
        lazy_gettext("Môi trường"),
        choices=[
            ("", lazy_gettext("tất cả")),
            (Environment.SANDBOX.value, lazy_gettext("thử nghiệm")),
            (Environment.PRODUCTION.value, lazy_gettext("chính thức")),
        ],
    )
    state = ChoiceField(
        lazy_gettext("Tình trạng"),
        choices=[
            ("", lazy_gettext("tất cả")),
            (_ON, lazy_gettext("đang chạy")),
            (_OFF, lazy_gettext("đang ngừng")),
        ],
    )
    team = ChoiceField(lazy_gettext("Đội"), choices=[])


class Parties(ConsolePage):
    """`/console/relying-parties`: those that one may see, by their ids."""

    permission = Permission.SEE_RELYING_PARTIES
    section = Section.RELYING_PARTIES

    def __init__(self, frame: ConsoleFrame, database: Database) -> None:
        super().__init__(frame)
        self._database = database

    def show(self, **address: str) -> Response:
        typed = _typed()
        after = plain_line(request.args.get("after", ""))[:_LONGEST_TEXT]
        with self._database.reading() as reading:
            found = store.page(
                reading,
                _filter(typed),
                seen_by=self.operator,
                after=ClientId(after) if after else None,
                limit=ROWS + 1,
            )
            teams = operators.teams(reading, only=teams_seen_by(self.operator))
        form = self._pages.blank_form(FilterForm, **typed)
        names = {str(team.id): team.name for team in teams}
        form.team.choices = [("", _("tất cả")), *names.items()]
        rows = found[:ROWS]
        return self.render(
            "console/relying_parties/list.html",
            form=form,
            rows=[
                (each, shown_moment(each.updated_at), names.get(each.team or "")) for each in rows
            ],
            first=f"?{page_query(after='')}" if after else None,
            following=f"?{page_query(after=rows[-1].client_id)}" if len(found) > ROWS else None,
            file=f"{PARTIES_FILE}?{page_query(after='')}",
            registers=may(self.operator.role, Permission.MANAGE_OWN_RELYING_PARTIES),
        )


class PartiesFile(ConsolePage):
    """`/console/relying-parties.csv`: what the list shows, on all its pages; at most 10,000."""

    permission = Permission.SEE_RELYING_PARTIES
    section = Section.RELYING_PARTIES

    def __init__(self, frame: ConsoleFrame, database: Database) -> None:
        super().__init__(frame)
        self._database = database

    def show(self, **address: str) -> Response:
        with self._database.reading() as reading:
            found = store.page(
                reading, _filter(_typed()), seen_by=self.operator, limit=_MOST_IN_FILE
            )
        return csv_download("portals.csv", csv_bytes(_COLUMNS, map(_cells, found)))


class Party(OnePartyPage):
    """`/console/relying-parties/<client_id>`: what it says, how far it is, what can be done."""

    permission = Permission.SEE_RELYING_PARTIES

    def __init__(
        self, frame: ConsoleFrame, database: Database, policy: OnboardingPolicy, clock: Clock
    ) -> None:
        super().__init__(frame, database)
        self._policy = policy
        self._clock = clock

    def show(self, **address: str) -> Response:
        party = self.party(address)
        is_sandbox = party.environment is Environment.SANDBOX
        sandbox = party.client_id if is_sandbox else party.sandbox_client_id
        with self._database.reading() as reading:
            team = operators.team(reading, TeamId(party.team)) if party.team else None
            production = store.production_of(reading, party.client_id) if is_sandbox else ()
            proposals = (
                store.proposals(reading, seen_by=self.operator, sandbox=sandbox, limit=ROWS)
                if sandbox
                else ()
            )
            checks = (
                self._checks(reading, party, proposed=bool(proposals or production))
                if is_sandbox
                else ()
            )
        changes = is_sandbox and self.manages(party)
        here = f"{PARTIES}/{party.client_id}"
        return self.render_about(
            party,
            "console/relying_parties/party.html",
            rows=rows_of(party.registration),
            change={str(part): f"{here}/change/{part}" for part in Part} if changes else None,
            checks=checks,
            team=team,
            production=production,
            proposals=proposals,
            changed_at=shown_moment(party.updated_at),
            manages=self.manages(party),
            disables=may(self.operator.role, Permission.MANAGE_OWN_RELYING_PARTIES),
            lets_in=self.lets_in(party),
            assigns=may(self.operator.role, Permission.APPROVE_PRODUCTION),
        )

    def _checks(
        self, reading: Session, party: RelyingPartyRecord, *, proposed: bool
    ) -> Sequence[Check]:
        """How far it is; a test of what it was before a change says nothing."""
        now = self._clock.now()
        changed_at = store.changed_at(reading, party.client_id, until=now) or party.updated_at
        since = max(changed_at, now - self._policy.test_counts_for)
        return checklist(
            party.registration,
            has_secret=bool(live_secrets(party, now)),
            runs=integration_tests.outcomes_of_client(reading, party.client_id, since=since),
            proposed=proposed,
        )


class Versions(OnePartyPage):
    """`/console/relying-parties/<client_id>/versions`: who changed what, when and why."""

    permission = Permission.SEE_RELYING_PARTIES

    def show(self, **address: str) -> Response:
        """The newest first."""
        party, before = self.party(address), request.args.get("before", "")
        is_number = before.isascii() and before.isdecimal() and len(before) <= _MOST_DIGITS
        with self._database.reading() as reading:
            # One more than is shown: the oldest one's difference is against it.
            found = store.versions(
                reading,
                party.client_id,
                before=int(before) if is_number else None,
                limit=_VERSIONS + 1,
            )
        return self.render_about(
            party,
            "console/relying_parties/versions.html",
            rows=[_shown_version(each, older) for each, older in pairs(found)][:_VERSIONS],
            following=f"?{page_query(before=str(found[_VERSIONS - 1].number))}"
            if len(found) > _VERSIONS
            else None,
            language=language(),
        )


class Snippets(OnePartyPage):
    """`/console/relying-parties/<client_id>/snippets`: code that knows the portal's values."""

    permission = Permission.SEE_RELYING_PARTIES

    def __init__(self, frame: ConsoleFrame, database: Database, issuer: str) -> None:
        super().__init__(frame, database)
        self._issuer = issuer

    def show(self, **address: str) -> Response:
        """The page; a secret, or a key, is a variable's name there, never its value."""
        party = self.party(address)
        uris = party.registration.get("redirect_uris")
        redirect_uri = str(uris[0]) if isinstance(uris, list) and uris else ""
        return self.render_about(
            party,
            "console/relying_parties/snippets.html",
            issuer=self._issuer,
            redirect_uri=redirect_uri,
            redirect_path=urlsplit(redirect_uri).path or "/",
            scope=str(party.registration.get("scope", "openid")),
            algorithm=str(party.registration.get("id_token_signed_response_alg", "RS256")),
            signs_with=_signs_with(party),
        )


def _signs_with(party: RelyingPartyRecord) -> str | None:
    """The algorithm of the portal's own key; `None`: it has a secret."""
    document = party.registration
    if document.get("token_endpoint_auth_method") != ClientAuthentication.PRIVATE_KEY_JWT:
        return None
    return str(document.get("token_endpoint_auth_signing_alg", "ES256"))


def pairs(
    found: Sequence[RelyingPartyVersion],
) -> Sequence[tuple[RelyingPartyVersion, RelyingPartyVersion | None]]:
    """Each version with the one before it."""
    return list(zip(found, [*found[1:], None], strict=True))


def _shown_version(
    version: RelyingPartyVersion, older: RelyingPartyVersion | None
) -> dict[str, object]:
    return {
        "number": version.number,
        "by": version.by,
        "at": shown_moment(version.at),
        "reason": version.reason,
        "changes": diff({} if older is None else older.document, version.document),
        "is_first": older is None,
    }


def _cells(row: store.Listed) -> Sequence[str]:
    return (
        row.client_id,
        row.name,
        row.environment.value,
        "true" if row.enabled else "false",
        row.team or "",
        str(row.version),
        row.updated_at.isoformat(timespec="seconds"),
    )


def _typed() -> Mapping[str, str]:
    """What the address narrows the list by."""
    return {name: plain_line(request.args.get(name, ""))[:_LONGEST_TEXT] for name in _NAMES}


def _filter(typed: Mapping[str, str]) -> store.Filter:
    environments = {each.value: each for each in Environment}
    return store.Filter(
        words=typed["words"],
        environment=environments.get(typed["environment"]),
        enabled={_ON: True, _OFF: False}.get(typed["state"]),
        team=typed["team"] or None,
    )
