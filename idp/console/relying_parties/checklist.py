"""What a portal has to have before it asks for production; each point ticks itself. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from idp.console.relying_parties.part_form import Document, Part
from idp.integration_tests.model import CaseName, Outcome
from idp.integration_tests.rules import is_passed


class Point(StrEnum):
    """A point of the list, in the order that it is done in."""

    NAMES = "names"
    CONTACT = "contact"
    REDIRECT = "redirect"
    CREDENTIAL = "credential"
    SIGN_IN = "sign_in"
    SIGN_OUT = "sign_out"
    ACCESS_DENIED = "access_denied"
    LOWER_LEVEL = "lower_level"
    TESTED = "tested"
    PROPOSED = "proposed"


_CASES = {
    Point.SIGN_IN: CaseName.GOOD_SIGN_IN,
    Point.SIGN_OUT: CaseName.SIGN_OUT,
    Point.ACCESS_DENIED: CaseName.ACCESS_DENIED,
    Point.LOWER_LEVEL: CaseName.LOWER_LEVEL,
}
_FINE = frozenset({Outcome.PASSED, Outcome.NOT_APPLICABLE})


@dataclass(frozen=True, slots=True)
class Check:
    """A point, and whether it is done; *part* is where it is filled in, `None` for elsewhere."""

    point: Point
    done: bool
    part: Part | None = None


def checklist(
    document: Document,
    *,
    has_secret: bool,
    runs: Collection[Mapping[CaseName, Outcome]],
    proposed: bool,
) -> Sequence[Check]:
    """The list; *runs* are what the cases of each run came to that says something of today."""
    has_keys = "jwks" in document or "jwks_uri" in document
    done = {point: any(run.get(case) in _FINE for run in runs) for point, case in _CASES.items()}
    return [
        Check(Point.NAMES, "client_name" in document, Part.NAMES),
        Check(Point.CONTACT, bool(document.get("contacts")), Part.CONTACT),
        Check(Point.REDIRECT, bool(document.get("redirect_uris")), Part.REDIRECT),
        Check(Point.CREDENTIAL, has_secret or has_keys, Part.KEYS),
        *(Check(point, is_done) for point, is_done in done.items()),
        Check(Point.TESTED, any(is_passed(run) for run in runs)),
        Check(Point.PROPOSED, proposed),
    ]
