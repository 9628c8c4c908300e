"""Messages to test people's phones in Redis: encrypted, for a day, the latest of each phone."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final

import redis
from pydantic import TypeAdapter

from idp.adapters.redis.connection import milliseconds
from idp.core.handles import digest
from idp.core.phone_number import PhoneNumber
from idp.db.encryption import PersonalDataCipher, UnreadableCiphertext
from idp.test_people.model import KeptMessage

LASTS: Final = timedelta(hours=24)
_MOST: Final = 20
_JSON: Final = TypeAdapter(KeptMessage)

# A reference that was kept already is a text sent again: the queue hands it over once or more.
_KEEP: Final = f"""
if redis.call('SET', KEYS[2], '', 'NX', 'PX', ARGV[2]) then
    redis.call('LPUSH', KEYS[1], ARGV[1])
    redis.call('LTRIM', KEYS[1], 0, {_MOST - 1})
    redis.call('PEXPIRE', KEYS[1], ARGV[2])
end
"""


class RedisTestInbox:
    """`test_inbox:<digest of the number>`, `test_inbox_has:<digest of the reference>`."""

    def __init__(self, client: redis.Redis, cipher: PersonalDataCipher) -> None:
        self._redis = client
        self._cipher = cipher
        self._keep = client.register_script(_KEEP)

    def keep(self, number: PhoneNumber, message: KeptMessage, *, reference: str) -> None:
        """Keep *message*; the same *reference* again keeps nothing twice."""
        key = _key(number)
        sealed = self._cipher.seal(_JSON.dump_json(message), place=key)
        self._keep(
            keys=[key, f"test_inbox_has:{digest(reference)}"], args=[sealed, milliseconds(LASTS)]
        )

    def of(self, numbers: Sequence[PhoneNumber]) -> Mapping[PhoneNumber, Sequence[KeptMessage]]:
        """What each of *numbers* got, the newest first: one question, however many."""
        with self._redis.pipeline(transaction=False) as pipeline:
            for number in numbers:
                pipeline.lrange(_key(number), 0, -1)
            found = pipeline.execute()
        return {
            number: [message for each in sealed if (message := self._opened(each, _key(number)))]
            for number, sealed in zip(numbers, found, strict=True)
        }

    def _opened(self, sealed: bytes, key: str) -> KeptMessage | None:
        try:
            return _JSON.validate_json(self._cipher.open(sealed, place=key))
        except UnreadableCiphertext:  # the key was taken out of use meanwhile
            return None


def _key(number: PhoneNumber) -> str:
    return f"test_inbox:{digest(number.e164)}"
