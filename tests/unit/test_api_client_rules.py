"""What a program may, and what it can be called."""

import pytest

from idp.api_clients.model import ApiClientName, NewApiClient
from idp.api_clients.rules import (
    ROLES,
    SCOPES,
    InvalidApiClientName,
    effective,
    may_answer_for,
    parse_api_client_name,
    scopes_of,
)
from idp.operators.model import OperatorName, OperatorRole, TeamId, VerifiedOperator
from idp.operators.permissions import Permission
from idp.operators.rules import InvalidOperatorName, parse_operator_name

ADMINISTRATOR, OPERATOR = OperatorRole.ADMINISTRATOR, OperatorRole.OPERATOR
PROVINCE, READ_ONLY = OperatorRole.PROVINCE_TEAM, OperatorRole.READ_ONLY


def person(role: OperatorRole) -> VerifiedOperator:
    return VerifiedOperator(OperatorName("lan"), "Lan", role)


def program(role: OperatorRole, *scopes: Permission, team: str | None = None) -> NewApiClient:
    return NewApiClient(
        name=ApiClientName("ci-x"),
        purpose="thử",
        role=role,
        team=None if team is None else TeamId(team),
        scopes=frozenset(scopes),
    )


@pytest.mark.parametrize("role", ROLES)
def test_a_role_has_scopes_and_none_but_those_there_are_calls_for(role: OperatorRole) -> None:
    assert scopes_of(role)
    assert scopes_of(role) <= set(SCOPES)
    assert Permission.MANAGE_OPERATORS not in scopes_of(role)
    assert Permission.DECIDE_DISPUTES not in scopes_of(role)
    assert Permission.MANAGE_API_CLIENTS not in scopes_of(role)


@pytest.mark.parametrize(
    ("answering", "new", "allowed"),
    [
        (OPERATOR, program(OPERATOR, Permission.ROTATE_KEYS), True),
        (OPERATOR, program(READ_ONLY, Permission.ROTATE_KEYS), False),
        (OPERATOR, program(PROVINCE, Permission.SEE_RELYING_PARTIES, team="bd"), True),
        (OPERATOR, program(PROVINCE, Permission.SEE_RELYING_PARTIES), False),
        (OPERATOR, program(OPERATOR, Permission.SEE_RELYING_PARTIES, team="bd"), False),
        (OPERATOR, program(OPERATOR, Permission.MANAGE_OPERATORS), False),
        (ADMINISTRATOR, program(OperatorRole.COUNTER_OFFICER), False),
        (PROVINCE, program(PROVINCE, Permission.SEE_RELYING_PARTIES, team="bd"), False),
        (READ_ONLY, program(READ_ONLY, Permission.READ_LOG), False),
    ],
)
def test_nobody_lets_in_what_may_more(
    answering: OperatorRole, new: NewApiClient, *, allowed: bool
) -> None:
    assert may_answer_for(person(answering), new) is allowed


def test_what_counts_is_what_all_three_allow() -> None:
    asked = ["rotate_keys", "see_keys", "manage_operators", "nonsense"]

    assert effective(asked, OPERATOR, ADMINISTRATOR) == {
        Permission.ROTATE_KEYS,
        Permission.SEE_KEYS,
    }
    assert effective(asked, OPERATOR, READ_ONLY) == {Permission.SEE_KEYS}
    assert effective(asked, PROVINCE, ADMINISTRATOR) == set()
    assert all(isinstance(each, Permission) for each in effective(asked, OPERATOR, OPERATOR))


@pytest.mark.parametrize("role", ROLES)
def test_who_came_to_a_team_answers_for_nothing_any_more(role: OperatorRole) -> None:
    """A member sees the own team's portals; a program that sees everybody's would be more."""
    assert effective(scopes_of(role), role, PROVINCE) == set()


def test_no_program_is_called_like_an_operator_in_the_log() -> None:
    assert parse_api_client_name(" Ci-Binh-Dinh ") == "ci-binh-dinh"
    with pytest.raises(InvalidOperatorName):
        parse_operator_name("api:ci-binh-dinh")
    for typed in ("", "ab", "a" * 29, "-ab", "ab-", "a b", "api:x", "ểa-b", "1ab"):
        with pytest.raises(InvalidApiClientName):
            parse_api_client_name(typed)
