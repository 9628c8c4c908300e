"""Who may propose and decide, what production asks, when somebody is reminded. Pure."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from operator import attrgetter
from typing import Final
from urllib.parse import urlsplit

from idp.core.environment import Environment
from idp.onboarding.model import ProposalStatus
from idp.operators.permissions import Permission
from idp.relying_parties.keys import public_key
from idp.relying_parties.model import RelyingParty
from idp.relying_parties.problems import Problem, Rule, problem
from idp.relying_parties.registration import (
    InvalidRegistration,
    Registration,
    parse_registration,
)
from idp.relying_parties.rules import is_under

MOST_LIVE: Final = 2
"""Secrets, or public keys of a kind, that count at once: the newest, and the one before it."""
REMINDERS: Final = (30, 7, 1)
"""How many days before a secret or a key ends its contacts are reminded."""
_AS_TESTED: Final = {
    "security_profile": attrgetter("profile"),
    "token_endpoint_auth_method": attrgetter("client_authentication"),
    "token_endpoint_auth_signing_alg": attrgetter("client_assertion_algorithm"),
    "id_token_signed_response_alg": attrgetter("id_token_algorithm"),
    "userinfo_signed_response_alg": attrgetter("userinfo_algorithm"),
    "require_pkce": attrgetter("pkce_required"),
    "grant_types": attrgetter("grant_types"),
    "scope": attrgetter("scopes"),
    "claims": attrgetter("claims"),
    "minimum_acr": attrgetter("minimum_acr"),
}
"""What is spoken, what is told and who gets in: a test of other things says nothing of these."""


@dataclass(frozen=True, slots=True)
class OnboardingPolicy:
    """
    What the settings say.

    Addresses in production stand under one of *production_hosts*. A passed integration test counts
    for *test_counts_for*; secrets and keys end after *secret_lasts* and *key_lasts*.
    """

    production_hosts: frozenset[str]
    test_counts_for: timedelta
    secret_lasts: timedelta
    key_lasts: timedelta


def lets_in(environment: Environment) -> Permission:
    """
    Who lets a portal in again that was disabled there.

    Its team keeps it out at once, whoever finds the leak; that what leaked is mended, citizens of
    production have from somebody else.
    """
    if environment is Environment.PRODUCTION:
        return Permission.APPROVE_PRODUCTION
    return Permission.MANAGE_OWN_RELYING_PARTIES


class Ruling(StrEnum):
    """What becomes of a decision about a proposal; all but the first two change nothing."""

    APPROVED = "approved"
    REFUSED = "refused"
    OWN = "own"
    """Whoever proposed it cannot decide it."""
    CLOSED = "closed"
    """It was decided already, or taken back."""
    STALE = "stale"
    """The registration was changed since: it can only be refused."""
    UNTESTED = "untested"
    """No integration test that was passed counts any more: it can only be refused."""


def checked(document: Mapping[str, object], policy: OnboardingPolicy) -> Registration:
    """
    The registration, as an operator or a team may hand it in.

    Stricter than what is loaded: a rule that is made later must not cut off a portal that is there.
    Raises `InvalidRegistration` with all problems.
    """
    registration = parse_registration(document)
    found = tuple(_problems(registration, policy))
    if found:
        raise InvalidRegistration(found)
    return registration


def untested(proposed: RelyingParty, tried: RelyingParty) -> tuple[Problem, ...]:
    """The members of *proposed* that the test of *tried* says nothing of."""
    return tuple(
        problem(name, Rule.NOT_AS_TESTED, tried.client_id)
        for name, read in _AS_TESTED.items()
        if read(proposed) != read(tried)
    )


def rule_on(
    *,
    approve: bool,
    by: str,
    behind: Collection[str],
    status: ProposalStatus,
    is_current: bool,
    tested: bool,
) -> Ruling:
    """
    What becomes of the decision: nobody decides alone, nor about what is not so any more.

    *behind* are those who may have proposed it: of a program, whoever answers for it.
    """
    if status is not ProposalStatus.OPEN:
        return Ruling.CLOSED
    if by in behind:
        return Ruling.OWN
    if not approve:
        return Ruling.REFUSED
    if not is_current:
        return Ruling.STALE
    return Ruling.APPROVED if tested else Ruling.UNTESTED


def reminder_due(ends_at: datetime, now: datetime, reminded_days: int | None) -> int | None:
    """
    Which of `REMINDERS` is to be sent now, `None` for none.

    Of several that are late the last alone: three mails at once say no more than one.
    """
    left = ends_at - now
    if left <= timedelta(0):
        return None
    due = [days for days in REMINDERS if left <= timedelta(days=days)]
    if not due or (reminded_days is not None and reminded_days <= min(due)):
        return None
    return min(due)


def _problems(registration: Registration, policy: OnboardingPolicy) -> Iterator[Problem]:
    party = registration.relying_party
    for name, value in registration.document.items():
        if isinstance(value, list):
            twice = [item for item, count in Counter(map(str, value)).items() if count > 1]
            yield from (problem(name, Rule.URI_TWICE, value=item) for item in twice)
    if any(public_key(key) is None for key in party.keys.jwks):
        yield problem("jwks", Rule.KEY_UNUSABLE)
    kinds = Counter(str(key.get("kty")) for key in party.keys.jwks)
    for kind, count in kinds.items():
        if count > MOST_LIVE:
            yield problem("jwks", Rule.KEYS_TOO_MANY, kind)
    if party.environment is Environment.PRODUCTION:
        yield from _strange_hosts(party, policy.production_hosts)


def _strange_hosts(party: RelyingParty, allowed: Collection[str]) -> Iterator[Problem]:
    """Where citizens, codes and logout tokens are sent has to be the state's."""
    for name, uri in _addresses(party):
        if not is_under(urlsplit(uri).hostname or "", allowed):
            told = ", ".join(sorted(allowed))
            yield problem(name, Rule.URI_HOST_NOT_ALLOWED, told, value=uri)


def _addresses(party: RelyingParty) -> Iterator[tuple[str, str]]:
    for uri in sorted(party.redirect_uris):
        yield "redirect_uris", uri
    for uri in sorted(party.post_logout_redirect_uris):
        yield "post_logout_redirect_uris", uri
    single: Mapping[str, str | None] = {
        "client_uri": party.client_uri,
        "initiate_login_uri": party.initiate_login_uri,
        "backchannel_logout_uri": party.logout.backchannel_uri,
        "frontchannel_logout_uri": party.logout.frontchannel_uri,
        "jwks_uri": party.keys.jwks_uri,
    }
    yield from ((name, uri) for name, uri in single.items() if uri is not None)
