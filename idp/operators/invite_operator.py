"""Inviting an operator: a link, by which a person chooses the password and sets up the app."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.exc import IntegrityError

from idp.audit.events import OperatorAdded, OperatorInvited, TeamMemberAdded
from idp.audit.log import record
from idp.citizens.password_hasher import PasswordHasher
from idp.core.clock import Clock
from idp.core.handles import Handle, digest, new_handle
from idp.db.database import Database
from idp.operators import store
from idp.operators.add_operator import CodeNotShown, NameTaken, NotAllowed
from idp.operators.create_team import UnknownTeam
from idp.operators.model import (
    Operator,
    OperatorInvitation,
    OperatorName,
    OperatorRole,
    TeamId,
    TeamMember,
    VerifiedOperator,
)
from idp.operators.permissions import may_invite
from idp.operators.rules import check_operator_password
from idp.totp.codes import new_totp_secret, step_of_code


class InvitationSpent(Exception):
    """Nobody is invited by this link: it was used or replaced, it lapsed, or its author is gone."""


@dataclass(frozen=True, slots=True)
class Invited:
    """What the person who opens the link is told."""

    name: OperatorName
    display_name: str
    role: OperatorRole
    totp_secret: str


class InviteOperator:
    """Makes the links; each lasts *lasts*, and a new one for a name ends the one before."""

    def __init__(self, *, database: Database, lasts: timedelta, clock: Clock) -> None:
        self._database = database
        self._lasts = lasts
        self._clock = clock

    def __call__(
        self,
        name: OperatorName,
        display_name: str,
        role: OperatorRole,
        *,
        team: TeamId | None = None,
        by: VerifiedOperator,
    ) -> Handle:
        """
        The link's handle, which is kept nowhere; the person joins *team*.

        Raises `NotAllowed`, `UnknownTeam`, `NameTaken`.
        """
        if not may_invite(by, role, team):
            raise NotAllowed(f"{by.name} may not invite {role} into {team}")
        now, handle = self._clock.now(), new_handle()
        try:
            with self._database.transaction() as transaction:
                if team is not None and store.team(transaction, team) is None:
                    raise UnknownTeam(team)
                other = store.invitation_of(transaction, name)
                # Else a team's member could end what an administrator has begun.
                if other is not None and not may_invite(by, other.role, other.team):
                    raise NameTaken(name)
                if store.is_taken(transaction, name):
                    raise NameTaken(name)
                store.withdraw_invitation(transaction, name)
                transaction.add(
                    OperatorInvitation(
                        handle_digest=digest(handle),
                        name=name,
                        display_name=display_name,
                        role=role,
                        totp_secret=new_totp_secret(),
                        created_at=now,
                        created_by=by.name,
                        expires_at=now + self._lasts,
                        team=team,
                    )
                )
                transaction.flush()
                invited = OperatorInvited(operator=name, role=role, by=by.name, team=team or "")
                record(transaction, invited, now)
        except IntegrityError:  # somebody else was faster, with this name
            raise NameTaken(name) from None
        return handle


class AcceptInvitation:
    """Makes an operator of whoever holds the link, and has shown that the app works."""

    def __init__(self, *, database: Database, hasher: PasswordHasher, clock: Clock) -> None:
        self._database = database
        self._hasher = hasher
        self._clock = clock

    def look(self, handle: str) -> Invited:
        """Who is invited; the secret stays the same as often as one looks. `InvitationSpent`."""
        with self._database.reading() as reading:
            found = store.invitation(reading, digest(handle), self._clock.now())
        if found is None:
            raise InvitationSpent
        return Invited(found.name, found.display_name, found.role, found.totp_secret)

    def __call__(self, handle: str, password: str, code: str) -> None:
        """
        Spend the link, and add the operator.

        The author's word has to count still: who lost the account, the role, or the place in the
        team, lets nobody in any more.

        Raises `InvitationSpent`, `WeakOperatorPassword`, `CodeNotShown`.
        """
        now = self._clock.now()
        with self._database.reading() as reading:
            found = store.invitation(reading, digest(handle), now)
        if found is None:
            raise InvitationSpent
        check_operator_password(password, found.name)
        step = step_of_code(found.totp_secret, code, now)
        if step is None:
            raise CodeNotShown
        password_hash = self._hasher.hash(password)
        try:
            self._add(found, password_hash, step)
        except IntegrityError:  # the name became somebody else's at this moment
            raise InvitationSpent from None

    def _add(self, found: OperatorInvitation, password_hash: str, step: int) -> None:
        now = self._clock.now()
        with self._database.transaction() as transaction:
            author = store.find(transaction, found.created_by)
            if author is None or not may_invite(
                store.verified(transaction, author), found.role, found.team
            ):
                raise InvitationSpent
            if not store.spend_invitation(transaction, found.handle_digest, now):
                raise InvitationSpent
            if store.is_taken(transaction, found.name):  # added at a shell meanwhile
                raise InvitationSpent
            transaction.add(
                Operator(
                    name=found.name,
                    display_name=found.display_name,
                    role=found.role,
                    password_hash=password_hash,
                    totp_secret=found.totp_secret,
                    totp_step_used=step,
                    created_at=now,
                    created_by=found.created_by,
                )
            )
            added = OperatorAdded(operator=found.name, role=found.role, by=found.created_by)
            record(transaction, added, now)
            if found.team is not None:
                transaction.flush()  # before the row that names it
                member = TeamMember(
                    team=found.team, operator=found.name, added_at=now, added_by=found.created_by
                )
                store.add_member(transaction, member)
                joined = TeamMemberAdded(team=found.team, operator=found.name, by=found.created_by)
                record(transaction, joined, now)
