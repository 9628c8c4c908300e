"""
The one seam through which answers are wrong on purpose, for "Test my integration".

Why none can reach an ordinary sign-in:
- A request is rehearsed only from a browser that sent the cookie of a case under way, once, for the
  relying party of that run, which must be registered in the sandbox. Every other browser is asked
  for a cookie and nothing more.
- Codes and access tokens of cases are in no store that ordinary ones are in. The token endpoint and
  userinfo come here only after their own store has said that it knows no such thing; so what was
  issued to a citizen never does.
- There is no citizen in them, no session, no grant and no consent: they are about a person who does
  not exist, and introspection, revocation and refreshing have never heard of them.
- No key signs for cases but the ring's, for tokens that name nobody else, and keys whose private
  half is forgotten with the one token it signed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

from idp.integration_tests.rehearsed import RehearsedCode, RehearsedPerson
from idp.interactions.model import AuthorizationRequest
from idp.interactions.ports import AuthorizationResponse
from idp.oidc.errors import AccessDenied
from idp.oidc.respond import AuthorizationResponses, destination_of
from idp.relying_parties.model import RelyingParty


class Rehearsals(Protocol):
    """Cases under way; which requests are theirs, `Rehearsed` says (`idp.interactions.ports`)."""

    def redeem(self, value: str, relying_party: RelyingParty) -> RehearsedCode | None:
        """Spend a case's code, which no store of ours knows."""
        ...

    def sign(
        self, code: RehearsedCode, relying_party: RelyingParty, claims: Mapping[str, Any]
    ) -> str:
        """The ID token of *claims*, which are those of a good one."""
        ...

    def userinfo(self, value: str) -> RehearsedPerson | None:
        """Whom a case's access token, which no store of ours knows, is about."""
        ...

    def keys(self) -> Sequence[Mapping[str, str]]:
        """Public keys to be published beside the ring's; never raises."""
        ...


class RehearsedAnswers:
    """Renders the answers of cases as all others are."""

    def __init__(self, responses: AuthorizationResponses) -> None:
        self._responses = responses

    def __call__(
        self, request: AuthorizationRequest, state: str | None, code: str | None
    ) -> AuthorizationResponse:
        """The answer to *request*, with that state; denied without a code."""
        destination = replace(destination_of(request), state=state)
        if code is None:
            return self._responses.error(destination, AccessDenied())
        return self._responses.code(destination, code)
