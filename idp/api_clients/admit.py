"""Who is calling: a secret becomes a token, a token becomes a caller."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from hmac import compare_digest
from typing import Final, Never

from idp.api_clients import store
from idp.api_clients.model import ApiClient, ApiClientName, ApiGrant, Caller, name_in_log
from idp.api_clients.ports import ApiTokens
from idp.api_clients.rules import effective
from idp.audit.events import ApiClientRefused, ApiTokenIssued
from idp.audit.log import record
from idp.core.clock import Clock
from idp.core.handles import Handle
from idp.db.database import Database
from idp.operators.model import VerifiedOperator
from idp.operators.permissions import Permission
from idp.relying_parties.secrets import SecretHasher
from idp.throttling.ports import Budget, Throttle

_LONGEST_NAME: Final = 64


class WrongApiClient(Exception):
    """Name or secret: unknown, wrong, expired, disabled. Which one is for the log."""


class ScopeNotHeld(Exception):
    """The program asked for a scope that it has not got, or for none that there is."""


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """The token, what it may, and how long."""

    token: Handle
    scopes: frozenset[Permission]
    lifetime: timedelta


@dataclass(frozen=True, slots=True)
class ApiBudgets:
    """How often a secret may be wrong, by (name, network); how much one program may call."""

    failures: Budget
    requests: Budget


class IssueApiToken:
    """
    Gives a program an access token for its secret.

    Not the provider's own token endpoint: that one serves relying parties, whose ids anybody may
    choose who registers, and whose signed tokens must never open this door.
    """

    def __init__(
        self,
        *,
        tokens: ApiTokens,
        database: Database,
        hasher: SecretHasher,
        throttle: Throttle,
        budgets: ApiBudgets,
        lifetime: timedelta,
        clock: Clock,
    ) -> None:
        self._tokens = tokens
        self._database = database
        self._hasher = hasher
        self._throttle = throttle
        self._budgets = budgets
        self._lifetime = lifetime
        self._clock = clock

    def __call__(
        self, typed_name: str, secret: str, asked: Collection[str] | None, *, network: str
    ) -> IssuedToken:
        """
        The token, for the scopes *asked*, or for all there are.

        Raises `WrongApiClient`, `ScopeNotHeld`, `BudgetSpent`. A name that a stranger fails with
        is slowed in the stranger's network alone.
        """
        name = ApiClientName(typed_name[:_LONGEST_NAME])
        self._throttle.require(self._budgets.failures, name, network)
        with self._database.reading() as reading:
            found = store.find(reading, name)
        hashed = self._hasher.hash(secret)
        held = b"" if found is None else found[0].secret_hash
        is_right = compare_digest(hashed, held)
        if found is None or not is_right or found[0].expires_at <= self._clock.now():
            self._refuse(name, network, is_known=found is not None)
        client, answering = found
        scopes = effective(client.scopes, client.role, answering.role)
        if asked is not None:
            if not asked or not scopes.issuperset(asked):
                raise ScopeNotHeld
            scopes = frozenset(scope for scope in scopes if scope in asked)
        with self._database.transaction() as transaction:
            issued = ApiTokenIssued(scopes=tuple(sorted(scopes)), by=name_in_log(client.name))
            record(transaction, issued, self._clock.now())
        token = self._tokens.issue(ApiGrant(client.name, scopes), self._lifetime)
        return IssuedToken(token, scopes, self._lifetime)

    def _refuse(self, name: ApiClientName, network: str, *, is_known: bool) -> Never:
        self._throttle.count(self._budgets.failures, name, network)
        with self._database.transaction() as transaction:
            # Only a name we know: a stranger does not get to write into the audit log.
            refused = ApiClientRefused(by=name_in_log(name) if is_known else None)
            record(transaction, refused, self._clock.now())
        raise WrongApiClient


class AdmitCaller:
    """Tells who calls by the token, with the roles and teams as they are this moment."""

    def __init__(
        self,
        *,
        tokens: ApiTokens,
        database: Database,
        throttle: Throttle,
        budgets: ApiBudgets,
        clock: Clock,
    ) -> None:
        self._tokens = tokens
        self._database = database
        self._throttle = throttle
        self._budgets = budgets
        self._clock = clock

    def __call__(self, token: str) -> Caller | None:
        """
        The caller; `None` where the token is none, or who it was given to is kept out by now.

        Raises `BudgetSpent` where the program calls too often.
        """
        grant = self._tokens.find(token)
        if grant is None:
            return None
        self._throttle.count(self._budgets.requests, grant.client)
        with self._database.reading() as reading:
            found = store.find(reading, grant.client)
        if found is None or found[0].expires_at <= self._clock.now():
            return None
        client, answering = found
        return Caller(
            _as_operator(client),
            effective(grant.scopes, client.role, answering.role),
            answering.name,
        )


def _as_operator(client: ApiClient) -> VerifiedOperator:
    return VerifiedOperator(
        name=name_in_log(client.name),
        display_name=client.purpose,
        role=client.role,
        teams=frozenset() if client.team is None else frozenset({client.team}),
    )
