"""What a program can be called, and what it may: pure."""

import re
from collections.abc import Collection
from typing import Final

from idp.api_clients.model import ApiClientName, NewApiClient
from idp.operators.model import OperatorRole, VerifiedOperator
from idp.operators.permissions import Permission, may

SCOPES: Final = (
    Permission.SEE_RELYING_PARTIES,
    Permission.MANAGE_OWN_RELYING_PARTIES,
    Permission.APPROVE_PRODUCTION,
    Permission.SEE_FAILURES,
    Permission.SEE_STATISTICS,
    Permission.SEE_KEYS,
    Permission.ROTATE_KEYS,
    Permission.SEE_ANNOUNCEMENTS,
    Permission.ANNOUNCE,
    Permission.SEE_DISPUTES,
    Permission.SEE_OPERATORS,
    Permission.READ_LOG,
)
"""What there are calls for. People are served, and cases decided, by people."""
ROLES: Final = (
    OperatorRole.PROVINCE_TEAM,
    OperatorRole.READ_ONLY,
    OperatorRole.OPERATOR,
    OperatorRole.ADMINISTRATOR,
)
LONGEST_PURPOSE: Final = 120
_NAME: Final = re.compile(r"[a-z][a-z0-9-]{1,26}[a-z0-9]")


class InvalidApiClientName(ValueError):
    """The name cannot be one of a program."""


def parse_api_client_name(typed: str) -> ApiClientName:
    """The name: 3 to 28 small letters, digits and hyphens. Raises `InvalidApiClientName`."""
    name = typed.strip().lower()
    if _NAME.fullmatch(name) is None:
        raise InvalidApiClientName("a name is 3 to 28 small letters, digits and hyphens")
    return ApiClientName(name)


def scopes_of(role: OperatorRole) -> frozenset[Permission]:
    """What a program of *role* may ask for."""
    return frozenset(scope for scope in SCOPES if may(role, scope))


def effective(
    scopes: Collection[str], role: OperatorRole, answering: OperatorRole
) -> frozenset[Permission]:
    """
    What counts of *scopes* for a program of *role* that an *answering* one answers for.

    Nothing where that one came to a province's team since: the program would reach other teams'.
    """
    if answering is OperatorRole.PROVINCE_TEAM:
        return frozenset()
    both = scopes_of(role) & scopes_of(answering)
    return frozenset(scope for scope in both if scope in scopes)


def may_answer_for(operator: VerifiedOperator, new: NewApiClient) -> bool:
    """
    Whether the operator may let that program in: with no more than the own role has.

    One of a team's portals belongs to the team, and to nobody else one does.
    """
    if (new.role is OperatorRole.PROVINCE_TEAM) is not (new.team is not None):
        return False
    return (
        may(operator.role, Permission.MANAGE_API_CLIENTS)
        and new.role in ROLES
        and new.scopes <= scopes_of(new.role) & scopes_of(operator.role)
    )
