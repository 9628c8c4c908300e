"""What is fetched for portals comes from the public internet, or not at all."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from http.server import BaseHTTPRequestHandler
from ipaddress import ip_address
from ssl import CERT_REQUIRED, TLSVersion

import httpcore
import pytest

from idp.adapters.deadline import Deadline
from idp.adapters.fetcher import MAX_DOCUMENT, HttpsFetcher, tls_context
from idp.adapters.public_network import PublicNetwork, is_public
from idp.relying_parties.ports import FetchFailed
from tests.fakes.https_server import HttpsServer, document, https_server

JSON = frozenset({"application/json"})


class Names:
    """A resolver that counts; each name has one list of addresses per look-up."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append(host)
        if not self.answers:
            raise OSError("no such name")
        return self.answers.pop(0)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HttpsServer]:
    with https_server(tmp_path_factory.mktemp("https"), "keys.example") as served:
        yield served


@pytest.fixture
def fetcher(server: HttpsServer) -> HttpsFetcher:
    return HttpsFetcher(ca_file=server.ca_file, loopback=True)


def fails(fetcher: HttpsFetcher, url: str) -> str:
    with pytest.raises(FetchFailed) as failure:
        fetcher.fetch(url, media_types=JSON)
    return failure.value.cause


def test_a_document_comes_as_it_is(server: HttpsServer, fetcher: HttpsFetcher) -> None:
    url = server.serve("/keys", b'{"keys": []}', "Application/JSON; charset=utf-8")

    assert fetcher.fetch(f"{url}#part", media_types=JSON) == b'{"keys": []}'
    path, headers = server.requests[-1]
    assert path == "/keys"
    assert headers["host"] == f"localhost:{server.port}"
    assert headers["accept-encoding"] == "identity"
    assert "cookie" not in headers


def test_the_name_is_looked_up_once_and_stays_the_host(server: HttpsServer) -> None:
    """DNS rebinding: what was checked is what is connected to; TLS and Host name the host."""
    names = Names(["127.0.0.1"], ["10.0.0.1"])
    fetcher = HttpsFetcher(ca_file=server.ca_file, loopback=True, resolver=names)
    server.serve("/keys", b"{}")

    assert fetcher.fetch(server.url("/keys", "keys.example"), media_types=JSON) == b"{}"
    assert names.asked == ["keys.example"]
    assert server.requests[-1][1]["host"] == f"keys.example:{server.port}"


def test_the_certificate_must_name_the_host(server: HttpsServer) -> None:
    fetcher = HttpsFetcher(ca_file=server.ca_file, loopback=True, resolver=Names(["127.0.0.1"]))

    assert fails(fetcher, server.url("/keys", "other.example")) == "connection"


def test_87_an_authority_nobody_named_is_not_trusted(server: HttpsServer) -> None:
    assert fails(HttpsFetcher(loopback=True), server.url("/keys")) == "connection"


def test_the_environments_proxy_is_not_asked(
    server: HttpsServer, fetcher: HttpsFetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    url = server.serve("/keys", b"{}")

    assert fetcher.fetch(url, media_types=JSON) == b"{}"


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",  # noqa: S104
        "10.1.2.3",
        "100.64.0.1",  # carrier-grade NAT
        "127.0.0.1",
        "127.8.8.8",
        "169.254.169.254",  # link-local: the clouds' metadata
        "172.16.0.1",
        "192.0.0.8",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.1.1",
        "198.18.0.1",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",  # multicast
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::127.0.0.1",
        "::ffff:10.0.0.1",  # IPv4-mapped
        "::ffff:8.8.8.8",
        "64:ff9b::a00:1",  # NAT64
        "64:ff9b:1::a00:1",
        "100::1",
        "2001:0:1::1",  # Teredo
        "2001:db8::1",
        "2002:a00:1::1",  # 6to4
        "fc00::1",
        "fd12:3456::1",
        "fe80::1",
        "fe80::1%eth0",
        "fec0::1",  # site-local
        "ff02::1",
    ],
)
def test_every_address_that_is_not_public_is_refused(address: str) -> None:
    fetcher = HttpsFetcher(resolver=Names([address]))

    assert not is_public(ip_address(address))
    assert fails(fetcher, "https://portal.example/keys") == "address"


@pytest.mark.parametrize("address", ["8.8.8.8", "203.162.4.191", "2001:4860:4860::8888"])
def test_public_addresses_are_public(address: str) -> None:
    assert is_public(ip_address(address))


def test_one_private_address_among_public_ones_is_enough() -> None:
    fetcher = HttpsFetcher(resolver=Names(["8.8.8.8", "10.0.0.1"]))

    assert fails(fetcher, "https://portal.example/keys") == "address"


def test_87_the_allowance_for_this_machine_is_for_this_machine_alone() -> None:
    fetcher = HttpsFetcher(loopback=True, resolver=Names(["10.0.0.1"]))

    assert fails(fetcher, "https://portal.example/keys") == "address"


def test_a_dead_address_leaves_its_turn_to_the_next(server: HttpsServer) -> None:
    fetcher = HttpsFetcher(
        ca_file=server.ca_file, loopback=True, resolver=Names(["127.9.9.9", "127.0.0.1"])
    )
    server.serve("/keys", b"{}")

    assert fetcher.fetch(server.url("/keys", "keys.example"), media_types=JSON) == b"{}"


@pytest.mark.parametrize(
    "url",
    [
        "http://portal.example/keys",
        "ftp://portal.example/keys",
        "file:///etc/passwd",
        "https://user@portal.example/keys",
        "https://portal.example/a b",
        "https://portal.example/\r\nHost: other",
        "https://",
        "keys",
        "",
    ],
)
def test_only_plain_https_addresses_are_looked_up(url: str) -> None:
    names = Names(["8.8.8.8"])

    assert fails(HttpsFetcher(resolver=names), url) == "address"
    assert names.asked == []


def test_an_unknown_name_is_a_failed_connection() -> None:
    assert fails(HttpsFetcher(resolver=Names()), "https://portal.example/keys") == "connection"


@pytest.mark.parametrize("status", [201, 204, 301, 302, 303, 307, 308, 404, 500])
def test_redirects_and_errors_are_no_document(
    server: HttpsServer, fetcher: HttpsFetcher, status: int
) -> None:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        handler.send_header("Location", server.url("/target"))
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    server.answers["/elsewhere"] = answer
    server.requests.clear()

    assert fails(fetcher, server.url("/elsewhere")) == f"status {status}"
    assert [path for path, _ in server.requests] == ["/elsewhere"]


def test_other_media_types_are_refused(server: HttpsServer, fetcher: HttpsFetcher) -> None:
    url = server.serve("/page", b"{}", "text/html")

    assert fails(fetcher, url) == "media type"


def test_a_compressed_document_is_refused(server: HttpsServer, fetcher: HttpsFetcher) -> None:
    """A small answer that unpacks to gigabytes."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Encoding", "gzip")
        handler.end_headers()

    server.answers["/packed"] = answer

    assert fails(fetcher, server.url("/packed")) == "encoding"


def test_64_kilobytes_are_the_most(server: HttpsServer, fetcher: HttpsFetcher) -> None:
    url = server.serve("/long", b" " * MAX_DOCUMENT)
    assert len(fetcher.fetch(url, media_types=JSON)) == MAX_DOCUMENT

    url = server.serve("/long", b" " * (MAX_DOCUMENT + 1))
    assert fails(fetcher, url) == "too large"


def test_an_answer_without_end_is_cut_off(server: HttpsServer, fetcher: HttpsFetcher) -> None:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "application/json")
        handler.end_headers()
        while not server.ending.is_set():
            handler.wfile.write(b" " * 8192)

    server.answers["/endless"] = answer

    assert fails(fetcher, server.url("/endless")) == "too large"


@pytest.mark.parametrize(
    "sent", [b"", b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{"]
)
def test_87_whoever_answers_slowly_is_left(server: HttpsServer, sent: bytes) -> None:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(sent)
        handler.wfile.flush()
        server.ending.wait()

    server.answers["/slow"] = answer
    fetcher = HttpsFetcher(
        ca_file=server.ca_file,
        loopback=True,
        deadline=lambda: Deadline(timedelta(seconds=0.3)),
    )

    assert fails(fetcher, server.url("/slow")) == "timeout"


def test_a_resolver_that_hangs_is_left(server: HttpsServer) -> None:
    def hanging(host: str, port: int) -> Sequence[str]:
        server.ending.wait(5)
        return []

    fetcher = HttpsFetcher(resolver=hanging, deadline=lambda: Deadline(timedelta(seconds=0.1)))

    assert fails(fetcher, "https://portal.example/keys") == "timeout"


def test_nothing_begins_after_the_end() -> None:
    network = PublicNetwork(Deadline(timedelta(0)), resolver=Names(["8.8.8.8"]))

    with pytest.raises(httpcore.ConnectTimeout):
        network.connect_tcp("portal.example", 443)


def test_slow_hosts_cannot_hold_every_thread(server: HttpsServer) -> None:
    fetcher = HttpsFetcher(ca_file=server.ca_file, loopback=True, at_once=1)
    causes: list[str] = []

    def answer(handler: BaseHTTPRequestHandler) -> None:
        causes.append(fails(fetcher, server.url("/other")))
        document(b"{}")(handler)

    server.answers["/first"] = answer

    fetcher.fetch(server.url("/first"), media_types=JSON)
    assert causes == ["busy"]
    assert fails(fetcher, server.url("/other")) == "status 404"


def test_tls_below_1_2_is_refused(server: HttpsServer) -> None:
    context = tls_context(server.ca_file)

    assert context.minimum_version == TLSVersion.TLSv1_2
    assert context.check_hostname
    assert context.verify_mode == CERT_REQUIRED
