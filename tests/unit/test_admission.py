"""Whom a relying party may let in."""

import pytest

from idp.core.environment import Environment
from idp.relying_parties.admission import admits, enrols

SANDBOX, PRODUCTION = Environment.SANDBOX, Environment.PRODUCTION


@pytest.mark.parametrize("registration", list(Environment))
@pytest.mark.parametrize("test_person", [True, False])
def test_where_everything_is_tried_everybody_is_let_in(
    registration: Environment,
    test_person: bool,  # noqa: FBT001
) -> None:
    assert admits(registration, SANDBOX, test_person=test_person)


@pytest.mark.parametrize(
    ("registration", "test_person", "let_in"),
    [
        (SANDBOX, True, True),
        (SANDBOX, False, False),
        (PRODUCTION, True, False),
        (PRODUCTION, False, True),
    ],
)
def test_in_production_real_and_invented_do_not_meet(
    registration: Environment,
    test_person: bool,  # noqa: FBT001
    let_in: bool,  # noqa: FBT001
) -> None:
    assert admits(registration, PRODUCTION, test_person=test_person) is let_in


def test_accounts_are_real_peoples() -> None:
    assert enrols(PRODUCTION, PRODUCTION)
    assert not enrols(SANDBOX, PRODUCTION)
    assert enrols(SANDBOX, SANDBOX)
