"""Posts logout tokens to relying parties."""

import ssl
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

import httpcore

from idp.adapters.deadline import Deadline
from idp.adapters.fetcher import tls_context
from idp.adapters.public_network import AddressRefused, PublicNetwork, Resolve, resolve
from idp.backchannel.ports import LogoutNotSent
from idp.relying_parties.rules import uri_problem

TIME_LIMIT: Final = timedelta(seconds=5)  # from the look-up of the name to the answer's status

_HEADERS: Final = [
    ("Content-Type", "application/x-www-form-urlencoded"),
    ("Accept", "*/*"),
    ("Accept-Encoding", "identity"),
]


class HttpLogoutSender:
    """
    One `POST` to a public address over https, and nothing more; implements `LogoutSender`.

    No redirects, no cookies, no proxy of the environment. Of the answer only the status is read.
    Each message has a connection of its own: a relying party hears of us now and then. Safe to
    share between threads. *ca_file* names certificate authorities to trust beside the machine's;
    *loopback* lets every message go to this machine, for certification and tests.
    """

    def __init__(
        self,
        *,
        ca_file: Path | None = None,
        loopback: bool = False,
        resolver: Resolve = resolve,
        deadline: Callable[[], Deadline] = lambda: Deadline(TIME_LIMIT),
    ) -> None:
        self._tls = tls_context(ca_file)
        self._loopback = loopback
        self._resolver = resolver
        self._deadline = deadline

    def send(self, uri: str, logout_token: str, *, loopback: bool) -> int:
        """The status of the answer. Raises `LogoutNotSent` where there is none."""
        # http is for loopback hosts alone: a token in the clear tells who signed out.
        if uri_problem(uri) is not None:
            raise LogoutNotSent("address")
        network = PublicNetwork(
            self._deadline(), loopback=loopback or self._loopback, resolver=self._resolver
        )
        body = urlencode({"logout_token": logout_token}).encode("ascii")
        try:
            with (
                httpcore.ConnectionPool(
                    ssl_context=self._tls, network_backend=network
                ) as connections,
                connections.stream("POST", uri, headers=_HEADERS, content=body) as response,
            ):
                return response.status
        except AddressRefused:
            raise LogoutNotSent("address") from None
        except httpcore.TimeoutException:
            raise LogoutNotSent("timeout") from None
        except ssl.SSLError:
            raise LogoutNotSent("tls") from None
        except (httpcore.NetworkError, httpcore.ProtocolError, OSError):
            raise LogoutNotSent("connection") from None
