"""Scopes of the carriers' interfaces."""

import re

API_SCOPES = frozenset(
    {
        "kyc-match:match",
        "sim-swap",
        "sim-swap:check",
        "sim-swap:retrieve-date",
        "number-recycling:check",
    }
)
_PURPOSE_PREFIX = "dpv:"
_PURPOSE = re.compile(r"dpv:[A-Za-z]+")


class InvalidScope(ValueError):
    """The scope cannot be granted; the message says why."""


def parse_scope(text: str) -> frozenset[str]:
    """
    Return the scopes of a token request: exactly one purpose, at least one interface.

    CAMARA profile, "Purpose": personal data are processed for one declared purpose, a member of
    the W3C Data Privacy Vocabulary. Raises InvalidScope.
    """
    values = text.split(" ") if text else []
    purposes = [value for value in values if value.startswith(_PURPOSE_PREFIX)]
    if len(purposes) != 1 or not _PURPOSE.fullmatch(purposes[0]):
        raise InvalidScope("exactly one purpose of the form dpv:<purpose> is needed")
    interfaces = frozenset(values) - {purposes[0]}
    if not interfaces or not interfaces <= API_SCOPES:
        raise InvalidScope("a scope is missing, or is not one of this carrier")
    return interfaces | {purposes[0]}
