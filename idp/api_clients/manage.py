"""Letting a program in, giving it another secret, keeping it out."""

from datetime import timedelta

from sqlalchemy.exc import IntegrityError

from idp.api_clients import store
from idp.api_clients.model import ApiClient, ApiClientName, NewApiClient
from idp.api_clients.rules import may_answer_for
from idp.audit.events import ApiClientAdded, ApiClientDisabled, ApiClientRenewed
from idp.audit.log import record
from idp.core.clock import Clock
from idp.core.handles import Handle, new_handle
from idp.core.reason import Reason
from idp.db.database import Database
from idp.operators import store as operators
from idp.operators.add_operator import NameTaken, NotAllowed
from idp.operators.create_team import UnknownTeam
from idp.operators.model import VerifiedOperator
from idp.operators.permissions import Permission, may
from idp.relying_parties.secrets import SecretHasher


class UnknownApiClient(Exception):
    """No program has that name, or the one that had it is disabled."""


class AddApiClient:
    """Lets a program in, with a secret that lasts *lasts*."""

    def __init__(
        self, *, database: Database, hasher: SecretHasher, lasts: timedelta, clock: Clock
    ) -> None:
        self._database = database
        self._hasher = hasher
        self._lasts = lasts
        self._clock = clock

    def __call__(self, new: NewApiClient, *, by: VerifiedOperator) -> Handle:
        """The secret, shown this once. Raises `NotAllowed`, `NameTaken`, `UnknownTeam`."""
        if not may_answer_for(by, new):
            raise NotAllowed(f"{by.name} may not let in such a program")
        now, secret = self._clock.now(), new_handle()
        try:
            with self._database.transaction() as transaction:
                if new.team is not None and operators.team(transaction, new.team) is None:
                    raise UnknownTeam(new.team)
                if store.one(transaction, new.name) is not None:
                    raise NameTaken(new.name)
                transaction.add(
                    ApiClient(
                        name=new.name,
                        purpose=new.purpose,
                        role=new.role,
                        team=new.team,
                        scopes=sorted(new.scopes),
                        secret_hash=self._hasher.hash(secret),
                        last_four=secret[-4:],
                        answered_by=by.name,
                        answered_before=[],
                        created_at=now,
                        renewed_at=now,
                        expires_at=now + self._lasts,
                    )
                )
                transaction.flush()
                added = ApiClientAdded(
                    api_client=new.name,
                    role=new.role,
                    team=new.team or "",
                    scopes=tuple(sorted(new.scopes)),
                    by=by.name,
                )
                record(transaction, added, now)
        except IntegrityError:  # somebody was faster with this name
            raise NameTaken(new.name) from None
        return secret


class RenewApiClient:
    """Gives a program another secret at once; who does so answers for it from then on."""

    def __init__(
        self, *, database: Database, hasher: SecretHasher, lasts: timedelta, clock: Clock
    ) -> None:
        self._database = database
        self._hasher = hasher
        self._lasts = lasts
        self._clock = clock

    def __call__(self, name: ApiClientName, *, by: VerifiedOperator, reason: Reason) -> Handle:
        """The new secret; the old one is over. Raises `NotAllowed`, `UnknownApiClient`."""
        now, secret = self._clock.now(), new_handle()
        with self._database.transaction() as transaction:
            row = store.locked(transaction, name)
            if row is None:
                raise UnknownApiClient(name)
            if not may_answer_for(by, as_asked(row)):
                raise NotAllowed(f"{by.name} may not answer for {name}")
            row.answered_before = sorted({*row.answered_before, row.answered_by})
            row.answered_by = by.name
            row.secret_hash, row.last_four = self._hasher.hash(secret), secret[-4:]
            row.renewed_at, row.expires_at = now, now + self._lasts
            renewed = ApiClientRenewed(api_client=name, by=by.name, reason=reason)
            record(transaction, renewed, now)
        return secret


class DisableApiClient:
    """Keeps a program out for good; its tokens count for nothing from then on."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def __call__(self, name: ApiClientName, *, by: VerifiedOperator, reason: Reason) -> None:
        """Do so. Raises `NotAllowed`, `UnknownApiClient`."""
        if not may(by.role, Permission.MANAGE_API_CLIENTS):
            raise NotAllowed(f"{by.name} may not manage programs")
        now = self._clock.now()
        with self._database.transaction() as transaction:
            if not store.disable(transaction, name, now):
                raise UnknownApiClient(name)
            disabled = ApiClientDisabled(api_client=name, by=by.name, reason=reason)
            record(transaction, disabled, now)


def as_asked(row: ApiClient) -> NewApiClient:
    """What was asked for when the program was let in."""
    return NewApiClient(
        name=row.name,
        purpose=row.purpose,
        role=row.role,
        team=row.team,
        scopes=frozenset(map(Permission, row.scopes)),
    )
