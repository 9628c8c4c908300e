"""
Families of refresh tokens: begun by a code, rotated at each use, ended by reuse (RFC 9700 §4.14).

No function here commits. Every change of a family begins with its row, which is locked from then
on: two requests at once do one after the other what they would have done alone.
"""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from pydantic import TypeAdapter
from sqlalchemy import (
    ColumnElement,
    bindparam,
    delete,
    exists,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session

from idp.citizens.model import Citizen, CitizenId, CitizenStatus
from idp.consents.store import sharing
from idp.core import base64url
from idp.core.handles import digest, new_handle
from idp.db.rows import Prepared, Rows, Source, rows_of
from idp.follow_ups.store import ends
from idp.grants.model import Authorization, FamilyId, Grant, GrantId, RefreshFamily, RefreshToken
from idp.grants.store import signed_in
from idp.relying_parties.claims import OFFLINE_ACCESS
from idp.relying_parties.model import ClientId
from idp.sessions.model import SessionId

_JSON: Final = TypeAdapter(Authorization)

_LIVE: Final = (
    RefreshFamily.revoked_at.is_(None),
    RefreshFamily.used_at > bindparam("idle_since"),
    RefreshFamily.issued_at > bindparam("oldest"),
    # A held account gets nothing; its families are as they were when it is free again.
    exists().where(Citizen.id == RefreshFamily.citizen_id, Citizen.status == CitizenStatus.ACTIVE),
    ~exists().where(
        Grant.id == RefreshFamily.grant_id,
        ends(citizen_id=Grant.citizen_id, session_id=Grant.session_id, auth_time=Grant.auth_time),
    ),
    exists().where(
        sharing(
            OFFLINE_ACCESS,
            citizen_id=RefreshFamily.citizen_id,
            client_id=RefreshFamily.client_id,
        )
    ),
)
_OF_TOKEN: Final = RefreshFamily.id == (
    select(RefreshToken.family_id).where(RefreshToken.hash == bindparam("digest")).scalar_subquery()
)
_TOUCH: Final = Prepared(
    update(RefreshFamily)
    .where(_OF_TOKEN, RefreshFamily.client_id == bindparam("client"), *_LIVE)
    .values(used_at=bindparam("now"))
    .returning(RefreshFamily.id, RefreshFamily.authorization)
)
_SPEND: Final = Prepared(
    update(RefreshToken)
    .where(RefreshToken.hash == bindparam("digest"), RefreshToken.spent_at.is_(None))
    .values(spent_at=bindparam("now"))
    .returning(RefreshToken.generation)
)
_SPENT: Final = Prepared(
    select(RefreshToken.generation, RefreshToken.spent_at).where(
        RefreshToken.hash == bindparam("digest")
    )
)
_FIND: Final = Prepared(
    select(
        RefreshFamily.id,
        RefreshFamily.authorization,
        RefreshFamily.issued_at.label("begun_at"),
        RefreshToken.issued_at,
    )
    .join(RefreshToken, RefreshToken.family_id == RefreshFamily.id)
    .where(RefreshToken.hash == bindparam("digest"), RefreshToken.spent_at.is_(None), *_LIVE)
)
_REVOKE: Final = Prepared(
    update(RefreshFamily)
    .where(RefreshFamily.id == bindparam("family_id"), RefreshFamily.revoked_at.is_(None))
    .values(revoked_at=bindparam("now"))
)
_ADD_FAMILY: Final = Prepared(
    insert(RefreshFamily),
    columns=(
        "id",
        "grant_id",
        "citizen_id",
        "client_id",
        "authorization",
        "issued_at",
        "used_at",
    ),
)
_ADD_TOKEN: Final = Prepared(
    insert(RefreshToken), columns=("hash", "family_id", "generation", "issued_at")
)


@dataclass(frozen=True, slots=True)
class RefreshPolicy:
    """How long families last: unused, at most, and how long a spent token may come again."""

    idle: timedelta
    maximum: timedelta
    grace: timedelta


@dataclass(frozen=True, slots=True)
class Rotated:
    """The token was this caller's; *successor* is the value to hand out."""

    family_id: FamilyId
    authorization: Authorization
    successor: str


@dataclass(frozen=True, slots=True)
class Ended:
    """The family is revoked now: a token of it was given back, or came again long after its use."""

    family_id: FamilyId
    authorization: Authorization


@dataclass(frozen=True, slots=True)
class LiveToken:
    """A refresh token that could be used now."""

    family_id: FamilyId
    authorization: Authorization
    issued_at: datetime
    expires_at: datetime


class RefreshFamilies:
    """
    Makes, rotates and ends refresh tokens.

    A token is HMAC(*key*, family, generation): the same successor can be given again within the
    grace, to a client that did not get the answer, although only its digest is stored.
    """

    def __init__(self, key: bytes, policy: RefreshPolicy) -> None:
        self._key = key
        self._policy = policy

    def begin(self, source: Source, authorization: Authorization, now: datetime) -> str:
        """Begin a family for a grant; the first token to hand out."""
        family_id = FamilyId(new_handle())
        rows = rows_of(source)
        rows.change(
            _ADD_FAMILY,
            id=family_id,
            grant_id=authorization.grant_id,
            citizen_id=authorization.citizen_id,
            client_id=authorization.client_id,
            authorization=_JSON.dump_python(authorization, mode="json"),
            issued_at=now,
            used_at=now,
        )
        return self._add(rows, family_id, 0, now)

    def rotate(
        self, source: Source, value: str, client_id: ClientId, now: datetime
    ) -> Rotated | Ended | None:
        """
        Spend a token for its successor; `None` where it is nothing for this caller.

        A stranger with another client_id can neither spend it nor revoke the family.
        """
        rows, hashed = rows_of(source), digest(value)
        family = rows.one(_TOUCH, digest=hashed, client=client_id, now=now, **self._limits(now))
        if family is None:
            return None
        family_id, stored = family
        authorization = _JSON.validate_python(stored)
        spent = rows.one(_SPEND, digest=hashed, now=now)
        if spent is not None:
            successor = self._add(rows, family_id, spent[0] + 1, now)
            return Rotated(family_id, authorization, successor)
        [(generation, spent_at)] = rows.all(_SPENT, digest=hashed)
        if now <= spent_at + self._policy.grace:
            return Rotated(family_id, authorization, self._value(family_id, generation + 1))
        rows.change(_REVOKE, family_id=family_id, now=now)
        return Ended(family_id, authorization)

    def find(self, source: Source, value: str, now: datetime) -> LiveToken | None:
        """The token, where it could be used now."""
        row = rows_of(source).one(_FIND, digest=digest(value), **self._limits(now))
        if row is None:
            return None
        family_id, authorization, begun_at, issued_at = row
        return LiveToken(
            family_id,
            _JSON.validate_python(authorization),
            issued_at,
            min(issued_at + self._policy.idle, begun_at + self._policy.maximum),
        )

    def revoke(
        self, session: Session, value: str, client_id: ClientId, now: datetime
    ) -> Ended | None:
        """End the family of a token of that relying party, spent or not; what it was."""
        connection = session.connection()
        family = connection.execute(
            select(RefreshFamily.id, RefreshFamily.authorization).where(
                _OF_TOKEN, RefreshFamily.client_id == client_id
            ),
            {"digest": digest(value)},
        ).one_or_none()
        if family is None or not _revoke_where(session, now, RefreshFamily.id == family.id):
            return None
        return Ended(family.id, _JSON.validate_python(family.authorization))

    def _add(self, rows: Rows, family_id: FamilyId, generation: int, now: datetime) -> str:
        value = self._value(family_id, generation)
        rows.change(
            _ADD_TOKEN,
            hash=digest(value),
            family_id=family_id,
            generation=generation,
            issued_at=now,
        )
        return value

    def _value(self, family_id: FamilyId, generation: int) -> str:
        message = f"refresh_token\0{family_id}\0{generation}".encode()
        value = hmac.digest(self._key, message, hashlib.sha256)
        return base64url.encode(value)

    def _limits(self, now: datetime) -> dict[str, Any]:
        return {"idle_since": now - self._policy.idle, "oldest": now - self._policy.maximum}


def revoke_of_grant(session: Session, grant_id: GrantId, now: datetime) -> Sequence[FamilyId]:
    """End the family of a grant; what it hangs on must be revoked before."""
    return _revoke_where(session, now, RefreshFamily.grant_id == grant_id)


def revoke_of_citizen(
    session: Session,
    citizen_id: CitizenId,
    now: datetime,
    *,
    until: datetime | None = None,
    kept: SessionId | None = None,
) -> Sequence[FamilyId]:
    """End the families of a citizen's sign-ins, but those of what `signed_in` leaves."""
    grants = select(Grant.id).where(signed_in(citizen_id, until=until, kept=kept))
    return _revoke_where(
        session,
        now,
        RefreshFamily.citizen_id == citizen_id,
        RefreshFamily.grant_id.in_(grants),
    )


def revoke_of_consent(
    session: Session, citizen_id: CitizenId, client_id: ClientId, now: datetime
) -> Sequence[FamilyId]:
    """End every family of a citizen at one relying party: the consent was withdrawn."""
    return _revoke_where(
        session, now, RefreshFamily.citizen_id == citizen_id, RefreshFamily.client_id == client_id
    )


def forget_ended(session: Session, policy: RefreshPolicy, now: datetime) -> int:
    """Delete families that can never be used again, once their reuse can tell nothing; how many."""
    ended = or_(
        RefreshFamily.issued_at <= now - policy.maximum,
        RefreshFamily.used_at <= now - policy.idle,
    )
    ids = select(RefreshFamily.id).where(ended)
    session.execute(
        delete(RefreshToken).where(RefreshToken.family_id.in_(ids)),
        execution_options={"synchronize_session": False},
    )
    deleted = session.execute(
        delete(RefreshFamily).where(ended).returning(RefreshFamily.id),
        execution_options={"synchronize_session": False},
    )
    return len(deleted.all())


def _revoke_where(
    session: Session, now: datetime, *which: ColumnElement[bool]
) -> Sequence[FamilyId]:
    statement = (
        update(RefreshFamily)
        .where(*which, RefreshFamily.revoked_at.is_(None))
        .values(revoked_at=now)
        .returning(RefreshFamily.id)
        .execution_options(synchronize_session=False)
    )
    return session.execute(statement).scalars().all()
