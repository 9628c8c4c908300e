"""A person's browser between one portal and the provider's double, in process."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from werkzeug.test import Client, TestResponse

from clients.kit.portal import create_portal
from clients.kit.site import Site
from tests.fakes.openid_provider import OpenIdProvider, SetClock, Wire

CLIENTS = Path(__file__).parents[2] / "clients"
PORTALS = ("binh_dinh", "dak_lak")
SECRET = "s3cret:with+odd/characters="


@dataclass
class Stage:
    """One portal, the double it trusts, and the wire and clock they share."""

    site: Site
    clock: SetClock
    provider: OpenIdProvider
    wire: Wire
    portal: Flask

    def browser(self) -> "Browser":
        return Browser(self)

    def close(self) -> None:
        self.portal.extensions["provider"].close()


def stage(name: str, site: Site | None = None) -> Stage:
    site = site or Site.load(CLIENTS / name)
    clock = SetClock()
    registration = site.registration
    provider = OpenIdProvider(
        clock,
        registration.client_id,
        SECRET,
        registration.token_endpoint_auth_method,
        registration.redirect_uri,
    )
    wire = Wire(provider)
    portal = create_portal(
        site,
        issuer=provider.issuer,
        client_secret=SECRET,
        secret_key="for tests only",
        clock=clock,
        transport=wire,
    )
    return Stage(site, clock, provider, wire, portal)


@dataclass
class Browser:
    """Keeps the portal's cookies; follows one redirect at a time, so that each can be seen."""

    stage: Stage
    portal: Client = field(init=False)

    def __post_init__(self) -> None:
        self.portal = self.stage.portal.test_client()

    def get(self, path: str, **options: Any) -> TestResponse:
        return self.portal.get(path, base_url=self._base, **options)

    def post(self, path: str, **options: Any) -> TestResponse:
        return self.portal.post(path, base_url=self._base, **options)

    def to_provider(self, path: str) -> str:
        """Follow *path* within the portal; return the first address outside it."""
        address = path
        while address.startswith("/"):
            response = self.get(address)
            assert response.status_code == 303, response.text
            address = response.headers["Location"]
        return address

    def at_provider(self, address: str) -> str:
        """Visit *address* at the provider; return where it sends the browser, as a path."""
        response = Client(self.stage.provider).get(address)
        assert response.status_code == 303, response.text
        back = urlsplit(response.headers["Location"])
        return f"{back.path}?{back.query}"

    def answer(self, path: str = "/sign-in") -> str:
        """Begin a sign-in at *path*; return the address of the provider's answer, unvisited."""
        return self.at_provider(self.to_provider(path))

    def sign_in(self, path: str = "/sign-in") -> TestResponse:
        """Walk through a whole sign-in; return the portal's response to the answer."""
        return self.get(self.answer(path))

    @property
    def cookies(self) -> dict[str, str]:
        kept = self.portal._cookies
        assert kept is not None
        return {cookie.key: cookie.value for cookie in kept.values()}

    @property
    def is_signed_in(self) -> bool:
        return 'id="citizen-name"' in self.get("/").text

    @property
    def _base(self) -> str:
        parts = urlsplit(self.stage.site.registration.redirect_uri)
        return f"{parts.scheme}://{parts.netloc}"
