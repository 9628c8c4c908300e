"""Interactions in Redis, changed by compare-and-set."""

from datetime import timedelta
from typing import Final

import redis
from pydantic import TypeAdapter

from idp.adapters.redis.connection import milliseconds
from idp.interactions.model import Interaction, InteractionId
from idp.interactions.ports import Change, InteractionGone

_COMPARE_AND_SET: Final = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'KEEPTTL')
return 1
"""


class RedisInteractions:
    """`interaction:<id>`: the record as JSON."""

    def __init__(self, client: redis.Redis, *, lifetime: timedelta) -> None:
        self._redis = client
        self._lifetime = milliseconds(lifetime)
        self._compare_and_set = client.register_script(_COMPARE_AND_SET)
        self._json = TypeAdapter(Interaction)

    def add(self, interaction: Interaction) -> None:
        """Store a new one."""
        self._redis.set(_key(interaction.id), self._json.dump_json(interaction), px=self._lifetime)

    def find(self, interaction_id: InteractionId) -> Interaction | None:
        """The interaction as it is now."""
        raw = self._redis.get(_key(interaction_id))
        return None if raw is None else self._json.validate_json(raw)

    def update(self, interaction: Interaction, change: Change) -> Interaction:
        """Apply *change* to the newest value. Raises `InteractionGone`."""
        key = _key(interaction.id)
        # What the caller has read a moment ago most often is the newest: no need to read it again.
        current = interaction
        stored: bytes | str = self._json.dump_json(interaction)
        while True:
            changed = change(current).with_(version=current.version + 1)
            if self._compare_and_set(keys=[key], args=[stored, self._json.dump_json(changed)]):
                return changed
            newest = self._redis.get(key)
            if newest is None:
                raise InteractionGone
            current, stored = self._json.validate_json(newest), newest

    def answer(self, interaction: Interaction) -> bool:
        """Mark it answered; true for one caller only."""
        first = False

        def mark(current: Interaction) -> Interaction:
            nonlocal first
            first = not current.answered
            return current.with_(answered=True)

        self.update(interaction, mark)
        return first


def _key(interaction_id: InteractionId) -> str:
    return f"interaction:{interaction_id}"
