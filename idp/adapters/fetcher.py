"""Gets small documents from addresses that relying parties name."""

import ssl
from collections.abc import Callable
from datetime import timedelta
from functools import cache
from pathlib import Path
from threading import BoundedSemaphore
from typing import Final

import httpcore

from idp.adapters.deadline import Deadline
from idp.adapters.public_network import AddressRefused, PublicNetwork, Resolve, resolve
from idp.relying_parties.ports import FetchFailed
from idp.relying_parties.rules import fetched_uri_problem

MAX_DOCUMENT: Final = 64 * 1024  # bytes
TIME_LIMIT: Final = timedelta(seconds=5)  # from the look-up of the name to the last byte

_OK: Final = 200


class HttpsFetcher:
    """
    One `GET` over https to a public address, and nothing more; implements `Fetcher`.

    No redirects (they would lead past every check), no cookies, no proxy of the environment, no
    compression (a small answer must not grow). Safe to share between threads: *at_once* fetches
    run at a time, and one more fails at once, so that slow hosts cannot hold every thread of ours.
    *ca_file* names certificate authorities to trust beside the machine's; *loopback* lets fetches
    go to this machine, for certification and tests.
    """

    def __init__(
        self,
        *,
        ca_file: Path | None = None,
        loopback: bool = False,
        at_once: int = 4,
        resolver: Resolve = resolve,
        deadline: Callable[[], Deadline] = lambda: Deadline(TIME_LIMIT),
    ) -> None:
        self._tls = tls_context(ca_file)
        self._loopback = loopback
        self._slots = BoundedSemaphore(at_once)
        self._resolver = resolver
        self._deadline = deadline

    def fetch(self, url: str, *, media_types: frozenset[str]) -> bytes:
        """
        The document at *url*, of one of *media_types* (lower case, without parameters).

        A fragment is not sent. Raises `FetchFailed`, whatever went wrong.
        """
        address = url.partition("#")[0]
        if fetched_uri_problem(address) is not None:
            raise FetchFailed("address")
        if not self._slots.acquire(blocking=False):
            raise FetchFailed("busy")
        try:
            return self._fetch(address, media_types)
        except AddressRefused:
            raise FetchFailed("address") from None
        except httpcore.TimeoutException:
            raise FetchFailed("timeout") from None
        except (httpcore.NetworkError, httpcore.ProtocolError, ssl.SSLError, OSError) as error:
            raise FetchFailed("connection") from error
        finally:
            self._slots.release()

    def _fetch(self, url: str, media_types: frozenset[str]) -> bytes:
        network = PublicNetwork(self._deadline(), loopback=self._loopback, resolver=self._resolver)
        with (
            httpcore.ConnectionPool(ssl_context=self._tls, network_backend=network) as connections,
            connections.stream("GET", url, headers=_headers(media_types)) as response,
        ):
            if response.status != _OK:
                raise FetchFailed(f"status {response.status}")
            _check(dict(response.headers), media_types)
            content = bytearray()
            for chunk in response.iter_stream():
                content += chunk
                if len(content) > MAX_DOCUMENT:
                    raise FetchFailed("too large")
            return bytes(content)


@cache
def tls_context(ca_file: Path | None) -> ssl.SSLContext:
    """
    TLS 1.2 or newer, certificate and host name checked (RFC 9325 §3.1.1, §3.2).

    One for the process: reading the machine's authorities takes 50 ms.
    """
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if ca_file is not None:
        context.load_verify_locations(ca_file)
    return context


def _headers(media_types: frozenset[str]) -> list[tuple[str, str]]:
    # httpcore adds Host, and no User-Agent: who we are is said by the address we come from.
    return [("Accept", ", ".join(sorted(media_types))), ("Accept-Encoding", "identity")]


def _check(headers: dict[bytes, bytes], media_types: frozenset[str]) -> None:
    """Raise `FetchFailed` for a document of another kind than was asked for."""
    lowered = {name.lower(): value for name, value in headers.items()}
    if lowered.get(b"content-encoding", b"identity").lower() != b"identity":
        raise FetchFailed("encoding")
    kind = lowered.get(b"content-type", b"").partition(b";")[0].strip().lower()
    if kind.decode("latin-1") not in media_types:
        raise FetchFailed("media type")
