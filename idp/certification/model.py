"""The person whom a conformance suite signs in, as a TOML file says."""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Final, TypeVar

from idp.citizens.model import ClaimValue
from idp.core.birth_date import BirthDate
from idp.core.full_name import FullName
from idp.core.identity_number import IdentityNumber
from idp.core.phone_number import PhoneNumber
from idp.settings import ConfigurationError

_TEXTS: Final = frozenset(
    """
    given_name family_name middle_name nickname preferred_username profile picture website email
    gender zoneinfo locale
    """.split()  # noqa: SIM905 (read as a paragraph)
)
_FLAGS: Final = frozenset({"email_verified", "phone_number_verified"})
_ADDRESS: Final = frozenset(
    {"formatted", "street_address", "locality", "region", "postal_code", "country"}
)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class CertificationPerson:
    """Who is signed in; *claims* are those standard claims that no citizen's record holds."""

    identity_number: IdentityNumber
    password: str = field(repr=False)
    full_name: FullName
    birth_date: BirthDate
    phone_number: PhoneNumber
    email: str | None
    claims: Mapping[str, ClaimValue]


def read_person(path: Path) -> CertificationPerson:
    """
    The person of the file at *path*: `username`, `password`, and standard claims by their names.

    The form of each claim is that of OpenID Connect Core §5.1. Raises `ConfigurationError` with
    every problem.
    """
    try:
        document = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigurationError(f"{path}: {error}") from None
    read = _Reader(document)
    identity_number = read.parsed("username", IdentityNumber.parse)
    password = read.parsed("password", str)
    full_name = read.parsed("name", FullName.parse)
    birth_date = read.parsed("birthdate", BirthDate.from_iso)
    phone_number = read.parsed("phone_number", PhoneNumber.parse)
    claims = read.claims()
    if (
        read.problems
        or identity_number is None
        or password is None
        or full_name is None
        or birth_date is None
        or phone_number is None
    ):
        raise ConfigurationError("\n".join(f"{path}: {problem}" for problem in read.problems))
    return CertificationPerson(
        identity_number=identity_number,
        password=password,
        full_name=full_name,
        birth_date=birth_date,
        phone_number=phone_number,
        email=document.get("email"),
        claims=claims,
    )


class _Reader:
    """Reads members one by one, and collects what is wrong with them."""

    def __init__(self, document: Mapping[str, object]) -> None:
        self._left = {
            name: value.isoformat() if isinstance(value, date) else value
            for name, value in document.items()
        }
        self.problems: list[str] = []

    def parsed(self, name: str, parse: Callable[[str], T]) -> T | None:
        value = self._left.pop(name, None)
        if not isinstance(value, str) or not value:
            self.problems.append(f"{name}: is missing, or no text")
            return None
        try:
            return parse(value)
        except ValueError as error:
            self.problems.append(f"{name}: {error}")
            return None

    def claims(self) -> dict[str, ClaimValue]:
        """Everything that was not parsed yet."""
        claims: dict[str, ClaimValue] = {}
        for name, value in self._left.items():
            claim = _claim(name, value)
            if claim is None:
                self.problems.append(f"{name}: is no standard claim, or has not its type")
            else:
                claims[name] = claim
        return claims


def _claim(name: str, value: object) -> ClaimValue | None:
    if name == "address":
        return _address(value)
    if isinstance(value, bool):
        return value if name in _FLAGS else None
    if isinstance(value, int):
        return value if name == "updated_at" else None
    return value if name in _TEXTS and isinstance(value, str) and value else None


def _address(value: object) -> dict[str, str] | None:
    if not isinstance(value, Mapping) or not value:
        return None
    members = {name: text for name, text in value.items() if isinstance(text, str) and text}
    return members if members.keys() == value.keys() and members.keys() <= _ADDRESS else None
