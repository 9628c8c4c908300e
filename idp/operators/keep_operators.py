"""Operators by a file, where there are none: for a demonstration, whose first one nobody adds."""

import tomllib
from collections.abc import Sequence
from pathlib import Path

import pyotp

from idp.core.clock import Clock
from idp.operators.add_operator import AddOperator, NewOperator
from idp.operators.model import OperatorRole, VerifiedOperator
from idp.operators.rules import parse_operator_name


class InvalidOperatorsFile(ValueError):
    """The file lacks something, or holds what cannot be."""


def read_operators(file: Path) -> tuple[NewOperator, ...]:
    """
    The operators of *file*: tables `[[operator]]`, the first of them an administrator's.

    Raises `InvalidOperatorsFile`, OSError.
    """
    try:
        return tuple(
            NewOperator(
                name=parse_operator_name(entry["name"]),
                display_name=entry["display_name"],
                role=OperatorRole(entry["role"]),
                password=entry["password"],
                totp_secret=entry["totp_secret"],
            )
            for entry in tomllib.loads(file.read_text("utf-8"))["operator"]
        )
    except (KeyError, TypeError, ValueError) as error:
        raise InvalidOperatorsFile(f"{file}: {error}") from error


def keep_operators(operators: Sequence[NewOperator], *, add: AddOperator, clock: Clock) -> bool:
    """
    Add *operators*, the first of whom vouches for the others; false where there are some already.

    Raises what adding one does.
    """
    if not operators or not add.is_first():
        return False
    by: VerifiedOperator | None = None
    for new in operators:
        add(new, pyotp.TOTP(new.totp_secret).at(clock.now()), by=by)
        by = by or VerifiedOperator(new.name, new.display_name, new.role)
    return True
