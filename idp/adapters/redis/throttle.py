"""Counting against budgets: fixed windows in Redis, all that belong together by one script."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from ipaddress import ip_network
from typing import Any, Final

import redis

from idp.adapters.redis.connection import milliseconds
from idp.settings import Network
from idp.throttling.ports import Budget, BudgetSpent, Counted

# Of each window, in turn: how many it allows, and how long it is. Where one allows no more, the
# answer is which is the first, how long it still lasts, and whether it refuses for the first time.
# Redis keeps the time: a clock of ours could only disagree.
_REFUSE: Final = """
local function refuse(i)
    local left = redis.call('PTTL', KEYS[i])
    local first = redis.call('SET', 'refused:' .. KEYS[i], '1', 'NX', 'PX', math.max(left, 1))
    return {'spent', i, left, first and 1 or 0}
end
local windows = tonumber(ARGV[1])
"""
_COUNT: Final = """
for i = 1, windows do
    local count = redis.call('INCR', KEYS[i])
    if count == 1 then redis.call('PEXPIRE', KEYS[i], ARGV[2 * i + 1]) end
    if count > tonumber(ARGV[2 * i]) then return refuse(i) end
end
"""
_REQUIRE: Final = f"""{_REFUSE}
for i = 1, windows do
    local count = tonumber(redis.call('GET', KEYS[i]) or '0')
    if count >= tonumber(ARGV[2 * i]) then return refuse(i) end
end
"""


class CountedScript:
    """A script that counts first, and has its effect only where every budget allows it."""

    def __init__(self, script: Callable[..., Any], is_exempt: Callable[[Counted], bool]) -> None:
        self._script = script
        self._is_exempt = is_exempt

    def __call__(
        self, *counted: Counted, keys: Sequence[str] = (), args: Sequence[str | bytes | int] = ()
    ) -> Any:  # noqa: ANN401 (the script's)
        """
        Count, then act on *keys* with *args*; what the script answers.

        Raises `BudgetSpent`: nothing was done then.
        """
        counting = [each for each in counted if not self._is_exempt(each)]
        windows: list[str] = []
        sizes: list[int] = []
        for each in counting:
            windows += _windows(each.budget, each.key)
            for window in each.budget.windows:
                sizes += (window.count, milliseconds(window.period))
        if not windows and not keys:  # every limit is lifted
            return None
        answer = self._script(keys=[*windows, *keys], args=[len(windows), *sizes, *args])
        if isinstance(answer, list) and answer[0] == b"spent":
            _, place, left, first = answer
            budgets = [each.budget for each in counting for _ in each.budget.windows]
            wait = max(timedelta(milliseconds=left), timedelta(seconds=1))
            raise BudgetSpent(budgets[place - 1].name, wait, first=bool(first))
        return answer


class RedisThrottle:
    """
    `budget:<name>|<key>|<seconds>`: what was counted in a window that ends by itself; with
    `refused:` before it, that somebody was refused in that window.

    The burst at a window's edge that this allows is bounded by the longer windows of the stack.
    """

    def __init__(self, client: redis.Redis, *, exempt_networks: tuple[Network, ...]) -> None:
        self._redis = client
        self._exempt = exempt_networks
        self._count = self.counted("")
        self._require = CountedScript(client.register_script(_REQUIRE), self._is_exempt)

    def count(self, budget: Budget, *key: str) -> None:
        """Count one. Raises `BudgetSpent`, with the wait until the first window allows more."""
        self.count_in_turn(Counted(budget, key))

    def count_in_turn(self, *counted: Counted) -> None:
        """Count one against each, by one script. Raises `BudgetSpent`, as `count` does."""
        self._count(*counted)

    def require(self, budget: Budget, *key: str) -> None:
        """Raise `BudgetSpent` where one more would not be allowed; counts nothing."""
        self._require(Counted(budget, key))

    def clear(self, budget: Budget, *key: str) -> None:
        """Forget what was counted."""
        windows = _windows(budget, key)
        if windows:  # none where a limit is lifted, and DEL wants a key
            self._redis.delete(*windows, *(f"refused:{window}" for window in windows))

    def counted(self, effect: str, *, unless: str = "") -> CountedScript:
        """
        A script with *effect*, Lua, which finds its keys from `KEYS[windows + 1]` on, and its
        arguments from `ARGV[2 * windows + 2]` on.

        *unless*, Lua too, may return before anything is counted.
        """
        script = self._redis.register_script(_REFUSE + unless + _COUNT + effect)
        return CountedScript(script, self._is_exempt)

    def _is_exempt(self, counted: Counted) -> bool:
        if not counted.budget.by_network or not self._exempt:
            return False
        client = ip_network(counted.key[-1])
        return any(
            client.version == exempt.version and client.subnet_of(exempt)  # type: ignore[arg-type]
            for exempt in self._exempt
        )


def _windows(budget: Budget, key: tuple[str, ...]) -> list[str]:
    # A client_id that somebody made up may have a bar in it, but never the network at the end: two
    # keys of a budget do not read the same.
    what = "|".join((budget.name, *key))
    return [f"budget:{what}|{int(each.period.total_seconds())}" for each in budget.windows]
