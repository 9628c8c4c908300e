"""Whose registration an operator may touch: asked within the transaction that touches it."""

from typing import Final

from sqlalchemy.orm import Session

from idp.operators.model import OperatorName, OperatorRole, VerifiedOperator
from idp.operators.permissions import Permission, may, may_see
from idp.relying_parties import store as relying_parties
from idp.relying_parties.model import ClientId, RelyingPartyRecord

SHELL: Final = VerifiedOperator(OperatorName(relying_parties.NOBODY), "", OperatorRole.OPERATOR)
"""Who has the shell of this machine, and named no operator: nobody else's word is asked there."""


class MayNot(Exception):
    """The operator's role does not do this: whoever called has let it come this far."""


class NotThere(Exception):
    """No such thing, or none that the operator may see: one answer for both."""


def require(by: VerifiedOperator, permission: Permission) -> None:
    """Raise `MayNot` where the operator's role does not have *permission*."""
    if not may(by.role, permission):
        raise MayNot(permission)


def own(session: Session, client_id: ClientId, by: VerifiedOperator) -> RelyingPartyRecord:
    """The registration, locked, if the operator may see it. Raises `NotThere`."""
    row = relying_parties.record_of(session, client_id)
    if row is None or not may_see(by, row.team):
        raise NotThere(client_id)
    return row
