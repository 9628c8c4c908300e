"""Adding and changing registrations: first the plan, then, once somebody agreed, the deed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from idp.audit.events import RelyingPartyRegistered
from idp.audit.log import record
from idp.core.clock import Clock
from idp.core.environment import Environment
from idp.core.handles import Handle, new_handle
from idp.db.database import Database
from idp.relying_parties import store
from idp.relying_parties.logos import Logos
from idp.relying_parties.model import ClientId
from idp.relying_parties.ports import RegistryVersion
from idp.relying_parties.problems import Rule, problem
from idp.relying_parties.registration import InvalidRegistration, Registration
from idp.relying_parties.secrets import SecretHasher


class ChangeKind(StrEnum):
    """What a registration would do to the registry."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Change:
    """One registration against the stored one; *members* are the names whose values differ."""

    registration: Registration
    kind: ChangeKind
    members: tuple[str, ...]

    @property
    def client_id(self) -> ClientId:
        """Whose registration it is."""
        return self.registration.relying_party.client_id


class Register:
    """
    Applies registrations of the sandbox, which no operator answers for; all of them, or none.

    What an operator registers, and all production, goes through onboarding.
    """

    def __init__(
        self,
        *,
        database: Database,
        version: RegistryVersion,
        hasher: SecretHasher,
        logos: Logos,
        clock: Clock,
    ) -> None:
        self._database = database
        self._version = version
        self._hasher = hasher
        self._logos = logos
        self._clock = clock

    def plan(self, registrations: Sequence[Registration]) -> tuple[Change, ...]:
        """
        What `apply` would do.

        Raises `InvalidRegistration` where one changes a sector, is for production, or two share an
        id.
        """
        with self._database.reading() as reading:
            stored = store.documents(reading)
        changes = tuple(_change(each, stored) for each in registrations)
        _refuse(changes, stored)
        return changes

    def apply(self, registrations: Sequence[Registration]) -> Mapping[ClientId, Handle]:
        """
        Store them; the secrets of the new ones, which are shown this once and kept nowhere.

        Raises `InvalidRegistration`.
        """
        now = self._clock.now()
        secrets: dict[ClientId, Handle] = {}
        with self._database.transaction() as transaction:
            stored = store.documents(transaction)
            changes = tuple(_change(each, stored) for each in registrations)
            _refuse(changes, stored)
            moved = [change for change in changes if change.kind is not ChangeKind.UNCHANGED]
            for change in moved:
                if change.kind is ChangeKind.NEW:
                    secret = secrets[change.client_id] = new_handle()
                    store.add(transaction, change.registration, now)
                    store.add_secret(
                        transaction,
                        change.client_id,
                        hash_=self._hasher.hash(secret),
                        last_four=secret[-4:],
                        at=now,
                    )
                else:
                    row = store.record_of(transaction, change.client_id)
                    assert row is not None  # noqa: S101 (read above, in this transaction)
                    store.replace(transaction, row, change.registration, now)
                record(
                    transaction,
                    RelyingPartyRegistered(client_id=change.client_id, changed=change.members),
                    now,
                )
        if moved:
            self._version.bump()
        for change in moved:
            uri = change.registration.relying_party.logo_uri
            if "logo_uri" in change.members or (change.kind is ChangeKind.NEW and uri is not None):
                self._logos.refresh(change.client_id, uri)
        return secrets


def _change(
    registration: Registration, stored: Mapping[ClientId, tuple[Mapping[str, object], bool]]
) -> Change:
    known = stored.get(registration.relying_party.client_id)
    if known is None:
        return Change(registration, ChangeKind.NEW, ())
    before, after = known[0], registration.document
    differing = sorted(name for name in {*before, *after} if before.get(name) != after.get(name))
    kind = ChangeKind.CHANGED if differing else ChangeKind.UNCHANGED
    return Change(registration, kind, tuple(differing))


def _refuse(
    changes: Sequence[Change], stored: Mapping[ClientId, tuple[Mapping[str, object], bool]]
) -> None:
    problems = [
        # Portals key their records on `sub`, and `sub` is made of the sector.
        problem(
            "sector",
            Rule.SECTOR_CHANGED,
            f"{change.client_id} has {stored[change.client_id][0]['sector']}, for ever",
        )
        for change in changes
        if "sector" in change.members
    ]
    problems += [
        problem("environment", Rule.NEEDS_A_PROPOSAL, value=change.client_id)
        for change in changes
        if change.kind is not ChangeKind.UNCHANGED and _touches_production(change, stored)
    ]
    ids = [change.client_id for change in changes]
    problems += [
        problem("client_id", Rule.CLIENT_ID_TWICE, client_id)
        for client_id in sorted({name for name in ids if ids.count(name) > 1})
    ]
    if problems:
        raise InvalidRegistration(problems)


def _touches_production(
    change: Change, stored: Mapping[ClientId, tuple[Mapping[str, object], bool]]
) -> bool:
    known = stored.get(change.client_id)
    before = None if known is None else known[0].get("environment")
    after = change.registration.relying_party.environment
    return Environment.PRODUCTION in {before, after}
