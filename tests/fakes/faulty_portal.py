"""The portals' kit with one of its checks removed, by a switch; one fault each."""

import base64
import hmac
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from enum import StrEnum
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from clients.kit import home_views, id_token, logout_token
from clients.kit.admission import Admission
from clients.kit.errors import AnswerRefused, StaleSignIn
from clients.kit.id_token import SignedClaims
from clients.kit.provider import Provider
from clients.kit.sign_in import SignIn
from clients.kit.told_sign_out import ToldSignOut


class Fault(StrEnum):
    """What the portal does not check, or does not do."""

    ISSUER = "issuer"
    AUDIENCE = "audience"
    NONCE = "nonce"
    SIGNATURE = "signature"
    ALGORITHM = "algorithm"
    EXPIRY = "expiry"
    FUTURE = "future"
    LEVEL = "level"
    STATE = "state"
    REPLAY = "replay"
    NEW_KEYS = "new_keys"
    SIGN_OUT = "sign_out"
    FORGED_SIGN_OUT = "forged_sign_out"
    ACCESS_DENIED = "access_denied"


@contextmanager
def without(fault: Fault) -> Iterator[None]:
    """Have every portal of this process be faulty until the block ends."""
    with ExitStack() as patches:
        for target, name, replacement in _REPLACED[fault]():
            patches.enter_context(patch.object(target, name, replacement))
        yield


Replaced = list[tuple[Any, str, Any]]


def _ignoring(claim: str) -> Replaced:
    require = id_token._require

    def lenient(holds: bool, name: str) -> None:  # noqa: FBT001 (as the kit's)
        require(holds or name == claim, name)

    return [(id_token, "_require", lenient)]


def _no_audience() -> Replaced:
    return [(id_token, "_check_audience", lambda _claims, _client_id: None)]


def _unverified(module: Any) -> Replaced:
    """As one that decodes what it should verify."""

    def decode(encoded: str, _key: object, *, algorithms: list[str]) -> SimpleNamespace:
        return SimpleNamespace(claims=_part(encoded, 1))

    return [(module, "jwt", SimpleNamespace(decode=decode))]


def _algorithm_of_the_token() -> Replaced:
    verified = id_token.verified_claims

    def trusting(encoded: str, *, algorithm: str, key_named: Callable[[str], Any]) -> SignedClaims:
        header = _part(encoded, 0)
        if header["alg"] == "none":
            return SignedClaims(_part(encoded, 1))
        if header["alg"] == "HS256":
            message, _, tag = encoded.rpartition(".")
            pem = key_named(header["kid"]).as_pem(private=False)
            if not hmac.compare_digest(hmac.digest(pem, message.encode(), "sha256"), _decoded(tag)):
                raise AnswerRefused("id_token.signature")
            return SignedClaims(_part(encoded, 1))
        return verified(encoded, algorithm=algorithm, key_named=key_named)

    return [(id_token, "verified_claims", trusting)]


def _any_level() -> Replaced:
    return [
        (SignIn, "_check_level", lambda _self, _question, _reached: None),
        (home_views, "admission", lambda _procedure, session: _open(session)),
    ]


def _open(session: object) -> Admission:
    return Admission.SIGN_IN if session is None else Admission.OPEN


def _any_state() -> Replaced:
    """As one that remembers the last question of the browser, and asks the answer nothing."""
    begin, last = SignIn.begin, []

    def remembering(self: SignIn, *args: Any, **options: Any) -> Any:
        request = begin(self, *args, **options)
        last.append(request.parameters["state"])
        return request

    def question(self: SignIn, _parameters: object, _browser: object) -> Any:
        return self._pending.take(last.pop())

    return [(SignIn, "begin", remembering), (SignIn, "_question", question)]


def _lasting_state() -> Replaced:
    def question(self: SignIn, parameters: dict[str, str], _browser: object) -> Any:
        found = self._pending.get(parameters.get("state", ""))
        if found is None:
            raise StaleSignIn
        return found

    return [(SignIn, "_question", question)]


def _first_keys_for_ever() -> Replaced:
    signing_key = Provider.signing_key

    def held(self: Provider, kid: str) -> Any:
        if self._keys is None:
            return signing_key(self, kid)
        for key in self._keys[1]:
            if key.kid == kid:
                return key
        raise AnswerRefused("id_token.kid")

    return [(Provider, "signing_key", held)]


def _deaf() -> Replaced:
    by_token = ToldSignOut.by_token

    def heard(self: ToldSignOut, encoded: str) -> int:
        with patch.object(self._sessions, "forget_named", lambda _name: 0):
            return by_token(self, encoded)

    return [(ToldSignOut, "by_token", heard)]


def _broken_by_an_error() -> Replaced:
    finish = SignIn.finish

    def careless(self: SignIn, answer: Any, *, browser: str | None) -> Any:
        answer["code"][0]  # a KeyError where there is none
        return finish(self, answer, browser=browser)

    return [(SignIn, "finish", careless)]


_REPLACED: dict[Fault, Callable[[], Replaced]] = {
    Fault.ISSUER: lambda: _ignoring("iss"),
    Fault.AUDIENCE: _no_audience,
    Fault.NONCE: lambda: _ignoring("nonce"),
    Fault.SIGNATURE: lambda: _unverified(id_token),
    Fault.ALGORITHM: _algorithm_of_the_token,
    Fault.EXPIRY: lambda: _ignoring("exp"),
    Fault.FUTURE: lambda: _ignoring("iat"),
    Fault.LEVEL: _any_level,
    Fault.STATE: _any_state,
    Fault.REPLAY: _lasting_state,
    Fault.NEW_KEYS: _first_keys_for_ever,
    Fault.SIGN_OUT: _deaf,
    Fault.FORGED_SIGN_OUT: lambda: _unverified(logout_token),
    Fault.ACCESS_DENIED: _broken_by_an_error,
}


def _part(encoded: str, place: int) -> dict[str, Any]:
    part: dict[str, Any] = json.loads(_decoded(encoded.split(".")[place]))
    return part


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
