"""Relying parties that register themselves, and manage what they registered (RFC 7591, 7592)."""

import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from idp.audit.events import RelyingPartyDisabled, RelyingPartyRegistered
from idp.audit.log import record
from idp.core.clock import Clock
from idp.core.handles import Handle, digest, new_handle, new_uuid
from idp.db.database import Database
from idp.relying_parties import store
from idp.relying_parties.client_metadata import (
    ClientMetadata,
    parse_client_metadata,
    sector_identifier_uri,
)
from idp.relying_parties.logos import Logos
from idp.relying_parties.model import (
    ClientAuthentication,
    ClientId,
    ClientSecret,
    RelyingPartyRecord,
)
from idp.relying_parties.ports import Fetcher, FetchFailed, RegistryVersion
from idp.relying_parties.problems import said
from idp.relying_parties.registration import InvalidRegistration
from idp.relying_parties.secrets import SecretHasher

_JSON: Final = frozenset({"application/json"})


class NotAllowed(Exception):
    """No token, or none that allows this; which of both is nobody's business."""


@dataclass(frozen=True, slots=True)
class Registered:
    """
    What the relying party is told of its registration.

    *secret* is there when a new one was made: it is shown this once. *token* manages it.
    """

    client_id: ClientId
    metadata: Mapping[str, object]
    issued_at: datetime
    secret: Handle | None
    token: str


class RegisterDynamically:
    """
    The four things one may do; *is_open* lets anybody register, without an initial access token.

    Addresses are fetched before the transaction begins, and only for who may register.
    """

    def __init__(
        self,
        *,
        is_open: bool,
        database: Database,
        version: RegistryVersion,
        hasher: SecretHasher,
        fetcher: Fetcher,
        logos: Logos,
        clock: Clock,
    ) -> None:
        self._open = is_open
        self._database = database
        self._version = version
        self._hasher = hasher
        self._fetcher = fetcher
        self._logos = logos
        self._clock = clock

    def create(self, metadata: Mapping[str, object], *, initial_token: str | None) -> Registered:
        """Register. Raises `NotAllowed`, `InvalidRegistration`."""
        now = self._clock.now()
        self._require_initial_token(initial_token, now)
        client_id, token = ClientId(new_uuid()), new_handle()
        parsed = parse_client_metadata(metadata, client_id, sector_list=self._sector_list(metadata))
        self._version.require()
        with self._database.transaction() as transaction:
            # Spent with what it pays for, or not at all.
            if not self._open and not store.spend_initial_token(
                transaction, digest(initial_token or ""), now
            ):
                raise NotAllowed("initial access token")
            store.add(transaction, parsed.registration, now)
            row = _row(transaction, client_id)
            row.client_metadata = dict(parsed.shown)
            row.registration_token = digest(token)
            secret = self._secret_where_needed(transaction, row, parsed, now)
            record(transaction, RelyingPartyRegistered(client_id=client_id, changed=()), now)
        self._publish(client_id, parsed)
        return Registered(client_id, parsed.shown, now, secret, token)

    def find(self, client_id: ClientId, token: str) -> Registered:
        """What is registered. Raises `NotAllowed`."""
        with self._database.reading() as reading:
            row = reading.get(RelyingPartyRecord, client_id)
            metadata = _allowed(row, token)
            assert row is not None  # noqa: S101 (nobody is allowed anything on what is not there)
            return Registered(client_id, metadata, row.created_at, None, token)

    def replace(
        self, client_id: ClientId, token: str, metadata: Mapping[str, object]
    ) -> Registered:
        """
        Put *metadata* in the place of all that is registered, with a new token (RFC 7592 §2.2).

        Raises `NotAllowed`, `InvalidRegistration`.
        """
        now = self._clock.now()
        self.find(client_id, token)
        parsed = parse_client_metadata(metadata, client_id, sector_list=self._sector_list(metadata))
        self._version.require()
        next_token = new_handle()
        with self._database.transaction() as transaction:
            row = store.record_of(transaction, client_id)
            before = _allowed(row, token)
            assert row is not None  # noqa: S101 (see above)
            if row.sector != parsed.registration.relying_party.sector:
                # Its citizens would be strangers to it from now on.
                raise InvalidRegistration([said("redirect_uris", "belong to another sector")])
            self._check_secret(row, metadata.get("client_secret"), now)
            store.replace(transaction, row, parsed.registration, now)
            row.client_metadata = dict(parsed.shown)
            row.registration_token = digest(next_token)
            secret = self._secret_where_needed(transaction, row, parsed, now)
            changed = tuple(
                name
                for name in sorted({*before, *parsed.shown})
                if before.get(name) != parsed.shown.get(name)
            )
            record(transaction, RelyingPartyRegistered(client_id=client_id, changed=changed), now)
            issued_at = row.created_at
        self._publish(client_id, parsed)
        return Registered(client_id, parsed.shown, issued_at, secret, next_token)

    def remove(self, client_id: ClientId, token: str) -> None:
        """
        End the registration and all it allowed (RFC 7592 §2.3). Raises `NotAllowed`.

        The row stays, disabled: citizens' consents and the audit log go on naming it.
        """
        now = self._clock.now()
        self._version.require()
        with self._database.transaction() as transaction:
            row = store.record_of(transaction, client_id)
            _allowed(row, token)
            assert row is not None  # noqa: S101 (see above)
            row.enabled = False
            row.registration_token = None
            row.updated_at = now
            for secret in row.secrets:
                secret.expires_at = now
            record(transaction, RelyingPartyDisabled(client_id=client_id), now)
        self._version.bump()

    def _require_initial_token(self, token: str | None, at: datetime) -> None:
        """Before anything is fetched for a stranger; it is spent later."""
        if self._open:
            return
        with self._database.reading() as reading:
            if token is None or not store.has_initial_token(reading, digest(token), at):
                raise NotAllowed("initial access token")

    def _sector_list(self, metadata: Mapping[str, object]) -> Sequence[object] | None:
        """What stands at the `sector_identifier_uri` (OpenID Connect DCR §5)."""
        uri = sector_identifier_uri(metadata)
        if uri is None:
            return None
        try:
            found = json.loads(self._fetcher.fetch(uri, media_types=_JSON))
        except (FetchFailed, ValueError, RecursionError):
            return None
        return found if isinstance(found, list) else None

    def _secret_where_needed(
        self, transaction: Session, row: RelyingPartyRecord, parsed: ClientMetadata, now: datetime
    ) -> Handle | None:
        """A secret for who proves himself by one and has none; keys need none."""
        method = parsed.registration.relying_party.client_authentication
        if method is ClientAuthentication.PRIVATE_KEY_JWT or row.secrets:
            return None
        secret = new_handle()
        store.add_secret(
            transaction,
            row.client_id,
            hash_=self._hasher.hash(secret),
            last_four=secret[-4:],
            at=now,
        )
        return secret

    def _check_secret(self, row: RelyingPartyRecord, sent: object, now: datetime) -> None:
        """RFC 7592 §2.2: it may be sent, and then it is the one we gave; nobody chooses his own."""
        held = [ClientSecret(secret.hash, secret.expires_at, secret.id) for secret in row.secrets]
        if sent is not None and not (
            isinstance(sent, str) and self._hasher.matches(sent, held, now)
        ):
            raise InvalidRegistration([said("client_secret", "is not the one that was issued")])

    def _publish(self, client_id: ClientId, parsed: ClientMetadata) -> None:
        """Tell every worker of the change, then have the logo, whose host may take its time."""
        self._version.bump()
        self._logos.refresh(client_id, parsed.registration.relying_party.logo_uri)


def _row(transaction: Session, client_id: ClientId) -> RelyingPartyRecord:
    row = store.record_of(transaction, client_id)
    assert row is not None  # noqa: S101 (added a moment ago, in this transaction)
    return row


def _allowed(row: RelyingPartyRecord | None, token: str) -> Mapping[str, object]:
    """The metadata that *token* manages. Raises `NotAllowed`, for whatever reason."""
    held = None if row is None or not row.enabled else row.registration_token
    same = hmac.compare_digest(digest(token), held or "")
    if row is None or row.client_metadata is None or not same:
        raise NotAllowed("registration access token")
    return row.client_metadata
