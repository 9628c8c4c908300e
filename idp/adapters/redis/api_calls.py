"""Access tokens of programs, and requests that are made once, in Redis."""

from datetime import timedelta
from typing import Final

import redis
from pydantic import TypeAdapter

from idp.adapters.redis.connection import milliseconds
from idp.api_clients.model import ApiClientName, ApiGrant
from idp.core.handles import Handle, digest, new_handle

_JSON: Final = TypeAdapter(ApiGrant)

# One command does it from Redis 7 on.
_TAKE: Final = """
local before = redis.call('GET', KEYS[1])
if not before then redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2]) end
return before
"""


class RedisApiTokens:
    """`api_token:<digest>`: what the token stands for."""

    def __init__(self, client: redis.Redis) -> None:
        self._redis = client

    def issue(self, grant: ApiGrant, lifetime: timedelta) -> Handle:
        """See the port."""
        handle = new_handle()
        self._redis.set(_token(handle), _JSON.dump_json(grant), px=milliseconds(lifetime))
        return handle

    def find(self, token: str) -> ApiGrant | None:
        """See the port."""
        raw = self._redis.get(_token(token))
        return None if raw is None else _JSON.validate_json(raw)


class RedisRequestsMadeOnce:
    """`api_request:<digest of client and key>`: the digest of the request, for *kept*."""

    def __init__(self, client: redis.Redis, *, kept: timedelta) -> None:
        self._redis = client
        self._kept = milliseconds(kept)
        self._take = client.register_script(_TAKE)

    def take(self, client: ApiClientName, key: str, request: str) -> str | None:
        """See the port."""
        before = self._take(keys=[_request(client, key)], args=[request, self._kept])
        return None if before is None else bytes(before).decode()

    def give_back(self, client: ApiClientName, key: str) -> None:
        """See the port."""
        self._redis.delete(_request(client, key))


def _token(token: str) -> str:
    return f"api_token:{digest(token)}"


def _request(client: ApiClientName, key: str) -> str:
    # Together under one digest: a key is whatever the program chose.
    return f"api_request:{digest(f'{client}:{key}')}"
