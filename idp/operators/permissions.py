"""Which role may do what: one table, which commands and pages ask alike."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from idp.operators.model import OperatorRole


class Permission(StrEnum):
    """Something an operator may do, or look at."""

    USE_CONSOLE = "use_console"
    """Signing in to the console, the own profile, signing out."""
    SEE_DISPUTES = "see_disputes"
    """That cases are there, and how far they are: numbers and moments, nobody's data."""
    DECIDE_DISPUTES = "decide_disputes"
    """Both sides' papers, asking for more, giving time, deciding."""
    SERVE_CITIZENS = "serve_citizens"
    """Finding an account, locking and unlocking it, requests about personal data."""
    CONFIRM_VISITS = "confirm_visits"
    READ_LOG = "read_log"
    SEE_OPERATORS = "see_operators"
    MANAGE_OPERATORS = "manage_operators"


_TABLE: Final[Mapping[OperatorRole, frozenset[Permission]]] = MappingProxyType(
    {
        OperatorRole.ADMINISTRATOR: frozenset(Permission),
        OperatorRole.OPERATOR: frozenset(Permission) - {Permission.MANAGE_OPERATORS},
        OperatorRole.COUNTER_OFFICER: frozenset(
            {Permission.USE_CONSOLE, Permission.CONFIRM_VISITS}
        ),
        OperatorRole.PROVINCE_TEAM: frozenset({Permission.USE_CONSOLE}),
        OperatorRole.READ_ONLY: frozenset(
            {
                Permission.USE_CONSOLE,
                Permission.SEE_DISPUTES,
                Permission.READ_LOG,
                Permission.SEE_OPERATORS,
            }
        ),
    }
)


def may(role: OperatorRole, permission: Permission) -> bool:
    """Whether an operator of *role* may do that."""
    return permission in _TABLE[role]
