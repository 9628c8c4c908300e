"""Pages that answered a form, in memory: an honest double of the port `ShownPages`."""

from collections import Counter
from datetime import timedelta
from threading import RLock

from idp.core.clock import Clock
from idp.core.handles import Handle, new_handle
from idp.web.ports import ShownPage
from tests.fakes.expiring import Expiring


class ShownPagesInMemory:
    """Implements `ShownPages`."""

    def __init__(
        self,
        clock: Clock,
        *,
        lifetime: timedelta,
        of_a_browser: int,
        of_a_network: int = 1_000_000,
    ) -> None:
        self._lock = RLock()
        self._lifetime = lifetime
        self._of_a_browser = of_a_browser
        self._of_a_network = of_a_network
        self._counted: Counter[str] = Counter()
        self._held: Expiring[ShownPage] = Expiring(clock)
        self._latest: dict[Handle, list[str]] = {}

    def keep(self, page: ShownPage, *, browser: Handle, path: str, network: str) -> Handle | None:
        """See the port."""
        with self._lock:
            self._counted[network] += 1
            if self._counted[network] > self._of_a_network:
                return None
            handle = new_handle()
            key = repr((handle, browser, path))
            self._held.put(key, page, self._lifetime)
            latest = [key, *self._latest.get(browser, [])]
            for oldest in latest[self._of_a_browser :]:
                self._held.pop(oldest)
            self._latest[browser] = latest[: self._of_a_browser]
            return handle

    def find(self, handle: str, *, browser: Handle, path: str) -> ShownPage | None:
        """See the port."""
        with self._lock:
            return self._held.get(repr((handle, browser, path)))

    def forget(self, browser: Handle) -> None:
        """See the port."""
        with self._lock:
            for key in self._latest.pop(browser, []):
                self._held.pop(key)
