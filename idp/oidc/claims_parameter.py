"""The `claims` parameter (OpenID Connect Core §5.5), read once into frozen values."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from idp.oidc.errors import InvalidRequest
from idp.oidc.strict_json import read_json
from idp.relying_parties.rules import KNOWN_CLAIMS

MAX_CLAIMS: Final = 8192  # characters; a request for every claim we know takes 1500

_OF_THE_SIGN_IN: Final = frozenset({"acr", "sub"})
_UNDERSTOOD: Final = KNOWN_CLAIMS | _OF_THE_SIGN_IN


@dataclass(frozen=True, slots=True)
class RequestedClaim:
    """One claim that is asked for; *values* are what it may be, all if there are none."""

    essential: bool = False
    values: tuple[str, ...] = ()


_VOLUNTARY: Final = RequestedClaim()


@dataclass(frozen=True, slots=True)
class ClaimsRequest:
    """What is asked for at each place, of the claims we understand."""

    userinfo: Mapping[str, RequestedClaim] = field(default_factory=dict)
    id_token: Mapping[str, RequestedClaim] = field(default_factory=dict)

    @property
    def acr(self) -> RequestedClaim:
        """How the sign-in has to be (§5.5.1.1)."""
        return self.id_token.get("acr", _VOLUNTARY)

    @property
    def subjects(self) -> frozenset[str]:
        """
        Who the answer has to be about, if it says so at all.

        Essential or not: an ID token about anybody else must not be given (§3.1.2.2).
        """
        return frozenset(self.id_token.get("sub", _VOLUNTARY).values)

    @classmethod
    def parse(cls, text: str | None) -> "ClaimsRequest":
        """
        Read the parameter's JSON; what is not understood is left out, as §5.5 asks.

        Raises `InvalidRequest` where it is none of what §5.5.1 describes: better than to give less
        than was asked for, and to leave the portal guessing why.
        """
        if text is None:
            return cls()
        if len(text) > MAX_CLAIMS:
            raise InvalidRequest("claims is too long")
        try:
            document = read_json(text)
        except (ValueError, RecursionError):
            raise InvalidRequest("claims is no JSON") from None
        if not isinstance(document, dict):
            raise InvalidRequest("claims is no object")
        return cls(_place(document, "userinfo"), _place(document, "id_token"))


def _place(document: Mapping[str, Any], place: str) -> Mapping[str, RequestedClaim]:
    named = document.get(place)
    if named is None:
        return {}
    if not isinstance(named, dict):
        raise InvalidRequest("a place in claims is no object")
    return {name: _claim(wish) for name, wish in named.items() if name in _UNDERSTOOD}


def _claim(wish: object) -> RequestedClaim:
    if wish is None:
        return _VOLUNTARY
    if not isinstance(wish, dict):
        raise InvalidRequest("a claim in claims is neither null nor an object")
    essential, values = wish.get("essential", False), wish.get("values", [])
    if not isinstance(essential, bool) or not isinstance(values, list):
        raise InvalidRequest("essential or values in claims is of another type")
    if "value" in wish:
        values = [wish["value"], *values]
    return RequestedClaim(essential, tuple(_text(value) for value in values))


def _text(value: object) -> str:
    """Make a text of a value to be compared with; only texts can be equal to ours."""
    text = value if isinstance(value, str) else json.dumps(value)
    if not text.isprintable():  # a lone surrogate could not be stored
        raise InvalidRequest("a value in claims has characters that no claim has")
    return text
