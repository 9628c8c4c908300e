"""Where the servers of the demonstration listen, and how browsers and each other name them."""

import errno
import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from idp.processes.demo.problem import Problem

LOOPBACK = "127.0.0.1"
HIGHEST_PORT = 65535


@dataclass(frozen=True, slots=True)
class Address:
    """One server's place; *variable* is the setting that moves it."""

    needed_by: str
    variable: str
    port: int
    usual_port: int
    scheme: str = "http"

    @property
    def origin(self) -> str:
        return f"{self.scheme}://localhost:{self.port}"

    @property
    def usual_origin(self) -> str:
        """What files of the repository call it."""
        return f"http://localhost:{self.usual_port}"


@dataclass(frozen=True, slots=True)
class Addresses:
    """All of them; *issuer* is the provider's address as tokens name it."""

    host: str
    issuer: str
    provider: Address
    binh_dinh: Address
    dak_lak: Address
    sandbox: Address
    mail: Address

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Addresses":
        """Read the ports and the host; raise Problem, one line for each that is no port."""
        problems: list[str] = []

        def address(needed_by: str, variable: str, usual: int, scheme: str = "http") -> Address:
            typed = environment.get(variable, str(usual))
            if not (typed.isascii() and typed.isdigit() and 0 < int(typed) <= HIGHEST_PORT):
                problems.append(f"{variable} is no port number: {typed!r}")
                typed = str(usual)
            return Address(needed_by, variable, int(typed), usual, scheme)

        secure = "https" if environment.get("IDP__TLS__CERTIFICATE") else "http"
        provider = address("the provider", "IDP__SERVER__PORT", 8400, secure)
        found = cls(
            host=environment.get("IDP__SERVER__HOST", LOOPBACK),
            issuer=environment.get("IDP__SERVER__ISSUER", provider.origin),
            provider=provider,
            binh_dinh=address("the Bình Định portal", "BINH_DINH_PORT", 8401),
            dak_lak=address("the Đắk Lắk portal", "DAK_LAK_PORT", 8402),
            sandbox=address("the sandbox", "SANDBOX_PORT", 8403),
            mail=address("the sandbox's mail server", "SANDBOX_SMTP_PORT", 8425, "smtp"),
        )
        if problems:
            raise Problem("\n".join(problems))
        return found

    def __iter__(self) -> Iterator[Address]:
        yield from (self.provider, self.binh_dinh, self.dak_lak, self.sandbox, self.mail)

    def check_free(self) -> None:
        """Raise Problem, one line for each port that cannot be listened on."""
        problems = [line for one in self if (line := self._occupied(one))]
        if problems:
            raise Problem("\n".join(problems))

    def _occupied(self, address: Address) -> str | None:
        try:
            family, kind, protocol, _, place = socket.getaddrinfo(
                self.host, address.port, type=socket.SOCK_STREAM
            )[0]
            with socket.socket(family, kind, protocol) as probe:
                # Connections of an earlier run that linger do not keep the port from us.
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(place)
                probe.listen()
        except OSError as error:
            what = (
                "is in use"
                if error.errno == errno.EADDRINUSE
                else f"cannot be listened on ({error.strerror})"
            )
            return (
                f"port {address.port} on {self.host} {what}; {address.needed_by} needs it. "
                f"Stop what uses it, or choose another port with {address.variable}."
            )
        return None
