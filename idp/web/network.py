"""Where a request comes from: the address, through our own proxies alone, and its network."""

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any, Final

from idp.web.at_hand import request

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address
WsgiApplication = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

_IPV4_PREFIX: Final = 24
_IPV6_PREFIX: Final = 56
"""What one subscriber or one office usually has; single addresses are too easy to change."""


class TrustedProxies:
    """
    WSGI middleware: makes `REMOTE_ADDR` the right-most hop that is not ours.

    `X-Forwarded-For` is believed only when our own proxy connects, and only as far as our own
    proxies wrote it: what stands left of that, anybody can send.
    """

    def __init__(self, app: WsgiApplication, networks: Sequence[Network]) -> None:
        self._app = app
        self._networks = tuple(networks)

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        """Pass the request on with the client's address."""
        if self._networks:
            forwarded = environ.get("HTTP_X_FORWARDED_FOR", "")
            environ["REMOTE_ADDR"] = self._client(environ.get("REMOTE_ADDR", ""), forwarded)
        return self._app(environ, start_response)

    def _client(self, peer: str, forwarded: str) -> str:
        hops = [hop.strip() for hop in forwarded.split(",") if hop.strip()]
        client = peer
        while hops and self._is_ours(client):
            client = hops.pop()
        return client

    def _is_ours(self, address: str) -> bool:
        parsed = _parse(address)
        return parsed is not None and any(
            parsed.version == network.version and parsed in network for network in self._networks
        )


@lru_cache(maxsize=4096)  # whoever sends one request sends another
def network_of(address: str) -> str:
    """The network of an address, as throttles count it; all that is no address counts as one."""
    parsed = _parse(address)
    if parsed is None:
        return "0.0.0.0/32"
    prefix = _IPV4_PREFIX if parsed.version == 4 else _IPV6_PREFIX  # noqa: PLR2004
    return str(ip_network(f"{parsed}/{prefix}", strict=False))


def client_network() -> str:
    """The network of the client of this Flask request."""
    return network_of(request.remote_addr or "")


def _parse(address: str) -> Address | None:
    try:
        parsed = ip_address(address)
    except ValueError:
        return None
    mapped = parsed.ipv4_mapped if isinstance(parsed, IPv6Address) else None
    return mapped or parsed
