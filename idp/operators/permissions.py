"""Which role may do what, and with whose: asked alike by commands, pages and the API."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from idp.operators.model import OperatorRole, TeamId, VerifiedOperator


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
    SEE_RELYING_PARTIES = "see_relying_parties"
    """Registrations, their versions and what became of them; whose, `may_see` says."""
    MANAGE_OWN_RELYING_PARTIES = "manage_own_relying_parties"
    """Registering and changing in the sandbox, secrets and keys, proposals, keeping a portal out at
    once; of whom one may see."""
    APPROVE_PRODUCTION = "approve_production"
    """Deciding about somebody else's proposal; letting a portal in again; whose a portal is."""
    MANAGE_OWN_TEAM = "manage_own_team"
    """Inviting somebody into a team, and taking members out of it; of whom one may see."""
    MANAGE_TEAMS = "manage_teams"
    """Making teams and naming them, taking operators into any, taking the last one out."""
    SEE_FAILURES = "see_failures"
    """Requests of portals that failed; a province team, those of its own."""
    SEE_STATISTICS = "see_statistics"
    """Numbers of portals; a province team, those of its own."""
    SEE_KEYS = "see_keys"
    """The ring of signing keys: names, ages, what happens next; no secret."""
    ROTATE_KEYS = "rotate_keys"
    SEE_ANNOUNCEMENTS = "see_announcements"
    """What portals are told; a province team, what concerns its own."""
    ANNOUNCE = "announce"
    """Telling portals something, and taking it back."""
    MANAGE_API_CLIENTS = "manage_api_clients"
    """Letting programs in, with no more than the own role, and keeping them out."""


_TABLE: Final[Mapping[OperatorRole, frozenset[Permission]]] = MappingProxyType(
    {
        OperatorRole.ADMINISTRATOR: frozenset(Permission),
        OperatorRole.OPERATOR: frozenset(Permission)
        - {Permission.MANAGE_OPERATORS, Permission.MANAGE_OWN_TEAM, Permission.MANAGE_TEAMS},
        OperatorRole.COUNTER_OFFICER: frozenset(
            {Permission.USE_CONSOLE, Permission.CONFIRM_VISITS}
        ),
        OperatorRole.PROVINCE_TEAM: frozenset(
            {
                Permission.USE_CONSOLE,
                Permission.SEE_RELYING_PARTIES,
                Permission.MANAGE_OWN_RELYING_PARTIES,
                Permission.MANAGE_OWN_TEAM,
                Permission.SEE_FAILURES,
                Permission.SEE_STATISTICS,
                Permission.SEE_ANNOUNCEMENTS,
            }
        ),
        OperatorRole.READ_ONLY: frozenset(
            {
                Permission.USE_CONSOLE,
                Permission.SEE_DISPUTES,
                Permission.READ_LOG,
                Permission.SEE_OPERATORS,
                Permission.SEE_RELYING_PARTIES,
                Permission.SEE_FAILURES,
                Permission.SEE_STATISTICS,
                Permission.SEE_KEYS,
                Permission.SEE_ANNOUNCEMENTS,
            }
        ),
    }
)


def may(role: OperatorRole, permission: Permission) -> bool:
    """Whether an operator of *role* may do that."""
    return permission in _TABLE[role]


def may_see(operator: VerifiedOperator, team: str | None) -> bool:
    """
    Whether what belongs to *team* (`None`: to nobody's) is there for the operator.

    The second rule beside `may`: a province team reaches its own alone. What is another's gets the
    answer of what does not exist.
    """
    if operator.role is OperatorRole.PROVINCE_TEAM:
        return team in operator.teams
    return may(operator.role, Permission.SEE_RELYING_PARTIES)


def teams_seen_by(operator: VerifiedOperator) -> frozenset[TeamId] | None:
    """Whose objects a list shows the operator; `None`: everybody's. The same rule, for queries."""
    return operator.teams if operator.role is OperatorRole.PROVINCE_TEAM else None


def may_invite(operator: VerifiedOperator, role: OperatorRole, team: TeamId | None) -> bool:
    """Whether the operator may let somebody in as *role*: a team's member, into that team alone."""
    if team is not None and role is not OperatorRole.PROVINCE_TEAM:
        return False
    if may(operator.role, Permission.MANAGE_OPERATORS):
        return True
    return team is not None and may_change_members(operator, team)


def may_change_members(operator: VerifiedOperator, team: TeamId) -> bool:
    """Whether the operator may take people into that team and out of it."""
    if may(operator.role, Permission.MANAGE_TEAMS):
        return True
    return may(operator.role, Permission.MANAGE_OWN_TEAM) and may_see(operator, team)
