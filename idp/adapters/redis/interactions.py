"""Interactions in Redis, changed by compare-and-set."""

from dataclasses import fields
from datetime import timedelta
from typing import Any, Final

import orjson
import redis
from pydantic import TypeAdapter

from idp.adapters.redis.connection import milliseconds
from idp.adapters.redis.grants import REGISTRY_VERSION
from idp.adapters.redis.remembered import Remembered
from idp.adapters.redis.tally import COUNTS, field_of
from idp.adapters.redis.throttle import RedisThrottle
from idp.interactions.model import AuthorizationRequest, Interaction, InteractionId, Prompt
from idp.interactions.ports import (
    Change,
    FoundInteraction,
    InteractionGone,
    TooManyInteractions,
)
from idp.statistics.model import Measure, Tick
from idp.throttling.ports import Budget, BudgetSpent, Counted

_JSON: Final = TypeAdapter(Interaction)
_DEFAULTS: Final = {
    kind: {fact.name: fact.default for fact in fields(kind)}
    for kind in (Interaction, AuthorizationRequest)
}

# Each change raises the version, which stands last and is left out while it is nought.
_COMPARE_AND_SET: Final = """
local held = redis.call('GET', KEYS[1])
if not held or (string.match(held, '"version":(%d+)}$') or '0') ~= ARGV[1] then return held end
redis.call('SET', KEYS[1], ARGV[2], 'KEEPTTL')
local life = tonumber(ARGV[3])
if life > 0 and redis.call('PTTL', KEYS[1]) < life then redis.call('PEXPIRE', KEYS[1], life) end
return 1
"""
_ADD: Final = """
redis.call(
    'SET', KEYS[windows + 1], ARGV[2 * windows + 2], 'PX', ARGV[2 * windows + 3]
)
local begun = ARGV[2 * windows + 4]
if begun ~= '' then redis.call('HINCRBY', KEYS[windows + 2], begun, 1) end
"""

# `PEXPIRE … GT` says the same, from Redis 7 on.
_KEEP: Final = """
local left = redis.call('PTTL', KEYS[1])
if left >= 0 and left < tonumber(ARGV[1]) then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
"""


class RedisInteractions:
    """`interaction:<id>`: the record as JSON."""

    def __init__(
        self,
        client: redis.Redis,
        *,
        lifetime: timedelta,
        unattended: timedelta,
        throttle: RedisThrottle,
        budget: Budget,
    ) -> None:
        """Keep each for *unattended*, and from its first step on for *lifetime*."""
        self._redis = client
        self._lifetime = milliseconds(lifetime)
        self._unattended = milliseconds(unattended)
        self._budget = budget
        self._known = Remembered(_JSON.validate_json)
        self._add = throttle.counted(_ADD)
        self._compare_and_set = client.register_script(_COMPARE_AND_SET)
        self._keep = client.register_script(_KEEP)

    def add(self, interaction: Interaction, *, network: str) -> None:
        """Store a new one, counted. Raises `TooManyInteractions`."""
        record = _json(interaction)
        try:
            self._add(
                Counted(self._budget, (network,)),
                keys=[_key(interaction.id), COUNTS],
                args=[record, self._unattended, _begun(interaction)],
            )
        except BudgetSpent as spent:
            raise TooManyInteractions(spent.budget, spent.retry_after, first=spent.first) from None
        self._known.note(record, interaction)

    def find(self, interaction_id: InteractionId) -> Interaction | None:
        """The interaction as it is now."""
        return self.look_up(interaction_id).interaction

    def look_up(self, interaction_id: InteractionId) -> FoundInteraction:
        """The same, and in the same step which registry it is to be judged by."""
        raw, version = self._redis.mget(_key(interaction_id), REGISTRY_VERSION)
        found = None if raw is None else self._known.read(raw)
        return FoundInteraction(found, int(version or 0))

    def update(self, interaction: Interaction, change: Change) -> Interaction:
        """Apply *change* to the newest value. Raises `InteractionGone`."""
        # What the caller has read a moment ago most often is the newest: no need to read it again.
        current = interaction
        while True:
            changed = change(current).with_(version=current.version + 1)
            record = _json(changed)
            life = self._lifetime if changed.attended and not current.attended else 0
            found = self._compare_and_set(
                keys=[_key(interaction.id)], args=[current.version, record, life]
            )
            if found is None:
                raise InteractionGone
            if found == 1:
                return self._known.note(record, changed)
            current = self._known.read(found)

    def keep(self, interaction: Interaction, period: timedelta) -> None:
        """Let it live for *period* from now where it would end sooner."""
        self._keep(keys=[_key(interaction.id)], args=[milliseconds(period)])

    def answer(self, interaction: Interaction) -> bool:
        """Mark it answered; true for one caller only."""
        first = False

        def mark(current: Interaction) -> Interaction:
            nonlocal first
            first = not current.answered
            return current.with_(answered=True)

        self.update(interaction, mark)
        return first


def _begun(interaction: Interaction) -> str:
    """What is counted of a new interaction: that a portal sends somebody to sign in."""
    request = interaction.request
    if request is None or Prompt.NONE in request.prompt:
        return ""
    return field_of(Tick(Measure.BEGUN, request.client_id, "", interaction.started_at))


def _json(interaction: Interaction) -> bytes:
    """What is said of it; most of what could be is not. By orjson, which takes a quarter of it."""
    return orjson.dumps(interaction, default=_said, option=orjson.OPT_PASSTHROUGH_DATACLASS)


def _said(value: Any) -> object:  # noqa: ANN401 (whatever orjson does not know)
    if isinstance(value, frozenset):
        return list(value)
    defaults = _DEFAULTS.get(type(value))
    if defaults is None:  # how far somebody has come on another way
        return {fact.name: getattr(value, fact.name) for fact in fields(value)}
    return {name: fact for name, fact in vars(value).items() if fact is not defaults[name]}


def _key(interaction_id: InteractionId) -> str:
    return f"interaction:{interaction_id}"
