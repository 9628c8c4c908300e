"""Clients of Redis, whose connections end with the test that they were made in."""

from functools import wraps
from typing import Any

from idp.adapters.redis.connection import ThreadsOwn

_clients: list[ThreadsOwn] = []


def note_clients() -> None:
    """
    Let each client be known to `disconnect_clients`, whatever composed it.

    Left to the garbage collector, a socket may go before the connection that would have closed it,
    and complains then, in whichever test runs at that moment.
    """
    makes = ThreadsOwn.__init__

    @wraps(makes)
    def noted(client: ThreadsOwn, *args: Any, **options: Any) -> None:
        makes(client, *args, **options)
        _clients.append(client)

    ThreadsOwn.__init__ = noted  # type: ignore[method-assign]


def disconnect_clients() -> None:
    """End the connections of all threads; whoever asks once more connects anew."""
    while _clients:
        _clients.pop().connection_pool.disconnect()
