"""Pages that answered a form, in Redis: compressed, and encrypted as personal data is."""

import zlib
from datetime import timedelta
from typing import Final

import redis
from pydantic import TypeAdapter

from idp.adapters.redis.connection import milliseconds
from idp.core.handles import Handle, digest, new_handle
from idp.db.encryption import PersonalDataCipher, UnreadableCiphertext
from idp.web.ports import ShownPage

_JSON: Final = TypeAdapter(ShownPage)

LIFETIME: Final = timedelta(minutes=15)
OF_A_BROWSER: Final = 4
"""More than one: of a form that was sent twice, the browser shows the last answer to come."""

_QUICKLY: Final = 1  # zlib's level: a page comes to a third by it, and to little less by more

_KEEP: Final = """
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
redis.call('LPUSH', KEYS[2], KEYS[1])
redis.call('PEXPIRE', KEYS[2], ARGV[2])
for _, oldest in ipairs(redis.call('LRANGE', KEYS[2], ARGV[3], -1)) do
    redis.call('DEL', oldest)
end
redis.call('LTRIM', KEYS[2], 0, ARGV[3] - 1)
"""
_FORGET: Final = """
for _, page in ipairs(redis.call('LRANGE', KEYS[1], 0, -1)) do redis.call('DEL', page) end
redis.call('DEL', KEYS[1])
"""


class RedisShownPages:
    """`shown_page:<digest of handle, browser and path>`; `shown_pages_of:<browser>`: its last."""

    def __init__(self, client: redis.Redis, cipher: PersonalDataCipher) -> None:
        self._redis = client
        self._cipher = cipher
        self._keep = client.register_script(_KEEP)
        self._forget = client.register_script(_FORGET)

    def keep(self, page: ShownPage, *, browser: Handle, path: str) -> Handle:
        """Keep *page*; the handle under which that browser finds it at that path."""
        handle = new_handle()
        key = _key(handle, browser, path)
        small = zlib.compress(_JSON.dump_json(page), _QUICKLY)
        self._keep(
            keys=[key, _index(browser)],
            args=[self._cipher.seal(small, place=key), milliseconds(LIFETIME), OF_A_BROWSER],
        )
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
