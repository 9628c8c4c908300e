"""Pages that answered a form, in Redis: compressed, and encrypted as personal data is."""

import zlib
from datetime import timedelta
from typing import Final

import redis
from pydantic import TypeAdapter

from idp.adapters.redis.connection import milliseconds
from idp.adapters.redis.throttle import RedisThrottle
from idp.core.handles import Handle, digest, new_handle
from idp.db.encryption import PersonalDataCipher, UnreadableCiphertext
from idp.throttling.ports import Budget, BudgetSpent, Counted
from idp.web.ports import ShownPage

_JSON: Final = TypeAdapter(ShownPage)

LIFETIME: Final = timedelta(minutes=15)
OF_A_BROWSER: Final = 4
"""More than one: of a form that was sent twice, the browser shows the last answer to come."""

_QUICKLY: Final = 1  # zlib's level: a page comes to a third by it, and to little less by more

_KEEP: Final = """
local page, latest = KEYS[windows + 1], KEYS[windows + 2]
local life, most = ARGV[2 * windows + 3], ARGV[2 * windows + 4]
redis.call('SET', page, ARGV[2 * windows + 2], 'PX', life)
redis.call('LPUSH', latest, page)
redis.call('PEXPIRE', latest, life)
for _, oldest in ipairs(redis.call('LRANGE', latest, most, -1)) do
    redis.call('DEL', oldest)
end
redis.call('LTRIM', latest, 0, most - 1)
"""
_FORGET: Final = """
for _, page in ipairs(redis.call('LRANGE', KEYS[1], 0, -1)) do redis.call('DEL', page) end
redis.call('DEL', KEYS[1])
"""


class RedisShownPages:
    """`shown_page:<digest of handle, browser and path>`; `shown_pages_of:<browser>`: its last."""

    def __init__(
        self,
        client: redis.Redis,
        cipher: PersonalDataCipher,
        *,
        throttle: RedisThrottle,
        budget: Budget,
    ) -> None:
        self._redis = client
        self._cipher = cipher
        self._budget = budget
        self._keep = throttle.counted(_KEEP)
        self._forget = client.register_script(_FORGET)

    def keep(self, page: ShownPage, *, browser: Handle, path: str, network: str) -> Handle | None:
        """The handle under which that browser finds it there; `None` where it is not kept."""
        handle = new_handle()
        key = _key(handle, browser, path)
        small = zlib.compress(_JSON.dump_json(page), _QUICKLY)
        try:
            self._keep(
                Counted(self._budget, (network,)),
                keys=[key, _index(browser)],
                args=[self._cipher.seal(small, place=key), milliseconds(LIFETIME), OF_A_BROWSER],
            )
        except BudgetSpent:
            return None
        return handle

    def find(self, handle: str, *, browser: Handle, path: str) -> ShownPage | None:
        """The page, while it is kept."""
        key = _key(handle, browser, path)
        sealed = self._redis.get(key)
        if not isinstance(sealed, bytes):
            return None
        try:
            small = self._cipher.open(sealed, place=key)
        except UnreadableCiphertext:  # the key was taken out of use meanwhile
            return None
        return _JSON.validate_json(zlib.decompress(small))

    def forget(self, browser: Handle) -> None:
        """Forget every page of that browser."""
        self._forget(keys=[_index(browser)])


def _key(handle: str, browser: Handle, path: str) -> str:
    # Digests have one length, so that no two triples read the same.
    return f"shown_page:{digest(digest(handle) + digest(browser) + path)}"


def _index(browser: Handle) -> str:
    return f"shown_pages_of:{digest(browser)}"
