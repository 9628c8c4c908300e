"""Where a request comes from, and who may say so."""

from collections.abc import Callable
from ipaddress import ip_network
from typing import Any

import pytest

from idp.web.network import TrustedProxies, network_of


def client_behind(*networks: str, peer: str, forwarded: str | None) -> str:
    seen: list[str] = []

    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        seen.append(environ["REMOTE_ADDR"])
        return []

    environ = {"REMOTE_ADDR": peer}
    if forwarded is not None:
        environ["HTTP_X_FORWARDED_FOR"] = forwarded
    TrustedProxies(app, [ip_network(network) for network in networks])(environ, lambda *_: None)
    return seen[0]


OURS = ("10.0.0.0/8", "fd00::/8")


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        # Who connects without a proxy of ours is who connects, whatever they say.
        ("203.0.113.9", None, "203.0.113.9"),
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),
        ("203.0.113.9", "10.0.0.1", "203.0.113.9"),
        # Our proxy connects: the hop it saw.
        ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "198.51.100.1, 10.0.0.2", "198.51.100.1"),
        ("10.0.0.1", "198.51.100.1,10.0.0.3 , 10.0.0.2", "198.51.100.1"),
        # What stands left of the first foreign hop was sent by it.
        ("10.0.0.1", "192.0.2.66, 198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "10.9.9.9, 198.51.100.1, 10.0.0.2", "198.51.100.1"),
        ("10.0.0.1", "192.0.2.66, nonsense", "nonsense"),
        # Nobody but ourselves.
        ("10.0.0.1", None, "10.0.0.1"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", " , ", "10.0.0.1"),
        ("10.0.0.1", "10.0.0.7", "10.0.0.7"),
        # IPv6, and IPv4 in the dress of it.
        ("fd00::1", "2001:db8::7", "2001:db8::7"),
        ("::ffff:10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("2001:db8::7", "198.51.100.1", "2001:db8::7"),
    ],
)
def test_the_right_most_hop_that_is_not_ours(peer: str, forwarded: str | None, client: str) -> None:
    assert client_behind(*OURS, peer=peer, forwarded=forwarded) == client


def test_without_proxies_the_header_is_not_believed() -> None:
    assert client_behind(peer="10.0.0.1", forwarded="198.51.100.1") == "10.0.0.1"


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.9", "203.0.113.0/24"),
        ("203.0.113.255", "203.0.113.0/24"),
        ("::ffff:203.0.113.9", "203.0.113.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1::/56"),
        ("2001:db8:1:2ff::1", "2001:db8:1:200::/56"),
        ("fe80::1%eth0", "fe80::/56"),
        ("::1", "::/56"),
        # No address is one network more, not a way round every budget.
        ("", "0.0.0.0/32"),
        ("unknown", "0.0.0.0/32"),
        ("203.0.113.9:4711", "0.0.0.0/32"),
    ],
)
def test_what_is_counted_as_one_network(address: str, network: str) -> None:
    assert network_of(address) == network
