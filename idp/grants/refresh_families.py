"""
Families of refresh tokens: begun by a code, rotated at each use, ended by reuse (RFC 9700 §4.14).

No function here commits. Every change of a family begins with its row, which is locked from then
on: two requests at once do one after the other what they would have done alone.
"""

import hashlib
import hmac
from base64 import urlsafe_b64encode
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
from idp.core.handles import digest, new_handle
from idp.grants.model import Authorization, FamilyId, GrantId, RefreshFamily, RefreshToken
from idp.relying_parties.model import ClientId

_JSON: Final = TypeAdapter(Authorization)

# Made once: building a statement costs more than running it.
_LIVE: Final = (
    RefreshFamily.revoked_at.is_(None),
    RefreshFamily.used_at > bindparam("idle_since"),
    RefreshFamily.issued_at > bindparam("oldest"),
    # A held account gets nothing; its families are as they were when it is free again.
    exists().where(Citizen.id == RefreshFamily.citizen_id, Citizen.status == CitizenStatus.ACTIVE),
)
_OF_TOKEN: Final = RefreshFamily.id == (
    select(RefreshToken.family_id).where(RefreshToken.hash == bindparam("digest")).scalar_subquery()
)
_TOUCH: Final = (
    update(RefreshFamily)
    .where(_OF_TOKEN, RefreshFamily.client_id == bindparam("client"), *_LIVE)
    .values(used_at=bindparam("now"))
    .returning(RefreshFamily.id, RefreshFamily.authorization)
    .execution_options(synchronize_session=False)
)
_SPEND: Final = (
    update(RefreshToken)
    .where(RefreshToken.hash == bindparam("digest"), RefreshToken.spent_at.is_(None))
    .values(spent_at=bindparam("now"))
    .returning(RefreshToken.generation)
    .execution_options(synchronize_session=False)
)
_SPENT: Final = select(RefreshToken.generation, RefreshToken.spent_at).where(
    RefreshToken.hash == bindparam("digest")
)
_FIND: Final = (
    select(
        RefreshFamily.id,
        RefreshFamily.authorization,
        RefreshFamily.issued_at.label("begun_at"),
        RefreshToken.issued_at,
    )
    .join(RefreshToken, RefreshToken.family_id == RefreshFamily.id)
    .where(RefreshToken.hash == bindparam("digest"), RefreshToken.spent_at.is_(None), *_LIVE)
)
_ADD_FAMILY: Final = insert(RefreshFamily)
_ADD_TOKEN: Final = insert(RefreshToken)


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

    def begin(self, session: Session, authorization: Authorization, now: datetime) -> str:
        """Begin a family for a grant; the first token to hand out."""
        family_id = FamilyId(new_handle())
        session.connection().execute(
            _ADD_FAMILY,
            {
                "id": family_id,
                "grant_id": authorization.grant_id,
                "citizen_id": authorization.citizen_id,
                "client_id": authorization.client_id,
                "authorization": _JSON.dump_python(authorization, mode="json"),
                "issued_at": now,
                "used_at": now,
            },
        )
        return self._add(session, family_id, 0, now)

    def rotate(
        self, session: Session, value: str, client_id: ClientId, now: datetime
    ) -> Rotated | Ended | None:
        """
        Spend a token for its successor; `None` where it is nothing for this caller.

        A stranger with another client_id can neither spend it nor revoke the family.
        """
        connection, hashed = session.connection(), digest(value)
        family = connection.execute(
            _TOUCH, {"digest": hashed, "client": client_id, "now": now, **self._limits(now)}
        ).one_or_none()
        if family is None:
            return None
        authorization = _JSON.validate_python(family.authorization)
        spent = connection.execute(_SPEND, {"digest": hashed, "now": now}).one_or_none()
        if spent is not None:
            successor = self._add(session, family.id, spent.generation + 1, now)
            return Rotated(family.id, authorization, successor)
        former = connection.execute(_SPENT, {"digest": hashed}).one()
        if now <= former.spent_at + self._policy.grace:
            successor = self._value(family.id, former.generation + 1)
            return Rotated(family.id, authorization, successor)
        _revoke_where(session, now, RefreshFamily.id == family.id)
        return Ended(family.id, authorization)

    def find(self, session: Session, value: str, now: datetime) -> LiveToken | None:
        """The token, where it could be used now."""
        row = (
            session.connection()
            .execute(_FIND, {"digest": digest(value), **self._limits(now)})
            .one_or_none()
        )
        if row is None:
            return None
        return LiveToken(
            row.id,
            _JSON.validate_python(row.authorization),
            row.issued_at,
            min(row.issued_at + self._policy.idle, row.begun_at + self._policy.maximum),
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

    def _add(self, session: Session, family_id: FamilyId, generation: int, now: datetime) -> str:
        value = self._value(family_id, generation)
        session.connection().execute(
            _ADD_TOKEN,
            {
                "hash": digest(value),
                "family_id": family_id,
                "generation": generation,
                "issued_at": now,
            },
        )
        return value

    def _value(self, family_id: FamilyId, generation: int) -> str:
        message = f"refresh_token\0{family_id}\0{generation}".encode()
        value = hmac.digest(self._key, message, hashlib.sha256)
        return urlsafe_b64encode(value).rstrip(b"=").decode("ascii")

    def _limits(self, now: datetime) -> dict[str, Any]:
        return {"idle_since": now - self._policy.idle, "oldest": now - self._policy.maximum}


def revoke_of_grant(session: Session, grant_id: GrantId, now: datetime) -> Sequence[FamilyId]:
    """End the family of a grant; what it hangs on must be revoked before."""
    return _revoke_where(session, now, RefreshFamily.grant_id == grant_id)


def revoke_of_citizen(session: Session, citizen_id: CitizenId, now: datetime) -> Sequence[FamilyId]:
    """End every family of a citizen: after a password reset, or a dispute."""
    return _revoke_where(session, now, RefreshFamily.citizen_id == citizen_id)


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
