"""Client authentication at the endpoints of relying parties (RFC 6749 §2.3, OIDC Core §9)."""

import base64
import binascii
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import unquote_to_bytes

from idp.audit.events import ClientRefused
from idp.audit.log import record
from idp.core.clock import Clock
from idp.db.database import Database
from idp.failures.model import Cause, Fault
from idp.failures.rules import claimed_id
from idp.oidc.client_assertion import (
    ASSERTION_TYPE,
    BadAssertion,
    ClientAssertions,
    unverified_client_id,
)
from idp.oidc.errors import InvalidClient, InvalidRequest, ProtocolError
from idp.oidc.http import ProtocolRequest
from idp.relying_parties.model import ClientAuthentication, ClientId, RelyingParty
from idp.relying_parties.ports import CredentialUses, RelyingParties
from idp.relying_parties.secrets import SecretHasher
from idp.throttling.ports import Budget, BudgetSpent, Throttle

METHODS: Final = tuple(ClientAuthentication)
"""What is built here; discovery names no other."""
AUTHENTICATION_PARAMETERS: Final = (
    "client_id",
    "client_secret",
    "client_assertion",
    "client_assertion_type",
)

BASIC: Final = "basic"
MAX_CLIENT_ID: Final = 128  # characters that count of an id somebody made up
_MALFORMED: Final = Fault(cause=Cause.AUTHENTICATION_MALFORMED)


class TooManyFailures(ProtocolError):
    """The client and network failed too often; *retry_after* in seconds."""

    error = "temporarily_unavailable"
    description = "Too many failed requests. Try again later."
    status_code = 429

    def __init__(self, spent: BudgetSpent, client_id: ClientId) -> None:
        claimed = claimed_id(client_id)
        super().__init__(spent.budget, Fault(cause=Cause.TOO_MANY_FAILURES, claimed=claimed))
        self.retry_after = spent.seconds


@dataclass(frozen=True, slots=True)
class _Credentials:
    """*proof* is the secret, or the assertion."""

    method: ClientAuthentication
    client_id: ClientId
    proof: str


@dataclass(frozen=True, slots=True)
class _Problem:
    """Why credentials prove nothing: for the log, and for the relying party's team."""

    text: str
    fault: Fault


_DISABLED: Final = _Problem("disabled", Fault(cause=Cause.DISABLED_CLIENT))


class ClientAuthenticator:
    """
    Tells which relying party calls; only the method it registered counts.

    Failures are counted, successes are not: a portal is never locked out by strangers who fail in
    its name, and a secret of 256 random bits is not found by trying.
    """

    def __init__(
        self,
        *,
        relying_parties: RelyingParties,
        hasher: SecretHasher,
        assertions: ClientAssertions,
        uses: CredentialUses,
        throttle: Throttle,
        failures: Budget,
        database: Database,
        clock: Clock,
    ) -> None:
        self._relying_parties = relying_parties
        self._hasher = hasher
        self._assertions = assertions
        self._uses = uses
        self._throttle = throttle
        self._failures = failures
        self._database = database
        self._clock = clock

    def authenticate(self, request: ProtocolRequest, *, up_to_date: bool = False) -> RelyingParty:
        """
        The relying party. Raises `InvalidClient`, `InvalidRequest`, `TooManyFailures`.

        *up_to_date*: see that a registration was withdrawn this moment in another process, for
        one question to the volatile store. That it was made or changed is always seen: whoever
        fails is looked at once more, as registered now.
        """
        credentials = _credentials(request)
        if up_to_date and credentials.method is not ClientAuthentication.PRIVATE_KEY_JWT:
            self._relying_parties.catch_up_now()  # an assertion asks anyway
        found = self._relying_parties.find(credentials.client_id)
        problem = self._problem(credentials, found)
        if problem is not None:
            self._relying_parties.catch_up_now()
            current = self._relying_parties.find(credentials.client_id)
            if current is not found:
                found, problem = current, self._problem(credentials, current)
        if problem is None:
            proved = self._relying_parties.find(credentials.client_id)  # up to date by now
            if proved is not None and proved.enabled:
                return proved
        raise self._refused(credentials, found, problem or _DISABLED, request.network)

    def confirm(self, request: ProtocolRequest, caller: RelyingParty) -> None:
        """
        See that the proof of *caller* is good still, where the registry has caught up since.

        For those who learn its version on their way, after `authenticate` and before they do
        anything: a secret that was replaced in another process ends here as well. No question.
        Raises `InvalidClient`, `TooManyFailures`.
        """
        current = self._relying_parties.find(caller.client_id)
        if current is caller:
            return
        credentials = _credentials(request)
        problem = (
            _mismatch(credentials, current)  # an assertion was checked as registered then
            if credentials.method is ClientAuthentication.PRIVATE_KEY_JWT
            else self._problem(credentials, current)
        )
        if problem is not None:
            raise self._refused(credentials, current, problem, request.network)

    def _refused(
        self,
        credentials: _Credentials,
        found: RelyingParty | None,
        problem: _Problem,
        network: str,
    ) -> InvalidClient:
        """The error, once it is noted. Raises `TooManyFailures`."""
        self._note_failure(credentials.client_id, found, network)
        fault = replace(problem.fault, claimed=claimed_id(credentials.client_id))
        return InvalidClient(f"{credentials.method}: {problem.text}", fault)

    def _problem(self, credentials: _Credentials, found: RelyingParty | None) -> _Problem | None:
        """Why the credentials do not prove that *found* calls, or `None`."""
        mismatch = _mismatch(credentials, found)
        if mismatch is not None or found is None:
            return mismatch
        if credentials.method is not ClientAuthentication.PRIVATE_KEY_JWT:
            secret = self._hasher.found(credentials.proof, found.secrets, self._clock.now())
            if secret is None:
                return _Problem("wrong secret", Fault(cause=Cause.SECRET_WRONG))
            self._uses.secret(found.client_id, secret.number)
            return None
        try:
            self._assertions.check(credentials.proof, found)
        except BadAssertion as bad:
            return _Problem(str(bad), bad.fault)
        return None

    def _note_failure(
        self, client_id: ClientId, relying_party: RelyingParty | None, network: str
    ) -> None:
        try:
            self._throttle.count(self._failures, client_id[:MAX_CLIENT_ID], network)
        except BudgetSpent as spent:
            raise TooManyFailures(spent, client_id) from None
        with self._database.transaction() as transaction:
            # Only an id we know: a stranger does not get to write into the audit log.
            known = None if relying_party is None else relying_party.client_id
            record(transaction, ClientRefused(client_id=known), self._clock.now())


def _mismatch(credentials: _Credentials, found: RelyingParty | None) -> _Problem | None:
    """Why *found* cannot be the one that calls, whatever the proof is worth, or `None`."""
    if found is None:
        return _Problem("no such client", Fault(cause=Cause.UNKNOWN_CLIENT))
    if not found.enabled:
        return _DISABLED
    if found.client_authentication is credentials.method:
        return None
    return _Problem(
        "not the registered method",
        Fault(
            cause=Cause.METHOD_DIFFERS,
            sent=credentials.method,
            registered=found.client_authentication,
        ),
    )


def _credentials(request: ProtocolRequest) -> _Credentials:
    """What the request brings; more than one way at once is an error (RFC 6749 §2.3)."""
    form_id, form_secret = request.form.get("client_id"), request.form.get("client_secret")
    assertion = request.form.get("client_assertion")
    ways = (request.authorization, form_secret, assertion)
    if sum(way is not None for way in ways) > 1:
        twice = Fault(cause=Cause.AUTHENTICATION_TWICE, claimed=claimed_id(form_id or ""))
        raise InvalidRequest("two client authentications", twice)
    if assertion is not None:
        return _asserted(assertion, request.form.get("client_assertion_type"), form_id)
    if request.authorization is None:
        if form_id is None or form_secret is None:
            missing = Fault(cause=Cause.AUTHENTICATION_MISSING, claimed=claimed_id(form_id or ""))
            raise InvalidClient("no client authentication", missing)
        return _Credentials(ClientAuthentication.SECRET_POST, ClientId(form_id), form_secret)
    client_id, secret = _basic(request.authorization)
    if form_id is not None and form_id != client_id:
        twice = Fault(cause=Cause.AUTHENTICATION_TWICE, claimed=claimed_id(client_id))
        raise InvalidRequest("client_id differs from the authenticated one", twice)
    return _Credentials(ClientAuthentication.SECRET_BASIC, ClientId(client_id), secret)


def _asserted(assertion: str, assertion_type: str | None, form_id: str | None) -> _Credentials:
    """RFC 7521 §4.2: the type exactly, and no `client_id` but the assertion's own."""
    if assertion_type != ASSERTION_TYPE:
        malformed = Fault(cause=Cause.AUTHENTICATION_MALFORMED, claimed=claimed_id(form_id or ""))
        raise InvalidClient("another client_assertion_type", malformed)
    try:
        client_id = unverified_client_id(assertion)
    except BadAssertion as bad:
        raise InvalidClient(str(bad), bad.fault) from None
    if form_id is not None and form_id != client_id:
        twice = Fault(cause=Cause.AUTHENTICATION_TWICE, claimed=claimed_id(client_id))
        raise InvalidClient("client_id differs from the asserted one", twice)
    return _Credentials(ClientAuthentication.PRIVATE_KEY_JWT, client_id, assertion)


def _basic(header: str) -> tuple[str, str]:
    """The halves of HTTP Basic, each form-decoded (RFC 6749 §2.3.1). Raises `InvalidClient`."""
    scheme, _, encoded = header.partition(" ")
    try:
        if scheme.lower() != BASIC:
            raise InvalidClient("not HTTP Basic", _MALFORMED)
        raw = base64.b64decode(encoded.strip().encode("ascii"), validate=True)
        name, colon, secret = raw.partition(b":")
        halves = _form_decoded(name), _form_decoded(secret)
    except (binascii.Error, UnicodeError):
        raise InvalidClient("malformed HTTP Basic", _MALFORMED) from None
    if not colon or not all(halves):
        raise InvalidClient("HTTP Basic without both halves", _MALFORMED)
    return halves


def _form_decoded(half: bytes) -> str:
    return unquote_to_bytes(half.replace(b"+", b" ")).decode("utf-8")
