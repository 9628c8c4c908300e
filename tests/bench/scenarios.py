"""What is measured, in rounds: each round has one run of each, so that all see the same weather."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace

from idp.core.handles import new_handle
from tests.bench.journeys import (
    Browser,
    Code,
    Journey,
    Person,
    ask_again,
    client_credentials,
    exchange,
    fetch,
    introspect,
    refresh,
    sign_in,
    userinfo,
)
from tests.bench.measure import Run, on_core, run, work
from tests.bench.servers import Server
from tests.bench.surroundings import Surroundings, password_hasher
from tests.bench.wire import Connection

DISCOVERY = "discovery"
JWKS = "JWKS"
FIRST_SIGN_IN = "first sign-in at a portal, Argon2id included"
SIGN_IN = "complete sign-in, Argon2id included"
FIRST_SIGN_IN_APART = "first sign-in at a portal, apart from Argon2id"
SIGN_IN_APART = "complete sign-in, apart from Argon2id"
EXCHANGE = "code exchange"
USERINFO = "userinfo"
INTROSPECTION = "introspection"
REFRESH = "refresh with rotation and ID token"
CLIENT_CREDENTIALS = "client_credentials, ES256"
ARGON2ID = "Argon2id alone"
YARDSTICK = "a page of bare Flask"


@dataclass(frozen=True, slots=True)
class Size:
    """
    How much of it: rounds, operations in each run, and how many are under way at once; *answers*:
    how many times each answer is timed for known and for unknown numbers.
    """

    rounds: int
    documents: int
    sign_ins: int
    exchanges: int
    userinfos: int
    hashes: int
    answers: int
    connections: int = 4
    browsers: int = 2


FULL = Size(
    rounds=5, documents=4000, sign_ins=40, exchanges=250, userinfos=1000, hashes=25, answers=5000
)
QUICK = Size(rounds=1, documents=20, sign_ins=2, exchanges=4, userinfos=4, hashes=1, answers=3)


class Scenarios:
    """
    Runs the rounds against one provider; sign-ins also against one *apart* from Argon2id.

    Both are on *provider_core*, as is the *yardstick*, and all but one of them rest.
    """

    def __init__(
        self,
        around: Surroundings,
        apart: Surroundings,
        yardstick: Server,
        size: Size,
        *,
        stores: Sequence[int],
        provider_core: int,
    ) -> None:
        self._around = around
        self._apart = apart
        self._yardstick = yardstick
        self._stores = stores
        self._size = size
        self._core = provider_core
        hasher = password_hasher(around.settings)
        stored, password = hasher.hash(new_handle()), new_handle()
        self._offline = replace(around.portal, scope=f"{around.portal.scope} offline_access")
        self._agreeing = Browser()
        self._verify: Callable[[], object] = lambda: hasher.verify(password, stored)

    def rounds(self) -> Iterator[dict[str, Run]]:
        """What each round measured, by name. Raises `NotAsExpected`."""
        self._warm_up()
        for number in range(self._size.rounds):
            yield self._round(number)

    def _warm_up(self) -> None:
        """Compile templates, open the connections to the stores, fill the caches."""
        around = self._around
        last = around.people[-1]
        # This one agrees that the portal may come back alone, and gives it refresh tokens later.
        walk = sign_in(self._offline, last, around.read_message, self._agreeing, prompt="consent")
        self._drive([walk], 1)
        self._drive([fetch("/jwks") for _ in range(self._size.documents // 10)], 1)
        apart = self._apart
        walk = sign_in(apart.portal, apart.people[-1], apart.read_message, Browser())
        self._drive([walk], 1, apart.server)
        self._bare_pages(self._size.documents // 10)

    def _round(self, number: int) -> dict[str, Run]:
        size = self._size
        portal = self._around.portal
        measured: dict[str, Run] = {}

        measured[FIRST_SIGN_IN_APART], measured[SIGN_IN_APART], _ = self._sign_ins(
            self._apart, number
        )
        measured[YARDSTICK] = self._bare_pages(size.documents)
        measured[FIRST_SIGN_IN], measured[SIGN_IN], browsers = self._sign_ins(self._around, number)
        with on_core(self._core):
            measured[ARGON2ID] = work(self._verify, size.hashes)

        codes: list[Code] = []
        asking = [
            ask_again(portal, browsers[number % len(browsers)], codes)
            for number in range(size.exchanges)
        ]
        self._drive(asking, size.connections)
        tokens: list[str] = []
        exchanges = [exchange(portal, code, tokens) for code in codes]
        measured[EXCHANGE] = self._drive(exchanges, size.connections)
        asking = [userinfo(tokens[number % len(tokens)]) for number in range(size.userinfos)]
        measured[USERINFO] = self._drive(asking, size.connections)
        asking = [
            introspect(portal, tokens[number % len(tokens)]) for number in range(size.userinfos)
        ]
        measured[INTROSPECTION] = self._drive(asking, size.connections)
        alone = [client_credentials(portal) for _ in range(size.userinfos)]
        measured[CLIENT_CREDENTIALS] = self._drive(alone, size.connections)
        measured[REFRESH] = self._refreshes()
        for name, path in ((DISCOVERY, "/.well-known/openid-configuration"), (JWKS, "/jwks")):
            measured[name] = self._drive(
                [fetch(path) for _ in range(size.documents)], size.connections
            )
        return measured

    def _refreshes(self) -> Run:
        """One chain of refresh tokens for each connection, each token spent for the next."""
        size, codes, chains = self._size, list[Code](), list[str]()
        for _ in range(size.connections):
            self._drive([ask_again(self._offline, self._agreeing, codes)], 1)
        begun = [exchange(self._offline, code, [], chains) for code in codes]
        self._drive(begun, size.connections)
        turns = [refresh(self._offline, chains) for _ in range(size.exchanges)]
        return self._drive(turns, size.connections)

    def _bare_pages(self, count: int) -> Run:
        pages = [fetch("/") for _ in range(count)]
        return self._drive(pages, self._size.connections, self._yardstick)

    def _sign_ins(self, at: Surroundings, number: int) -> tuple[Run, Run, list[Browser]]:
        """A round's people sign in for the first time, and in their browsers once more."""
        size = self._size
        people = at.people[number * size.sign_ins : (number + 1) * size.sign_ins]
        browsers = [Browser() for _ in people]
        first = self._drive(_walks(at, people, browsers), size.browsers, at.server)
        browsers = [browser.reopened() for browser in browsers]
        return first, self._drive(_walks(at, people, browsers), size.browsers, at.server), browsers

    def _drive(self, journeys: Sequence[Journey], at_once: int, at: Server | None = None) -> Run:
        """One run on fresh connections: the server ends those that were idle for seconds."""
        at = at or self._around.server
        with ExitStack() as stack:
            connections = [stack.enter_context(Connection(at.port)) for _ in range(at_once)]
            return run(at.process, self._stores, journeys, connections)


def _walks(
    at: Surroundings, people: Sequence[Person], browsers: Sequence[Browser]
) -> list[Journey]:
    return [
        sign_in(at.portal, person, at.read_message, browser)
        for person, browser in zip(people, browsers, strict=True)
    ]
