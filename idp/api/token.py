"""`POST /api/v1/token`: client credentials for an access token (RFC 6749 §4.4)."""

from base64 import b64decode
from binascii import Error as Base64Error
from typing import Any, Final
from urllib.parse import unquote_plus

import orjson
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Request

from idp.api_clients.admit import IssueApiToken, ScopeNotHeld, WrongApiClient
from idp.throttling.ports import BudgetSpent
from idp.web.network import network_of

_FORM: Final = "application/x-www-form-urlencoded"

Raw = tuple[int, list[tuple[str, str]], bytes]


class TokenEndpoint:
    """Speaks as RFC 6749 §5 has it, for OAuth libraries; the rest of the API has its problems."""

    def __init__(self, issue: IssueApiToken) -> None:
        self._issue = issue

    def __call__(self, request: Request) -> Raw:
        """The token, or an error of RFC 6749 §5.2."""
        try:
            form = request.form if request.mimetype == _FORM else None
        except RequestEntityTooLarge:
            form = None
        credentials = _basic(request.headers.get("Authorization", ""))
        if credentials is None:
            return _error(401, "invalid_client")
        if form is None or any(len(form.getlist(name)) > 1 for name in form):
            return _error(400, "invalid_request")
        if form.get("grant_type") != "client_credentials":
            is_missing = not form.get("grant_type")
            return _error(400, "invalid_request" if is_missing else "unsupported_grant_type")
        asked = form.get("scope")
        try:
            issued = self._issue(
                *credentials,
                None if asked is None else asked.split(),
                network=network_of(request.remote_addr or ""),
            )
        except WrongApiClient:
            return _error(401, "invalid_client")
        except ScopeNotHeld:
            return _error(400, "invalid_scope")
        except BudgetSpent as spent:
            wait = ("Retry-After", str(spent.seconds))
            return _error(429, "temporarily_unavailable", wait)
        return _answer(
            200,
            {
                "access_token": issued.token,
                "token_type": "Bearer",
                "expires_in": int(issued.lifetime.total_seconds()),
                "scope": " ".join(sorted(issued.scopes)),
            },
        )


def _basic(header: str) -> tuple[str, str] | None:
    """Name and secret, each form-decoded (RFC 6749 §2.3.1); no name holds a control character."""
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, _, secret = b64decode(encoded.strip(), validate=True).decode("ascii").partition(":")
    except (Base64Error, ValueError):
        return None
    name, secret = unquote_plus(name), unquote_plus(secret)
    return (name, secret) if name and name.isprintable() and secret else None


def _error(status: int, error: str, *headers: tuple[str, str]) -> Raw:
    if status == 401:  # noqa: PLR2004 (RFC 6749 §5.2)
        headers = (*headers, ("WWW-Authenticate", 'Basic realm="operators"'))
    return _answer(status, {"error": error}, *headers)


def _answer(status: int, document: dict[str, Any], *headers: tuple[str, str]) -> Raw:
    always = [("Content-Type", "application/json"), ("Cache-Control", "no-store")]
    return status, [*always, *headers], orjson.dumps(document)
