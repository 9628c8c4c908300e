"""
The calls a portal makes to the provider: discovery, keys, token, userinfo.

Plain httpx: Authlib's client for it is deprecated, sends a client secret unencoded in HTTP Basic,
and would save a dozen lines.
"""

import base64
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Any
from urllib.parse import quote_plus

import httpx
from joserfc.errors import JoseError
from joserfc.jwk import Key, KeySet

from clients.kit.clock import Clock
from clients.kit.errors import AnswerRefused, ProviderSaidNo, ProviderUnavailable
from clients.kit.origins import is_safe_endpoint
from clients.kit.provider_metadata import ProviderMetadata

TIMEOUT = httpx.Timeout(3.0)
IN_VAIN_FOR = timedelta(seconds=10)
CACHED_FOR = timedelta(hours=1)  # a key taken back by the provider is believed no longer than this


@dataclass(frozen=True, slots=True)
class Client:
    """How the portal names and proves itself at the token endpoint."""

    client_id: str
    authentication: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a code was exchanged for."""

    access_token: str = field(repr=False)
    id_token: str = field(repr=False)


class Provider:
    """
    Speaks to one OpenID Provider, known by its issuer URL.

    Every method raises ProviderUnavailable when no usable answer came within 3 seconds. Addresses
    come from discovery; nothing follows a redirect. Safe for several threads.
    """

    def __init__(
        self,
        issuer: str,
        client: Client,
        clock: Clock,
        *,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        if not is_safe_endpoint(issuer):
            raise ValueError(f"issuer {issuer!r}: https is needed (http on this machine only)")
        self.issuer = issuer
        self._client = client
        self._clock = clock
        self._http = httpx.Client(
            timeout=TIMEOUT,
            transport=transport or _network(),
            trust_env=False,  # no proxy of the environment: codes and secrets pass here
            headers={"Accept": "application/json"},
        )
        self._lock = Lock()
        self._metadata: tuple[datetime, ProviderMetadata] | None = None
        self._keys: tuple[datetime, tuple[Key, ...]] | None = None
        self._fetched_in_vain_at: datetime | None = None

    def close(self) -> None:
        self._http.close()

    def metadata(self) -> ProviderMetadata:
        """Return the discovery document, at most an hour old while the provider answers."""
        known = self._metadata
        if known and self._is_fresh(known[0]):
            return known[1]
        try:
            document = self._get(self.issuer.rstrip("/") + "/.well-known/openid-configuration")
            metadata = ProviderMetadata.parse(document, issuer=self.issuer)
        except ProviderUnavailable:
            if known:
                return known[1]  # addresses rarely change: an outage of this page alone is none
            raise
        with self._lock:
            self._metadata = (self._clock(), metadata)
        return metadata

    def signing_key(self, kid: str) -> Key:
        """
        Return the published key named *kid*; raise AnswerRefused when there is none.

        An unknown name makes us fetch the keys again, once (OpenID Connect Core §10.1.1), but not
        soon after another that came to nothing: anybody can post a logout token with any name.
        """
        known = self._keys
        if known and self._is_fresh(known[0]):
            if key := _named(known[1], kid):
                return key
            if self._fetched_in_vain_at and self._clock() - self._fetched_in_vain_at < IN_VAIN_FOR:
                raise AnswerRefused("id_token.kid")
        keys = _keys(self._get(self.metadata().jwks_uri))
        key = _named(keys, kid)
        with self._lock:
            self._keys = (self._clock(), keys)
            self._fetched_in_vain_at = None if key else self._clock()
        if key is None:
            raise AnswerRefused("id_token.kid")
        return key

    def redeem(self, code: str, *, redirect_uri: str, code_verifier: str) -> Tokens:
        """Exchange *code* (RFC 6749 §4.1.3); raise ProviderSaidNo or AnswerRefused."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": code_verifier,
        }
        response = self._post(self.metadata().token_endpoint, form)
        answer = _json_object(response)
        if response.status_code != httpx.codes.OK:
            raise ProviderSaidNo(str(answer.get("error", "")))
        access_token, id_token = answer.get("access_token"), answer.get("id_token")
        if not isinstance(access_token, str) or not isinstance(id_token, str):
            raise AnswerRefused("token.missing")
        if str(answer.get("token_type")).lower() != "bearer":  # RFC 6749 §7.1
            raise AnswerRefused("token.token_type")
        return Tokens(access_token, id_token)

    def userinfo(self, access_token: str, *, subject: str) -> Mapping[str, object]:
        """Return the claims about *subject*; raise AnswerRefused when they are another's."""
        endpoint = self.metadata().userinfo_endpoint
        claims = self._get(endpoint, authorization=f"Bearer {access_token}")
        # Core §5.3.2: else an access token swapped on its way signs in as somebody else.
        if claims.get("sub") != subject:
            raise AnswerRefused("userinfo.sub")
        return claims

    def introspect(self, token: str) -> Mapping[str, object] | None:
        """
        Return what an access token of ours says, None when it is not active (RFC 7662).

        For an interface of your own that is called with such tokens: `resource_server.py`.
        """
        endpoint = self.metadata().introspection_endpoint
        if endpoint is None:
            raise ProviderUnavailable("discovery: introspection_endpoint")
        response = self._post(endpoint, {"token": token})
        answer = _json_object(response)
        if response.status_code != httpx.codes.OK:
            raise ProviderSaidNo(str(answer.get("error", "")))
        return answer if answer.get("active") is True else None

    def _post(self, endpoint: str, form: dict[str, str]) -> httpx.Response:
        """Post *form*, proving who we are as registered."""
        headers = {}
        if self._client.authentication == "client_secret_basic":
            headers["Authorization"] = _basic(self._client)
        else:
            form = form | {
                "client_id": self._client.client_id,
                "client_secret": self._client.secret,
            }
        return self._send(self._http.build_request("POST", endpoint, data=form, headers=headers))

    def _is_fresh(self, fetched_at: datetime) -> bool:
        return self._clock() - fetched_at < CACHED_FOR

    def _get(self, url: str, *, authorization: str | None = None) -> dict[str, Any]:
        headers = {"Authorization": authorization} if authorization else {}
        response = self._send(self._http.build_request("GET", url, headers=headers))
        if response.status_code != httpx.codes.OK:
            raise ProviderUnavailable(f"{_path(response)}: {response.status_code}")
        return _json_object(response)

    def _send(self, request: httpx.Request) -> httpx.Response:
        try:
            response = self._http.send(request)
        except httpx.HTTPError as error:
            raise ProviderUnavailable(f"{request.url.path}: {type(error).__name__}") from error
        if response.is_server_error or response.is_redirect:
            raise ProviderUnavailable(f"{_path(response)}: {response.status_code}")
        return response


def _network() -> httpx.BaseTransport:
    """Trust the authorities that the machine trusts, not a list shipped with a library."""
    return httpx.HTTPTransport(verify=ssl.create_default_context())


def _path(response: httpx.Response) -> str:
    return response.request.url.path


def _json_object(response: httpx.Response) -> dict[str, Any]:
    try:
        answer = response.json()
    except ValueError as error:
        raise ProviderUnavailable(f"{_path(response)}: no JSON") from error
    if not isinstance(answer, dict):
        raise ProviderUnavailable(f"{_path(response)}: no JSON object")
    return answer


def _keys(document: dict[str, Any]) -> tuple[Key, ...]:
    try:
        return tuple(KeySet.import_key_set({"keys": document["keys"]}))
    except (JoseError, KeyError, TypeError, ValueError) as error:
        raise ProviderUnavailable("jwks: unreadable") from error


def _named(keys: tuple[Key, ...], kid: str) -> Key | None:
    return next((key for key in keys if key.kid == kid and key.get("use", "sig") == "sig"), None)


def _basic(client: Client) -> str:
    """RFC 6749 §2.3.1: each half is form-encoded first, so that a colon or `+` survives."""
    pair = f"{quote_plus(client.client_id)}:{quote_plus(client.secret)}"
    return "Basic " + base64.b64encode(pair.encode()).decode("ascii")
