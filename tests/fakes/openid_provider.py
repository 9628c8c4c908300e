"""
A small OpenID Provider with its own keys: strict about what it is sent, and able to misbehave.

A WSGI application. It signs its one citizen in without asking; `mischief` makes it answer wrongly
in exactly one way, `refusal` makes it refuse. It shares no code with the provider or the portals.
"""

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import Any, Self
from urllib.parse import parse_qsl, unquote_plus, urlencode

import httpx
from joserfc import jwt
from joserfc.jwk import ECKey, Key, OctKey, RSAKey
from werkzeug.wrappers import Request, Response

SUBJECT = "6f1c2f6e-0d3a-5c55-9a39-2f7f4b7a1f10"


class Mischief(StrEnum):
    """One thing done wrong; the value is the check that has to catch it."""

    def __new__(cls, name: str, caught_by: str) -> Self:
        member = str.__new__(cls, name)
        member._value_ = name
        member.caught_by = caught_by
        return member

    caught_by: str

    WRONG_ISSUER = "wrong_issuer", "id_token.iss"
    WRONG_AUDIENCE = "wrong_audience", "id_token.aud"
    SECOND_AUDIENCE = "second_audience", "id_token.aud"
    NO_AUDIENCE = "no_audience", "id_token.aud"
    WRONG_AZP = "wrong_azp", "id_token.azp"
    WRONG_NONCE = "wrong_nonce", "id_token.nonce"
    NO_NONCE = "no_nonce", "id_token.nonce"
    EXPIRED = "expired", "id_token.exp"
    NO_EXPIRY = "no_expiry", "id_token.exp"
    TEXT_EXPIRY = "text_expiry", "id_token.exp"
    FUTURE_IAT = "future_iat", "id_token.iat"
    OLD_IAT = "old_iat", "id_token.iat"
    WRONG_AT_HASH = "wrong_at_hash", "id_token.at_hash"
    NO_SUBJECT = "no_subject", "id_token.sub"
    EMPTY_SUBJECT = "empty_subject", "id_token.sub"
    LIST_ACR = "list_acr", "id_token.acr"
    FOREIGN_SIGNATURE = "foreign_signature", "id_token.signature"
    ALTERED_PAYLOAD = "altered_payload", "id_token.signature"
    ALG_NONE = "alg_none", "id_token.alg"
    ALG_HS256 = "alg_hs256", "id_token.alg"
    ALG_RS256 = "alg_rs256", "id_token.alg"
    LOGOUT_TOKEN = "logout_token", "id_token.typ"
    UNKNOWN_KID = "unknown_kid", "id_token.kid"
    NO_KID = "no_kid", "id_token.kid"
    ENCRYPTION_KEY = "encryption_key", "id_token.kid"
    NOT_A_JWT = "not_a_jwt", "id_token.malformed"
    NO_ID_TOKEN = "no_id_token", "token.missing"
    WRONG_TOKEN_TYPE = "wrong_token_type", "token.token_type"
    OTHER_USERINFO = "other_userinfo", "userinfo.sub"
    NO_RESPONSE_ISSUER = "no_response_issuer", "response.iss"
    FOREIGN_RESPONSE_ISSUER = "foreign_response_issuer", "response.iss"
    NO_CODE = "no_code", "response.code"
    REPEATED_CODE = "repeated_code", "response.parameters"


_CLAIMS: dict[Mischief, dict[str, Any]] = {
    Mischief.WRONG_ISSUER: {"iss": "http://localhost:9999"},
    Mischief.WRONG_AUDIENCE: {"aud": "another-portal"},
    Mischief.NO_AUDIENCE: {"aud": None},
    Mischief.WRONG_AZP: {"azp": "another-portal"},
    Mischief.WRONG_NONCE: {"nonce": "of-another-sign-in"},
    Mischief.NO_NONCE: {"nonce": None},
    Mischief.NO_EXPIRY: {"exp": None},
    Mischief.TEXT_EXPIRY: {"exp": "4102444800"},
    Mischief.WRONG_AT_HASH: {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"},
    Mischief.NO_SUBJECT: {"sub": None},
    Mischief.EMPTY_SUBJECT: {"sub": ""},
    Mischief.LIST_ACR: {"acr": ["LoA4"]},
}
_SHIFTS = {  # seconds from now
    Mischief.EXPIRED: ("exp", -60),
    Mischief.FUTURE_IAT: ("iat", 120),
    Mischief.OLD_IAT: ("iat", -3600),
}


@cache
def _rsa_key() -> RSAKey:
    """Published by every double beside its own key; made once, since it takes a while."""
    return RSAKey.generate_key(2048, {"kid": "rsa", "use": "sig", "alg": "RS256"})


class SetClock:
    """Stands still until told."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 21, 2, 12, 5, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, time: timedelta) -> None:
        self.now += time


@dataclass
class OpenIdProvider:
    """The double itself; what it was sent is in `authorizations`, `redemptions`, `logouts`."""

    clock: SetClock
    client_id: str
    client_secret: str
    client_authentication: str
    redirect_uri: str
    issuer: str = "http://localhost:8400"
    mischief: Mischief | None = None
    refusal: tuple[str, str] | None = None
    token_error: str | None = None
    acr: str | None = "LoA2"
    auth_time: datetime | None = None
    tells_auth_time: bool = True
    ends_sessions: bool = True
    names_itself: bool = True
    userinfo: dict[str, Any] = field(
        default_factory=lambda: {
            "name": "Nguyễn Thị Bưởi",
            "birthdate": "1985-03-27",
            "gender": "female",
            "phone_number": "+84912000001",
            "phone_number_verified": True,
            "identity_number": "052185000001",
            "verification_level": 2,
        }
    )
    authorizations: list[dict[str, str]] = field(default_factory=list)
    redemptions: list[dict[str, str]] = field(default_factory=list)
    logouts: list[dict[str, str]] = field(default_factory=list)
    fetched: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._codes: dict[str, dict[str, str]] = {}
        self._access_tokens: set[str] = set()
        self.rotate()

    def rotate(self) -> None:
        """Sign with a new key and publish it alone."""
        kid = secrets.token_urlsafe(6)
        self._key = ECKey.generate_key("P-256", {"kid": kid, "use": "sig", "alg": "ES256"})

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        request = Request(environ)
        self.fetched.append(request.path)
        answers: dict[tuple[str, str], Callable[[Request], Response]] = {
            ("GET", "/.well-known/openid-configuration"): self._discovery,
            ("GET", "/jwks"): self._jwks,
            ("GET", "/authorize"): self._authorize,
            ("POST", "/authorize"): self._authorize,
            ("POST", "/token"): self._token,
            ("GET", "/userinfo"): self._userinfo,
            ("GET", "/logout"): self._logout,
        }
        answer = answers.get((request.method, request.path))
        response = answer(request) if answer else Response("", 404)
        return response(environ, start_response)

    def _discovery(self, _request: Request) -> Response:
        document: dict[str, Any] = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "jwks_uri": f"{self.issuer}/jwks",
        }
        if self.names_itself:
            document["authorization_response_iss_parameter_supported"] = True
        if self.ends_sessions:
            document["end_session_endpoint"] = f"{self.issuer}/logout"
        return _json(document)

    def _jwks(self, _request: Request) -> Response:
        keys = [key.as_dict(private=False) for key in (self._key, _rsa_key())]
        if self.mischief is Mischief.ENCRYPTION_KEY:
            keys[0]["use"] = "enc"
        return _json({"keys": keys})

    def _authorize(self, request: Request) -> Response:
        sent = _once_each(request.get_data(as_text=True) or request.query_string.decode())
        assert sent["response_type"] == "code"
        assert sent["client_id"] == self.client_id
        assert sent["redirect_uri"] == self.redirect_uri
        assert "openid" in sent["scope"].split()
        assert sent["code_challenge_method"] == "S256"
        assert min(len(sent[name]) for name in ("state", "nonce", "code_challenge")) >= 43
        self.authorizations.append(sent)
        answer = [("state", sent["state"])]
        if self.refusal:
            answer += [("error", self.refusal[0]), ("error_description", self.refusal[1])]
        elif self.mischief is not Mischief.NO_CODE:
            code = secrets.token_urlsafe(32)
            self._codes[code] = sent
            answer += [("code", code)] * (2 if self.mischief is Mischief.REPEATED_CODE else 1)
        if self.mischief is Mischief.FOREIGN_RESPONSE_ISSUER:
            answer.append(("iss", "http://localhost:9999"))
        elif self.names_itself and self.mischief is not Mischief.NO_RESPONSE_ISSUER:
            answer.append(("iss", self.issuer))
        return Response("", 303, {"Location": f"{self.redirect_uri}?{urlencode(answer)}"})

    def _token(self, request: Request) -> Response:
        sent = _once_each(request.get_data(as_text=True))
        self.redemptions.append(sent)
        if self.token_error:
            return _json({"error": self.token_error}, 400)
        self._authenticate(request, sent)
        question = self._codes.pop(sent["code"])
        assert sent["grant_type"] == "authorization_code"
        assert sent["redirect_uri"] == question["redirect_uri"]
        assert question["code_challenge"] == _hash(sent["code_verifier"])
        access_token = secrets.token_urlsafe(32)
        self._access_tokens.add(access_token)
        answer = {
            "access_token": access_token,
            "token_type": "mac" if self.mischief is Mischief.WRONG_TOKEN_TYPE else "Bearer",
            "expires_in": 300,
            "id_token": self._id_token(question, access_token),
        }
        if self.mischief is Mischief.NO_ID_TOKEN:
            del answer["id_token"]
        return _json(answer)

    def _authenticate(self, request: Request, sent: dict[str, str]) -> None:
        if self.client_authentication == "client_secret_basic":
            assert "client_secret" not in sent
            encoded = request.headers["Authorization"].removeprefix("Basic ")
            name, _, secret = base64.b64decode(encoded).decode().partition(":")
            assert (unquote_plus(name), unquote_plus(secret)) == (
                self.client_id,
                self.client_secret,
            )
        else:
            assert "Authorization" not in request.headers
            assert (sent["client_id"], sent["client_secret"]) == (
                self.client_id,
                self.client_secret,
            )

    def _userinfo(self, request: Request) -> Response:
        assert request.query_string == b""
        token = request.headers["Authorization"].removeprefix("Bearer ")
        self._access_tokens.remove(token)
        other = self.mischief is Mischief.OTHER_USERINFO
        return _json({"sub": "somebody-else" if other else SUBJECT, **self.userinfo})

    def _logout(self, request: Request) -> Response:
        sent = _once_each(request.query_string.decode())
        self.logouts.append(sent)
        target = f"{sent['post_logout_redirect_uri']}?{urlencode({'state': sent['state']})}"
        return Response("", 303, {"Location": target})

    def _id_token(self, question: dict[str, str], access_token: str) -> str:
        now = int(self.clock().timestamp())
        claims: dict[str, Any] = {
            "iss": self.issuer,
            "sub": SUBJECT,
            "aud": self.client_id,
            "exp": now + 300,
            "iat": now,
            "auth_time": int((self.auth_time or self.clock()).timestamp()),
            "nonce": question["nonce"],
            "at_hash": _hash(access_token, 16),
            "acr": self.acr,
            "amr": ["pwd", "otp", "sms", "mfa"],
            "sid": "sid-of-this-sector",
            "verification_level": 2,
        }
        if not self.tells_auth_time:
            del claims["auth_time"]
        mischief = self.mischief
        if mischief in _CLAIMS:
            claims |= _CLAIMS[mischief]
        if mischief in _SHIFTS:
            name, seconds = _SHIFTS[mischief]
            claims[name] = now + seconds
        if mischief is Mischief.SECOND_AUDIENCE:
            claims |= {"aud": [self.client_id, "another-portal"], "azp": self.client_id}
        return self._encoded({name: value for name, value in claims.items() if value is not None})

    def _encoded(self, claims: dict[str, Any]) -> str:
        header = {"alg": "ES256", "kid": self._key.kid, "typ": "JWT"}
        key: Key = self._key
        match self.mischief:
            case Mischief.ALG_NONE:
                return f"{_part({**header, 'alg': 'none'})}.{_part(claims)}."
            case Mischief.ALG_HS256:
                body = f"{_part({**header, 'alg': 'HS256'})}.{_part(claims)}"
                tag = hmac.new(self.client_secret.encode(), body.encode(), "sha256").digest()
                return f"{body}.{_base64url(tag)}"
            case Mischief.NOT_A_JWT:
                return "not-a-jwt"
            case Mischief.ALTERED_PAYLOAD:
                parts = jwt.encode(header, claims, key).split(".")
                return f"{parts[0]}.{_part({**claims, 'sub': 'somebody-else'})}.{parts[2]}"
            case Mischief.ALG_RS256:
                return jwt.encode({**header, "alg": "RS256", "kid": "rsa"}, claims, _rsa_key())
            case Mischief.FOREIGN_SIGNATURE:
                key = ECKey.generate_key("P-256")
            case Mischief.LOGOUT_TOKEN:
                header["typ"] = "logout+jwt"
            case Mischief.UNKNOWN_KID:
                header["kid"] = "never-published"
            case Mischief.NO_KID:
                del header["kid"]
        assert not isinstance(key, OctKey)
        return jwt.encode(header, claims, key)


class Wire(httpx.BaseTransport):
    """The network between the portal and the double; `failure` breaks it."""

    def __init__(self, provider: OpenIdProvider) -> None:
        self._inner = httpx.WSGITransport(app=provider)
        self.failure: type[httpx.TransportError] | None = None
        self.answer: httpx.Response | None = None
        self.broken_path: str | None = None

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if self.broken_path in (None, request.url.path):
            if self.failure is not None:
                raise self.failure("broken on purpose", request=request)
            if self.answer is not None:
                return self.answer
        return self._inner.handle_request(request)


def _once_each(encoded: str) -> dict[str, str]:
    pairs = parse_qsl(encoded, keep_blank_values=True, strict_parsing=True)
    assert len(pairs) == len(dict(pairs)), "a parameter was sent twice"
    return dict(pairs)


def _json(document: dict[str, Any], status: int = 200) -> Response:
    return Response(json.dumps(document), status, mimetype="application/json")


def _hash(value: str, length: int = 32) -> str:
    return _base64url(hashlib.sha256(value.encode()).digest()[:length])


def _part(value: dict[str, Any]) -> str:
    return _base64url(json.dumps(value).encode())


def _base64url(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()
