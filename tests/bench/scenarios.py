"""What is measured, in rounds: each round has one run of each, so that all see the same weather."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from idp.core.handles import new_handle
from tests.bench.journeys import (
    Browser,
    Code,
    Journey,
    Person,
    ask_again,
    exchange,
    fetch,
    sign_in,
    userinfo,
)
from tests.bench.measure import Run, drive, on_core, run, work
from tests.bench.surroundings import Surroundings, password_hasher
from tests.bench.wire import Connection

DISCOVERY = "discovery"
JWKS = "JWKS"
FIRST_SIGN_IN = "first sign-in at a portal, consent page included"
SIGN_IN = "complete sign-in with OTP"
FIRST_SIGN_IN_APART = f"{FIRST_SIGN_IN}, apart from Argon2id"
SIGN_IN_APART = f"{SIGN_IN}, apart from Argon2id"
EXCHANGE = "code exchange"
USERINFO = "userinfo"
ARGON2ID = "Argon2id alone"


@dataclass(frozen=True, slots=True)
class Size:
    """How much of it: rounds, operations in each run, and how many are under way at once."""

    rounds: int
    documents: int
    sign_ins: int
    exchanges: int
    userinfos: int
    hashes: int
    connections: int = 4
    browsers: int = 2


FULL = Size(rounds=5, documents=4000, sign_ins=40, exchanges=250, userinfos=1000, hashes=25)
QUICK = Size(rounds=1, documents=20, sign_ins=2, exchanges=4, userinfos=4, hashes=1)


class Scenarios:
    """Runs the rounds against one provider."""

    def __init__(
        self, around: Surroundings, size: Size, *, stores: Sequence[int], provider_core: int
    ) -> None:
        self._around = around
        self._stores = stores
        self._size = size
        self._core = provider_core
        hasher = password_hasher(around.settings)
        stored, password = hasher.hash(new_handle()), new_handle()
        self._verify: Callable[[], object] = lambda: hasher.verify(password, stored)

    def rounds(self) -> Iterator[dict[str, Run]]:
        """What each round measured, by name. Raises `NotAsExpected`."""
        size = self._size
        with ExitStack() as stack:
            connections = [
                stack.enter_context(Connection(self._around.settings.server.port))
                for _ in range(size.connections)
            ]
            self._warm_up(connections)
            for number in range(size.rounds):
                people = slice(number * size.sign_ins, (number + 1) * size.sign_ins)
                yield self._round(connections, people)

    def _warm_up(self, connections: Sequence[Connection]) -> None:
        """Compile templates, open the connections to the stores, fill the caches."""
        last = self._around.people[-1:]
        drive(self._sign_ins(last, [Browser()]), connections)
        drive([fetch("/jwks") for _ in range(self._size.documents // 10)], connections)

    def _round(self, connections: Sequence[Connection], people: slice) -> dict[str, Run]:
        size = self._size
        persons = self._around.people[people]
        few = connections[: size.browsers]
        measured: dict[str, Run] = {}

        measured[FIRST_SIGN_IN] = self._run(
            self._sign_ins(persons, [Browser() for _ in persons]), few
        )
        with on_core(self._core):
            measured[ARGON2ID] = argon2id = work(self._verify, size.hashes)
        browsers = [Browser() for _ in persons]
        measured[SIGN_IN] = self._run(self._sign_ins(persons, browsers), few)
        measured[FIRST_SIGN_IN_APART] = _apart(measured[FIRST_SIGN_IN], argon2id)
        measured[SIGN_IN_APART] = _apart(measured[SIGN_IN], argon2id)

        codes: list[Code] = []
        portal = self._around.portal
        asking = [
            ask_again(portal, browsers[number % len(browsers)], codes)
            for number in range(size.exchanges)
        ]
        drive(asking, connections)
        tokens: list[str] = []
        measured[EXCHANGE] = self._run(
            [exchange(portal, code, tokens) for code in codes], connections
        )
        measured[USERINFO] = self._run(
            [userinfo(tokens[number % len(tokens)]) for number in range(size.userinfos)],
            connections,
        )
        for name, path in ((DISCOVERY, "/.well-known/openid-configuration"), (JWKS, "/jwks")):
            measured[name] = self._run([fetch(path) for _ in range(size.documents)], connections)
        return measured

    def _run(self, journeys: Sequence[Journey], connections: Sequence[Connection]) -> Run:
        return run(self._around.process, self._stores, journeys, connections)

    def _sign_ins(self, people: Sequence[Person], browsers: Sequence[Browser]) -> list[Journey]:
        around = self._around
        return [
            sign_in(around.portal, person, around.read_message, browser)
            for person, browser in zip(people, browsers, strict=True)
        ]


def _apart(whole: Run, argon2id: Run) -> Run:
    """What is left of a sign-in without its one password; the rate it would have on one core."""
    cpu = whole.cpu - argon2id.cpu
    return Run(cpu, whole.stores, 1 / (1 / whole.per_second - 1 / argon2id.per_second))
