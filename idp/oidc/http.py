"""
The request and the response of protocol endpoints, and the strict parser in between.

Werkzeug leaves a bad `%FF` undecoded and takes the first of two equal names; a protocol that
compares strings must do neither. Raw bytes never leave this module.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import unquote_to_bytes

import orjson

from idp.failures.model import Fault
from idp.web.network import network_of
from idp.web.reference import ENVIRON as REFERENCE

MAX_QUERY: Final = 32_768  # bytes
MAX_PARAMETERS: Final = 100
FORM: Final = "application/x-www-form-urlencoded"
JSON: Final = "application/json"

_AS_IT_STANDS: Final = re.compile(rb"[\w.~-]*")  # RFC 3986 §2.3: never encoded
_PAIR_AS_IT_STANDS: Final = re.compile(rb"[\w.~-]+=[\w.~-]*")
_WELL_FORMED: Final = re.compile(rb"(?:[^%]|%[0-9A-Fa-f]{2})*")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Parameters:
    """
    Parameters with one value each; one sent without a value counts as not sent (RFC 6749 §3.1).

    *unusable* are names that came more than once, or whose value is no text: not UTF-8, or with
    control characters. Which of them matter, the endpoint knows: unknown ones are ignored.
    *oversized*: too long or too many to be read at all; then there are none.
    """

    values: Mapping[str, str] = field(default_factory=dict)
    unusable: frozenset[str] = frozenset()
    oversized: bool = False

    @classmethod
    def parse(cls, raw: bytes, *, limit: int) -> "Parameters":
        """Read `application/x-www-form-urlencoded` bytes; never raises."""
        if not raw:
            return _NONE
        pairs = raw.split(b"&")
        if len(raw) > limit or len(pairs) > MAX_PARAMETERS:
            return cls(oversized=True)
        values: dict[str, str] = {}
        unusable: set[str] = set()
        for pair in pairs:
            name: str | None
            value: str | None
            if _PAIR_AS_IT_STANDS.fullmatch(pair):
                name, _, value = pair.decode().partition("=")
            else:
                raw_name, _, raw_value = pair.partition(b"=")
                name, value = _text(raw_name), _text(raw_value)
            if not name:
                continue
            if value is None or name in values:
                unusable.add(name)
            values[name] = value or ""
        return cls(
            {name: value for name, value in values.items() if value and name not in unusable},
            frozenset(unusable),
        )

    def get(self, name: str) -> str | None:
        """The value of *name*, where it was sent in a usable form."""
        return self.values.get(name)


_NONE: Final = Parameters()


def _text(raw: bytes) -> str | None:
    if _AS_IT_STANDS.fullmatch(raw):
        return raw.decode()
    if not _WELL_FORMED.fullmatch(raw):
        return None
    try:
        text = unquote_to_bytes(raw.replace(b"+", b" ")).decode("utf-8")
    except UnicodeDecodeError:
        return None
    return None if _CONTROL.search(text) else text


@dataclass(frozen=True, slots=True)
class ProtocolRequest:
    """
    What a relying party's software sent.

    *form* is empty unless the content type is `FORM`, *document* is `None` unless it is `JSON` and
    the body an object. *network* is the client's, as throttles count it; *reference* names the
    request in answers and in the log.
    """

    method: str
    path: str = "/"
    query: Parameters = Parameters()
    form: Parameters = Parameters()
    document: Mapping[str, object] | None = None
    authorization: str | None = None
    content_type: str = ""
    if_none_match: str | None = None
    network: str = ""
    reference: str = ""

    @classmethod
    def of(cls, environ: Mapping[str, Any], *, max_body: int) -> "ProtocolRequest":
        """Read a WSGI request; at most *max_body* bytes of its body."""
        content_type = environ.get("CONTENT_TYPE", "").partition(";")[0].strip().lower()
        method = environ["REQUEST_METHOD"]
        body = b""
        if method in {"POST", "PUT"} and content_type in {FORM, JSON}:
            body = _body(environ, max_body)
        return cls(
            method=method,
            path=environ.get("PATH_INFO", "/"),
            query=Parameters.parse(
                environ.get("QUERY_STRING", "").encode("latin-1", "replace"), limit=MAX_QUERY
            ),
            form=Parameters.parse(body if content_type == FORM else b"", limit=max_body),
            document=_document(body, max_body) if content_type == JSON else None,
            authorization=environ.get("HTTP_AUTHORIZATION"),
            content_type=content_type,
            if_none_match=environ.get("HTTP_IF_NONE_MATCH"),
            network=network_of(environ.get("REMOTE_ADDR", "")),
            reference=environ.get(REFERENCE, ""),
        )


def _body(environ: Mapping[str, Any], limit: int) -> bytes:
    """The body, or one byte more than *limit* of it."""
    length = environ.get("CONTENT_LENGTH") or ""
    if length.isascii() and length.isdigit():
        wanted = min(int(length), limit + 1)
    elif environ.get("wsgi.input_terminated"):
        wanted = limit + 1  # chunked: the server ends the stream where the body ends
    else:
        return b""
    return bytes(environ["wsgi.input"].read(wanted))


def _document(body: bytes, limit: int) -> Mapping[str, object] | None:
    """The JSON object that *body* is, or `None`; never raises."""
    if len(body) > limit:
        return None
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    return found if isinstance(found, dict) else None


@dataclass(frozen=True, slots=True)
class ProtocolResponse:
    """What goes back; *client_id*, *error*, *detail* and *fault* are for our records alone."""

    status: int
    headers: Headers = ()
    body: bytes = b""
    client_id: str | None = None
    error: str | None = None
    detail: str | None = None
    fault: Fault | None = None


Endpoint = Callable[[ProtocolRequest], ProtocolResponse]

NO_STORE: Final[Headers] = (("Cache-Control", "no-store"), ("Pragma", "no-cache"))


def json_response(
    status: int,
    content: Mapping[str, Any],
    headers: Headers = NO_STORE,
    *,
    client_id: str | None = None,
) -> ProtocolResponse:
    """*content* as JSON; not to be stored unless *headers* say otherwise (RFC 6749 §5.1)."""
    return ProtocolResponse(
        status,
        (("Content-Type", "application/json"), *headers),
        orjson.dumps(content),
        client_id,
    )
