"""What an operator's name and password, and those of a team, have to be: pure."""

import re
from typing import Final

from idp.operators.model import OperatorName, TeamId

_NAME: Final = re.compile(r"[a-z][a-z0-9.-]{1,30}[a-z0-9]")
_TEAM: Final = re.compile(r"[a-z][a-z0-9-]{1,30}[a-z0-9]")
_TEAM_NAME_LENGTHS: Final = range(3, 121)
SHORTEST_PASSWORD: Final = 12
LONGEST_PASSWORD: Final = 256
_FEWEST_CHARACTERS: Final = 5


class InvalidOperatorName(ValueError):
    """The name cannot be one of an operator."""


class InvalidTeam(ValueError):
    """The id or the name cannot be a team's."""


class WeakOperatorPassword(ValueError):
    """The password is too short, too long, or too easy for somebody who knows the name."""


def parse_operator_name(typed: str) -> OperatorName:
    """
    Return the name: small ASCII letters, digits, dots and hyphens, 3 to 32 characters.

    Raises `InvalidOperatorName`. No look-alikes: a name stands in the audit log for a person.
    """
    name = typed.strip().lower()
    if _NAME.fullmatch(name) is None:
        raise InvalidOperatorName(
            "a name is 3 to 32 small letters, digits, dots and hyphens, and begins with a letter"
        )
    return OperatorName(name)


def parse_team_id(typed: str) -> TeamId:
    """
    Return the id: small ASCII letters, digits and hyphens, 3 to 32 characters.

    Raises `InvalidTeam`. It stands in addresses, registrations and the audit log.
    """
    team = typed.strip().lower()
    if _TEAM.fullmatch(team) is None:
        raise InvalidTeam(
            "a team's id is 3 to 32 small letters, digits and hyphens, and begins with a letter"
        )
    return TeamId(team)


def parse_team_name(typed: str) -> str:
    """Return the name, 3 to 120 printable characters on one line. Raises `InvalidTeam`."""
    name = " ".join(typed.split())
    if len(name) not in _TEAM_NAME_LENGTHS or not name.isprintable():
        raise InvalidTeam("a team's name has 3 to 120 characters")
    return name


def check_operator_password(password: str, name: OperatorName) -> None:
    """Raise `WeakOperatorPassword` where *password* does not do; no rule about kinds of letters."""
    if len(password) < SHORTEST_PASSWORD:
        raise WeakOperatorPassword(f"a password has at least {SHORTEST_PASSWORD} characters")
    if len(password) > LONGEST_PASSWORD:
        raise WeakOperatorPassword(f"a password has at most {LONGEST_PASSWORD} characters")
    if len(set(password.casefold())) < _FEWEST_CHARACTERS or name in password.casefold():
        raise WeakOperatorPassword("this password is too easy to guess")
