"""Registrations being filled in, and fresh secrets, in Redis: encrypted as personal data is."""

from datetime import timedelta
from typing import Final

import redis
from pydantic import TypeAdapter

from idp.adapters.redis.connection import milliseconds
from idp.core.handles import Handle, digest, new_handle
from idp.db.encryption import PersonalDataCipher, UnreadableCiphertext
from idp.onboarding.drafts import Draft
from idp.operators.model import OperatorName
from idp.relying_parties.model import ClientId

DRAFT_LASTS: Final = timedelta(hours=24)
SECRET_LASTS: Final = timedelta(minutes=5)
_DRAFT: Final = TypeAdapter(Draft)


class RedisRegistrationDrafts:
    """`registration_draft:<digest of handle and operator>`."""

    def __init__(self, client: redis.Redis, cipher: PersonalDataCipher) -> None:
        self._redis = client
        self._cipher = cipher

    def begin(self, draft: Draft) -> Handle:
        """Keep *draft* under a new handle."""
        handle = new_handle()
        self._set(_key(handle, draft.operator), draft, only_if_there=False)
        return handle

    def find(self, handle: str, *, operator: OperatorName) -> Draft | None:
        """The operator's own draft, while it is kept."""
        key = _key(handle, operator)
        opened = _opened(self._cipher, self._redis.get(key), key)
        return None if opened is None else _DRAFT.validate_json(opened)

    def keep(self, handle: str, draft: Draft) -> bool:
        """Keep *draft* in the place of the one before; false where there is none any more."""
        return self._set(_key(handle, draft.operator), draft, only_if_there=True)

    def end(self, handle: str, *, operator: OperatorName) -> bool:
        """Forget the operator's own draft: true for the one caller that did."""
        return self._redis.delete(_key(handle, operator)) == 1

    def _set(self, key: str, draft: Draft, *, only_if_there: bool) -> bool:
        sealed = self._cipher.seal(_DRAFT.dump_json(draft), place=key)
        return bool(self._redis.set(key, sealed, px=milliseconds(DRAFT_LASTS), xx=only_if_there))


class RedisFreshSecrets:
    """`fresh_secret:<digest of handle, relying party and operator>`."""

    def __init__(self, client: redis.Redis, cipher: PersonalDataCipher) -> None:
        self._redis = client
        self._cipher = cipher

    def keep(self, secret: str, *, client_id: ClientId, operator: OperatorName) -> Handle:
        """Keep *secret* for a few minutes; the handle it is taken by."""
        handle = new_handle()
        key = _secret_key(handle, client_id, operator)
        sealed = self._cipher.seal(secret.encode(), place=key)
        self._redis.set(key, sealed, px=milliseconds(SECRET_LASTS))
        return handle

    def take(self, handle: str, *, client_id: ClientId, operator: OperatorName) -> str | None:
        """The secret, once, for the operator who made it."""
        key = _secret_key(handle, client_id, operator)
        opened = _opened(self._cipher, self._redis.getdel(key), key)
        return None if opened is None else opened.decode()


def _opened(cipher: PersonalDataCipher, sealed: object, key: str) -> bytes | None:
    if not isinstance(sealed, bytes):
        return None
    try:
        return cipher.open(sealed, place=key)
    except UnreadableCiphertext:  # the key was taken out of use meanwhile
        return None


def _key(handle: str, operator: OperatorName) -> str:
    # Digests have one length, so that no two pairs read the same.
    return f"registration_draft:{digest(digest(handle) + operator)}"


def _secret_key(handle: str, client_id: ClientId, operator: OperatorName) -> str:
    return f"fresh_secret:{digest(digest(handle) + digest(client_id) + operator)}"
