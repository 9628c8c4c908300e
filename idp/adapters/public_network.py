"""
Connections to addresses that relying parties name: to the public internet, and nowhere else.

Whoever registers an address must not reach what only we can reach: a metadata service, a database,
a neighbour behind our firewall (server-side request forgery).
"""

import socket
import ssl
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from threading import Thread
from typing import Any, Final, TypeAlias

import httpcore

from idp.adapters.deadline import Deadline

Resolve: TypeAlias = Callable[[str, int], Sequence[str]]
"""Host and port to addresses, the best first; raises `OSError` where there are none."""

_MOST_ADDRESSES: Final = 4  # of one name, tried one after the other
_CONNECT_SECONDS: Final = 2.0  # for each, so that a dead one leaves time for the next

_GLOBAL_UNICAST: Final = IPv6Network("2000::/3")  # RFC 4291 §2.4: all others serve other ends
# An IPv4 address is hidden in these, and a gateway on our side would unwrap it (RFC 3056, 4380).
_TUNNELS: Final = (IPv6Network("2002::/16"), IPv6Network("2001::/32"))
# Reserved as a whole (RFC 6890 §2.2.2, RFC 7526); the standard library knows parts of them.
_RESERVED: Final = (IPv4Network("192.0.0.0/24"), IPv4Network("192.88.99.0/24"))


class AddressRefused(Exception):
    """The name leads to an address that is not on the public internet."""


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether *address* is a host's on the public internet (RFC 6890); one of ours never is."""
    if isinstance(address, IPv6Address) and address not in _GLOBAL_UNICAST:
        return False
    if any(address in network for network in (*_TUNNELS, *_RESERVED)):
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def resolve(host: str, port: int) -> Sequence[str]:
    """Ask the machine's resolver."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


class PublicNetwork(httpcore.NetworkBackend):
    """
    The network as httpcore sees it; for one conversation, which ends with *deadline*.

    A name is looked up once, and what was checked is what is connected to: a second look-up could
    give another answer (DNS rebinding). TLS and `Host` go on naming the host. A name of which any
    address is refused is refused as a whole. *loopback*: this machine may be asked as well.
    """

    def __init__(
        self, deadline: Deadline, *, loopback: bool = False, resolver: Resolve = resolve
    ) -> None:
        self._deadline = deadline
        self._loopback = loopback
        self._resolver = resolver
        self._sockets = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002 (the deadline is the only limit)
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to one of the host's addresses. Raises `AddressRefused`, httpcore's errors."""
        failure: Exception = httpcore.ConnectError("no address")
        for address in self._addresses(host, port):
            left = _seconds_left(self._deadline, httpcore.ConnectTimeout)
            try:
                stream = self._sockets.connect_tcp(
                    address,
                    port,
                    timeout=min(left, _CONNECT_SECONDS),
                    local_address=local_address,
                    socket_options=socket_options,
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return _Stream(stream, self._deadline)
        raise failure

    def _addresses(self, host: str, port: int) -> Sequence[str]:
        found = self._resolved(host, port)
        for each in found:
            address = ip_address(each)
            if not is_public(address) and not (self._loopback and address.is_loopback):
                raise AddressRefused(host)
        return found[:_MOST_ADDRESSES]

    def _resolved(self, host: str, port: int) -> Sequence[str]:
        """Look the name up; the resolver knows no time limit, so it is left behind at ours."""
        answer: Future[Sequence[str]] = Future()

        def ask() -> None:
            try:
                answer.set_result(self._resolver(host, port))
            except Exception as error:  # noqa: BLE001 (whatever it was, the one who waits hears it)
                answer.set_exception(error)

        Thread(target=ask, daemon=True).start()
        try:
            return answer.result(_seconds_left(self._deadline, httpcore.ConnectTimeout))
        except TimeoutError:
            raise httpcore.ConnectTimeout("look-up") from None
        except (OSError, UnicodeError):
            raise httpcore.ConnectError("no such host") from None


class _Stream(httpcore.NetworkStream):
    """A connection on which every wait ends with the deadline: nobody trickles us to death."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002
        return self._stream.read(max_bytes, _seconds_left(self._deadline, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002
        self._stream.write(buffer, _seconds_left(self._deadline, httpcore.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002
    ) -> httpcore.NetworkStream:
        left = _seconds_left(self._deadline, httpcore.ConnectTimeout)
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, left), self._deadline)

    def get_extra_info(self, info: str) -> object:
        return self._stream.get_extra_info(info)


def _seconds_left(deadline: Deadline, error: type[httpcore.TimeoutException]) -> float:
    left = deadline.remaining()
    if left <= 0:
        raise error("out of time")
    return left
