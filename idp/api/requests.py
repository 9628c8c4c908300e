"""Reading a request: strictly, and into models; whatever cannot be read is a problem."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final, TypeVar

import orjson
from pydantic import BaseModel, ValidationError
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Request

from idp.api.problems import FieldProblem, Problem, invalid

_JSON: Final = "application/json"
_NUL: Final = b"\\u0000"
_FIRST_PRINTABLE: Final = 0x20
_MOST_ERRORS: Final = 20
_ETAG: Final = re.compile(r'"[0-9]{1,9}"')
_KEY: Final = re.compile(r"[!-~]{1,255}")

M = TypeVar("M", bound=BaseModel)


def read_query(request: Request, model: type[M]) -> M:
    """The parameters of the address. Raises `Problem`."""
    values: dict[str, str] = {}
    for name, given in request.args.lists():
        if len(given) > 1:
            raise invalid(name, "it is there twice")
        if any(ord(char) < _FIRST_PRINTABLE for char in name + given[0]):
            raise invalid(name, "it holds control characters")
        values[name] = given[0]
    return _parsed(model, values)


def read_body(request: Request, model: type[M], *, takes_one: bool) -> M:
    """The body. Raises `Problem`."""
    try:
        body = request.get_data()
    except RequestEntityTooLarge:
        raise Problem("too-large") from None
    if not takes_one:
        return _parsed(model, {})
    if request.mimetype != _JSON:
        raise Problem("not-json")
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Problem("malformed", f"JSON: {error.msg}") from None
    if not isinstance(document, dict):
        raise Problem("malformed", "The body has to be a JSON object.")
    if _NUL in body:  # PostgreSQL keeps none, and nobody means one
        raise Problem("malformed", "The body holds a NUL character.")
    return _parsed(model, document)


def read_version(request: Request) -> int:
    """The version that `If-Match` names. Raises `Problem`."""
    sent = request.headers.get("If-Match", "").strip()
    if not sent:
        raise Problem("no-version")
    if _ETAG.fullmatch(sent) is None:
        raise invalid("If-Match", "it is no ETag of ours", "Send the ETag that a GET gave.")
    return int(sent.strip('"'))


def read_idempotency_key(request: Request) -> str:
    """The `Idempotency-Key`. Raises `Problem`."""
    key = request.headers.get("Idempotency-Key", "").strip()
    if not key:
        raise Problem("no-idempotency-key", "Send a random value, the same for each retry.")
    if _KEY.fullmatch(key) is None:
        raise invalid("Idempotency-Key", "it is not 1 to 255 visible characters of ASCII")
    return key


def bearer_token(request: Request) -> str:
    """The access token. Raises `Problem`; one in the address is none (RFC 9700 §4.3.2)."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise not_authenticated()
    return token.strip()


def not_authenticated(error: str = "") -> Problem:
    """RFC 6750 §3: how one authenticates, and little about why this did not do."""
    challenge = 'Bearer realm="operators"' + (f', error="{error}"' if error else "")
    return Problem("not-authenticated", headers=(("WWW-Authenticate", challenge),))


def _parsed(model: type[M], values: Mapping[str, Any]) -> M:
    try:
        return model.model_validate(values)
    except ValidationError as error:
        # Neither what was sent nor where the rule is written goes back.
        found = error.errors(include_url=False, include_context=False, include_input=False)
        raise Problem(
            "invalid",
            errors=[
                FieldProblem(field=_place(each["loc"]), reason=each["msg"])
                for each in found[:_MOST_ERRORS]
            ],
        ) from None


def _place(parts: Iterable[object]) -> str:
    return ".".join(str(part) for part in parts)[:200]
