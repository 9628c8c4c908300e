"""
The bodies of the CAMARA calls, parsed once.

An undeclared property, a wrong type or a broken pattern is 400 INVALID_ARGUMENT. Two-legged
tokens name no subject, so a missing phone number is 422 MISSING_IDENTIFIER.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import cast

from sandbox.camara.errors import (
    INVALID_PARAM_COMBINATION,
    MISSING_IDENTIFIER,
    CamaraError,
    invalid_argument,
)

_PHONE_NUMBER = re.compile(r"\+[1-9][0-9]{4,14}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
_DOCUMENT_TYPES = frozenset(
    {
        "passport",
        "national_id_card",
        "residence_permit",
        "diplomatic_id",
        "driver_licence",
        "social_security_id",
        "other",
    }
)
_GENDERS = frozenset({"MALE", "FEMALE", "OTHER"})
LONGEST_PERIOD_HOURS = 2400
DEFAULT_PERIOD_HOURS = 240

Check = Callable[[object], bool]


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_phone_number(value: object) -> bool:
    return isinstance(value, str) and _PHONE_NUMBER.fullmatch(value) is not None


def _is_day(value: object) -> bool:
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def _is_email(value: object) -> bool:
    return isinstance(value, str) and _EMAIL.fullmatch(value) is not None


def _is_period(value: object) -> bool:
    whole = isinstance(value, int) and not isinstance(value, bool)
    return whole and 1 <= cast("int", value) <= LONGEST_PERIOD_HOURS


def _one_of(values: frozenset[str]) -> Check:
    return lambda value: isinstance(value, str) and value in values


_PHONE = {"phoneNumber": _is_phone_number}
_MATCH_ATTRIBUTES: Mapping[str, Check] = {
    "idDocument": _is_text,
    "idDocumentType": _one_of(_DOCUMENT_TYPES),
    "idDocumentExpiryDate": _is_day,
    "name": _is_text,
    "givenName": _is_text,
    "familyName": _is_text,
    "nameKanaHankaku": _is_text,
    "nameKanaZenkaku": _is_text,
    "middleNames": _is_text,
    "familyNameAtBirth": _is_text,
    "address": _is_text,
    "streetName": _is_text,
    "streetNumber": _is_text,
    "postalCode": _is_text,
    "region": _is_text,
    "locality": _is_text,
    "country": _is_text,
    "houseNumberExtension": _is_text,
    "birthdate": _is_day,
    "email": _is_email,
    "gender": _one_of(_GENDERS),
    "cityOfBirth": _is_text,
    "countryOfBirth": _is_text,
    "nationality": _is_text,
}


@dataclass(frozen=True)
class MatchRequest:
    """kyc-match: the attributes a caller asks about, by their CAMARA names."""

    phone_number: str
    asked: Mapping[str, str] = field(repr=False)

    @classmethod
    def parse(cls, body: Mapping[str, object]) -> "MatchRequest":
        """Raises CamaraError."""
        _check(body, {**_PHONE, **_MATCH_ATTRIBUTES})
        asked = {name: str(value) for name, value in body.items() if name != "phoneNumber"}
        if not asked:
            raise CamaraError(INVALID_PARAM_COMBINATION)
        return cls(_phone_number(body), asked)


@dataclass(frozen=True)
class SimSwapRequest:
    """sim-swap check: whether the SIM changed within the last `max_age_hours`."""

    phone_number: str
    max_age_hours: int

    @classmethod
    def parse(cls, body: Mapping[str, object]) -> "SimSwapRequest":
        """Raises CamaraError."""
        _check(body, {**_PHONE, "maxAge": _is_period})
        hours = cast("int", body.get("maxAge", DEFAULT_PERIOD_HOURS))
        return cls(_phone_number(body), hours)


@dataclass(frozen=True)
class SimSwapDateRequest:
    """sim-swap retrieve-date: when the SIM last changed."""

    phone_number: str

    @classmethod
    def parse(cls, body: Mapping[str, object]) -> "SimSwapDateRequest":
        """Raises CamaraError."""
        _check(body, _PHONE)
        return cls(_phone_number(body))


@dataclass(frozen=True)
class RecyclingRequest:
    """number-recycling: whether the number changed hands after a day."""

    phone_number: str
    specified_date: date

    @classmethod
    def parse(cls, body: Mapping[str, object]) -> "RecyclingRequest":
        """Raises CamaraError."""
        _check(body, {**_PHONE, "specifiedDate": _is_day})
        if "specifiedDate" not in body:
            raise invalid_argument("specifiedDate is required.")
        return cls(_phone_number(body), date.fromisoformat(cast("str", body["specifiedDate"])))


CamaraRequest = MatchRequest | SimSwapRequest | SimSwapDateRequest | RecyclingRequest


def _check(body: Mapping[str, object], declared: Mapping[str, Check]) -> None:
    for name, value in body.items():
        if name not in declared:
            raise invalid_argument("The request body has a property that is not declared.")
        if not declared[name](value):
            raise invalid_argument(f"{name} is not as the definition has it.")


def _phone_number(body: Mapping[str, object]) -> str:
    if "phoneNumber" not in body:
        raise CamaraError(MISSING_IDENTIFIER)
    return cast("str", body["phoneNumber"])
