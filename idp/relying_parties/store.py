"""Queries on registrations; none of them commits."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from dataclasses import replace as replaced
from datetime import datetime
from types import MappingProxyType
from typing import Final

import structlog
from sqlalchemy import delete, null, select, update
from sqlalchemy.orm import Session

from idp.core.environment import Environment
from idp.relying_parties.keys import with_ends
from idp.relying_parties.model import (
    ClientId,
    ClientSecret,
    InitialAccessToken,
    RelyingParty,
    RelyingPartyKey,
    RelyingPartyLogo,
    RelyingPartyRecord,
    RelyingPartySecret,
    RelyingPartyVersion,
)
from idp.relying_parties.registration import InvalidRegistration, Registration, parse_registration

NOBODY: Final = ""
"""Who changed a registration where no operator did: a file of this machine, its relying party."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Stored:
    """All that is stored of a registration and matters to a worker; *key_ends* by thumbprint."""

    client_id: ClientId
    registration: Mapping[str, object]
    enabled: bool
    logo: str | None
    team: str | None
    dynamic: bool
    secrets: tuple[ClientSecret, ...]
    key_ends: Mapping[str, datetime]


@dataclass(frozen=True, slots=True)
class Loaded:
    """A relying party, and what it was made of."""

    stored: Stored
    relying_party: RelyingParty


def all_of(
    session: Session, held: Mapping[ClientId, Loaded] = MappingProxyType({})
) -> dict[ClientId, Loaded]:
    """
    Every relying party, enabled or not.

    What is *held* and was not changed is taken over: of ten thousand one is another at a time. A
    stored registration that breaks a rule made since then is left out and logged: one portal
    must not keep all others from their citizens.
    """
    found = {}
    for stored in _stored(session):
        known = held.get(stored.client_id)
        if known is not None and known.stored == stored:
            found[stored.client_id] = known
            continue
        try:
            found[stored.client_id] = Loaded(stored, _relying_party(stored))
        except InvalidRegistration as error:
            _log.error("registration_left_out", client_id=stored.client_id, problems=error.problems)
    return found


def record_of(session: Session, client_id: ClientId) -> RelyingPartyRecord | None:
    """The stored registration of that id, locked against other changes where the database can."""
    return session.execute(
        select(RelyingPartyRecord)
        .where(RelyingPartyRecord.client_id == client_id)
        .with_for_update()
    ).scalar_one_or_none()


def documents(session: Session) -> Mapping[ClientId, tuple[Mapping[str, object], bool]]:
    """The stored registrations as they were handed in, and whether each is enabled."""
    rows = session.execute(
        select(
            RelyingPartyRecord.client_id,
            RelyingPartyRecord.registration,
            RelyingPartyRecord.enabled,
        ).order_by(RelyingPartyRecord.client_id)
    )
    return {row.client_id: (row.registration, row.enabled) for row in rows}


def being_tried(session: Session, client_ids: Collection[str]) -> frozenset[str]:
    """Those of *client_ids* that are registered in the sandbox."""
    record = RelyingPartyRecord
    found = select(record.client_id).where(
        record.client_id.in_(client_ids), record.environment == Environment.SANDBOX
    )
    return frozenset(session.execute(found).scalars())


def add(
    session: Session,
    registration: Registration,
    at: datetime,
    *,
    by: str = NOBODY,
    reason: str = "",
    team: str | None = None,
) -> RelyingPartyRecord:
    """Store a new registration, its first version."""
    relying_party = registration.relying_party
    row = RelyingPartyRecord(
        client_id=relying_party.client_id,
        sector=relying_party.sector,
        registration=dict(registration.document),
        enabled=True,
        created_at=at,
        updated_at=at,
        environment=relying_party.environment,
        sandbox_client_id=relying_party.sandbox_client_id,
        team=team,
        version=1,
    )
    session.add(row)
    session.flush()
    _note_version(session, row, by=by, reason=reason)
    return row


def replace(
    session: Session,
    row: RelyingPartyRecord,
    registration: Registration,
    at: datetime,
    *,
    by: str = NOBODY,
    reason: str = "",
) -> None:
    """Put *registration* in the place of a locked one, as its next version."""
    row.registration = dict(registration.document)
    row.sandbox_client_id = registration.relying_party.sandbox_client_id
    row.updated_at = at
    row.version += 1
    _note_version(session, row, by=by, reason=reason)


def version(session: Session, client_id: ClientId, number: int) -> RelyingPartyVersion | None:
    """One version of a registration."""
    return session.get(RelyingPartyVersion, (client_id, number))


def _note_version(session: Session, row: RelyingPartyRecord, *, by: str, reason: str) -> None:
    session.add(
        RelyingPartyVersion(
            client_id=row.client_id,
            number=row.version,
            document=dict(row.registration),
            by=by,
            at=row.updated_at,
            reason=reason,
        )
    )


def add_secret(
    session: Session,
    client_id: ClientId,
    *,
    hash_: bytes,
    last_four: str,
    at: datetime,
    expires_at: datetime | None = None,
) -> RelyingPartySecret:
    """Store a secret's hash beside those that are there; without *expires_at* it never ends."""
    secret = RelyingPartySecret(
        client_id=client_id,
        hash=hash_,
        last_four=last_four,
        created_at=at,
        expires_at=expires_at,
    )
    session.add(secret)
    return secret


def spend_initial_token(session: Session, token_hash: str, at: datetime) -> bool:
    """Use an initial access token once, atomically; false where it is not good (any more)."""
    spent = session.execute(
        update(InitialAccessToken)
        .where(
            InitialAccessToken.hash == token_hash,
            InitialAccessToken.uses_left > 0,
            InitialAccessToken.expires_at > at,
        )
        .values(uses_left=InitialAccessToken.uses_left - 1)
        .returning(InitialAccessToken.hash)
    )
    return spent.scalar_one_or_none() is not None


def has_initial_token(session: Session, token_hash: str, at: datetime) -> bool:
    """Whether an initial access token is good at that moment; it stays as it is."""
    found = session.get(InitialAccessToken, token_hash)
    return found is not None and found.uses_left > 0 and found.expires_at > at


def keep_logo(session: Session, client_id: ClientId, png: bytes | None, name: str | None) -> None:
    """Keep the picture of a relying party, or `None` for none, in the place of the one before."""
    session.execute(delete(RelyingPartyLogo).where(RelyingPartyLogo.client_id == client_id))
    session.execute(
        update(RelyingPartyRecord)
        .where(RelyingPartyRecord.client_id == client_id)
        .values(logo=name)
    )
    if png is not None:
        session.add(RelyingPartyLogo(client_id=client_id, png=png))


def logo(session: Session, client_id: ClientId, name: str) -> bytes | None:
    """The picture of that name, where it is still the relying party's."""
    return session.execute(
        select(RelyingPartyLogo.png)
        .join(RelyingPartyRecord, RelyingPartyRecord.client_id == RelyingPartyLogo.client_id)
        .where(RelyingPartyLogo.client_id == client_id, RelyingPartyRecord.logo == name)
    ).scalar_one_or_none()


def _stored(session: Session) -> Iterator[Stored]:
    """Three queries, however many there are."""
    secrets: defaultdict[ClientId, list[ClientSecret]] = defaultdict(list)
    for secret in session.execute(
        select(
            RelyingPartySecret.client_id,
            RelyingPartySecret.hash,
            RelyingPartySecret.expires_at,
            RelyingPartySecret.id,
        ).order_by(RelyingPartySecret.id)
    ):
        secrets[secret.client_id].append(ClientSecret(secret.hash, secret.expires_at, secret.id))
    ends: defaultdict[ClientId, dict[str, datetime]] = defaultdict(dict)
    for key in session.execute(
        select(RelyingPartyKey.client_id, RelyingPartyKey.thumbprint, RelyingPartyKey.expires_at)
    ):
        ends[key.client_id][key.thumbprint] = key.expires_at
    for row in session.execute(
        select(
            RelyingPartyRecord.client_id,
            RelyingPartyRecord.registration,
            RelyingPartyRecord.enabled,
            RelyingPartyRecord.logo,
            RelyingPartyRecord.team,
            RelyingPartyRecord.client_metadata.is_not(null()).label("dynamic"),
        )
    ):
        yield Stored(
            row.client_id,
            row.registration,
            row.enabled,
            row.logo,
            row.team,
            row.dynamic,
            tuple(secrets[row.client_id]),
            ends[row.client_id],
        )


def _relying_party(stored: Stored) -> RelyingParty:
    parsed = parse_registration(stored.registration).relying_party
    if stored.key_ends:
        known = with_ends(parsed.keys.jwks, stored.key_ends)
        parsed = replaced(parsed, keys=replaced(parsed.keys, jwks=known))
    return replaced(
        parsed,
        enabled=stored.enabled,
        secrets=stored.secrets,
        logo=stored.logo,
        dynamic=stored.dynamic,
        team=stored.team,
    )
