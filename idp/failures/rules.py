"""What is kept of what was sent, and in what two addresses differ: pure."""

from collections.abc import Collection, Iterable, Sequence
from typing import Final
from urllib.parse import SplitResult, urlsplit

from idp.failures.model import LONGEST_VALUE, Cause, Fault, Part

ANSWERS: Final = frozenset(
    {
        "access_denied",
        "consent_required",
        "interaction_required",
        "login_required",
        "unmet_authentication_requirements",
    }
)
"""Errors by which a citizen's own decision is told: nothing that a portal has to mend."""
_HALF: Final = 4  # characters of a reference, before its hyphen and after it
_LONGEST_CLIENT_ID: Final = 128  # of those that are registered
_OURS: Final = 500
"""From this status on it is we who failed."""


def is_failure(status: int, error: str | None) -> bool:
    """Whether a request answered so is one that its relying party has to mend."""
    return error is not None and error not in ANSWERS and status < _OURS


def shown(value: str, longest: int = LONGEST_VALUE) -> str:
    """*value* as it may stand on a page and in a terminal: printable, and not too long."""
    cut = value[: longest + 1]
    text = "".join(
        character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in cut
    )
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def claimed_id(value: str) -> str:
    """A client_id that a request came with: whole, where somebody may have registered it."""
    return shown(value, _LONGEST_CLIENT_ID)


def uri_fault(parameter: str, sent: str, registered: Collection[str]) -> Fault:
    """That *sent* is none of the *registered* addresses: compared with the one most like it."""
    nearest = min(sorted(registered), key=lambda uri: len(differing(sent, uri)), default=None)
    return Fault(
        cause=Cause.URI_DIFFERS,
        parameter=parameter,
        sent=shown(_without_values(sent)),
        registered=shown(nearest or ""),
        differs=() if nearest is None else tuple(differing(sent, nearest)),
    )


def differing(sent: str, registered: str) -> Sequence[Part]:
    """In which parts *sent* is not *registered*; the narrowest word for each (RFC 3986 §3)."""
    one, other = _split(sent), _split(registered)
    if one is None or other is None:
        return () if sent == registered else (Part.HOST,)
    # What the comparison of parts does not see is the case of scheme and host.
    return tuple(_differing(one, other)) or (() if sent == registered else (Part.CASE,))


def _differing(one: SplitResult, other: SplitResult) -> Iterable[Part]:
    if one.scheme != other.scheme:
        yield Part.SCHEME
    if (one.username, one.password) != (other.username, other.password):
        yield Part.USER
    if one.hostname != other.hostname:
        yield Part.HOST
    if one.port != other.port:
        yield Part.PORT
    if one.path != other.path:
        yield _path_part(one.path, other.path)
    if one.query != other.query:
        yield Part.QUERY
    if one.fragment != other.fragment:
        yield Part.FRAGMENT


def _path_part(one: str, other: str) -> Part:
    if one.rstrip("/") == other.rstrip("/"):
        return Part.SLASH
    return Part.CASE if one.casefold() == other.casefold() else Part.PATH


def _split(uri: str) -> SplitResult | None:
    try:
        parts = urlsplit(uri)
        _ = parts.port  # raises where it is none
    except ValueError:
        return None
    return parts


def _without_values(uri: str) -> str:
    """The address without what may be somebody's data: a query has names alone, no password."""
    parts = _split(uri)
    if parts is None:
        _user, at, after = uri.partition("?")[0].partition("#")[0].rpartition("@")
        return f"…@{after}" if at else after
    user, at, place = parts.netloc.rpartition("@")
    return parts._replace(
        netloc=f"…@{place}" if at or user else place,
        query="&".join(f"{pair.partition('=')[0]}=…" for pair in parts.query.split("&") if pair),
        fragment="…" if parts.fragment else "",
    ).geturl()


def typed_reference(typed: str) -> str:
    """A reference as people type it ("7f3k 92qd"), as it is kept ("7F3K-92QD")."""
    letters = "".join(character for character in typed.upper() if character.isalnum())
    return f"{letters[:_HALF]}-{letters[_HALF:]}" if len(letters) == 2 * _HALF else letters
