"""Apache's mod_auth_openidc as a portal, in a real browser, on another site than the provider."""

from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, Page

from tests.interop.conftest import free_ports
from tests.interop.portals_on_apache import Apache, ApachePortal, missing, portals_on_apache
from tests.interop.running_provider import OTP, PERSON, RunningProvider

pytestmark = pytest.mark.interop

LOOKS = 100
SCOPE = 'OIDCScope "openid profile email"'


@pytest.fixture(scope="module")
def portals() -> dict[str, ApachePortal]:
    """Portals that differ in what they ask for and in how they hear of a sign-out."""
    plain, strict, framed, keyed, itself = free_ports(5)
    back, front = f"https://127.0.0.1:{strict}/callback", f"https://127.0.0.1:{framed}/callback"
    every = (
        ApachePortal("plain", plain, directives=(SCOPE,)),
        ApachePortal(
            "strict",
            strict,
            metadata={
                "id_token_signed_response_alg": "ES256",
                "userinfo_signed_response_alg": "ES256",
                "token_endpoint_auth_method": "client_secret_post",
                "backchannel_logout_uri": f"{back}?logout=backchannel",
                "backchannel_logout_session_required": True,
            },
            directives=(
                SCOPE,
                "OIDCPKCEMethod S256",
                "OIDCResponseMode form_post",
                "OIDCIDTokenSignedResponseAlg ES256",
                "OIDCUserInfoSignedResponseAlg ES256",
                "OIDCProviderTokenEndpointAuth client_secret_post",
                "OIDCUserInfoTokenMethod post_param",
            ),
        ),
        ApachePortal(
            "framed",
            framed,
            metadata={
                "frontchannel_logout_uri": f"{front}?logout=get",
                "frontchannel_logout_session_required": True,
            },
            directives=(SCOPE, "OIDCPKCEMethod S256"),
        ),
        ApachePortal(
            "keyed",
            keyed,
            metadata={
                "jwks_uri": f"https://127.0.0.1:{keyed}/callback?jwks=rsa",
                "token_endpoint_auth_method": "private_key_jwt",
                "grant_types": ["authorization_code", "refresh_token"],
            },
            directives=(
                'OIDCScope "openid profile email offline_access"',
                "OIDCAuthRequestParams prompt=consent",
                "OIDCPKCEMethod S256",
                "OIDCInfoHook access_token refresh_token",
                "OIDCPrivateKeyFiles own#${FOLDER}/own_key.pem",
                "OIDCPublicKeyFiles own#${FOLDER}/own_key.pub",
                "OIDCProviderTokenEndpointAuth private_key_jwt",
            ),
        ),
        ApachePortal("itself", itself, directives=(SCOPE,), registers_itself=True),
    )
    return {portal.name: portal for portal in every}


@pytest.fixture(scope="module")
def apache(provider: RunningProvider, portals: dict[str, ApachePortal]) -> Iterator[Apache]:
    """Apache, with all of them."""
    if (reason := missing()) is not None:
        pytest.skip(reason)
    with portals_on_apache(provider, list(portals.values())) as apache:
        yield apache


@pytest.fixture(scope="module")
def introduced(
    chromium: Browser, apache: Apache, provider: RunningProvider, portals: dict[str, ApachePortal]
) -> str:
    """
    The address that makes the portal of no registration start a sign-in.

    Its own page asks where the citizen comes from. From that answer it reads the rest, registers
    itself, and knows the provider from then on.
    """
    portal = portals["itself"]
    start = {"iss": provider.issuer, "target_link_uri": portal.home}
    context = chromium.new_context(ignore_https_errors=True)
    page = context.new_page()
    page.goto(portal.home)
    x_csrf = page.locator('input[name="x_csrf"]').first.get_attribute("value")
    page.goto(f"{portal.callback}?{urlencode(start | {'x_csrf': x_csrf})}")
    assert page.url.startswith(provider.issuer), page.content()
    context.close()
    return f"{portal.callback}?{urlencode(start)}"


@pytest.fixture
def page(chromium: Browser, apache: Apache) -> Iterator[Page]:
    """A browser without a past; at the end no module may have complained of us."""
    before = len(apache.complaints())
    # The authority of these certificates is in no browser's list.
    context = chromium.new_context(ignore_https_errors=True, locale="vi-VN")
    yield context.new_page()
    context.close()
    assert apache.complaints()[before:] == []


def sign_in(page: Page, portal: ApachePortal) -> None:
    """Open the portal as somebody who is signed in nowhere yet."""
    page.goto(portal.home)
    page.click("#choose-portal-account")
    page.fill("#username", PERSON["username"])
    page.fill("#password", PERSON["password"])
    page.click("#login-submit")
    page.fill("#otp", OTP)
    page.click("#otp-submit")
    allow(page, portal)


def allow(page: Page, portal: ApachePortal) -> None:
    """Arrive at the portal, and say yes on the way if this is asked."""
    page.wait_for_url(lambda url: url == portal.home or "/consent" in url)
    if page.url != portal.home:
        page.click("#consent-allow")
        page.wait_for_url(portal.home)


def shown(page: Page, *claims: str) -> list[str]:
    """What the portal shows of the citizen."""
    return [page.inner_text(f"#{claim}").strip() for claim in claims]


def tokens(page: Page, portal: ApachePortal) -> dict[str, str]:
    """What the module holds, which it tells pages of its own that may know."""
    response = page.goto(f"{portal.callback}?info=json")
    assert response is not None
    held: dict[str, str] = response.json()
    return held


def signed_in(page: Page, portal: ApachePortal) -> bool:
    """Whether the portal has a session: without one somebody asks who the citizen is."""
    page.goto(portal.home)
    return page.locator("#portal").count() == 1


def told(page: Page, portal: ApachePortal) -> bool:
    """
    Whether the portal's session ends, at once or soon after.

    The citizen who goes on to another portal does not wait until this one has had its message.
    """
    return any(not signed_in(page, portal) for _ in range(LOOKS))


@pytest.mark.parametrize("name", ["plain", "strict", "framed", "keyed"])
def test_a_portal_learns_who_the_citizen_is(
    page: Page, portals: dict[str, ApachePortal], name: str
) -> None:
    sign_in(page, portals[name])

    assert shown(page, "name", "email", "acr") == [PERSON["name"], PERSON["email"], "LoA2"]


def test_a_portal_refreshes_what_it_was_given(page: Page, portals: dict[str, ApachePortal]) -> None:
    """By the module's own addresses for that, and with a key in place of a secret."""
    portal = portals["keyed"]
    sign_in(page, portal)
    before = tokens(page, portal)

    asks = {"refresh": portal.home, "access_token": before["access_token"]}
    page.goto(f"{portal.callback}?{urlencode(asks)}")
    after = tokens(page, portal)

    assert before["access_token"] != after["access_token"]
    assert before["refresh_token"] != after["refresh_token"]


def test_a_portal_that_nobody_registered(
    page: Page, portals: dict[str, ApachePortal], introduced: str
) -> None:
    """Asked by somebody else to start (Core §4), it is as good as any."""
    sign_in(page, portals["plain"])

    page.goto(introduced)
    allow(page, portals["itself"])

    assert shown(page, "name") == [PERSON["name"]]


def test_the_portal_that_signs_out_gets_the_citizen_back(
    page: Page, portals: dict[str, ApachePortal]
) -> None:
    portal = portals["plain"]
    sign_in(page, portal)

    page.goto(f"{portal.callback}?{urlencode({'logout': portal.goodbye})}")
    page.wait_for_selector("#goodbye")

    assert page.url == portal.goodbye
    assert not signed_in(page, portal)
    assert page.locator("#choose-portal-account").is_visible()


@pytest.mark.parametrize("name", ["strict", "framed", "itself"])
def test_the_other_portals_hear_of_it(
    page: Page, portals: dict[str, ApachePortal], introduced: str, name: str
) -> None:
    """By a message, by a frame, and by both."""
    portal, other = portals["plain"], portals[name]
    sign_in(page, portal)
    page.goto(introduced if other.registers_itself else other.home)
    allow(page, other)
    assert signed_in(page, other)

    page.goto(f"{portal.callback}?{urlencode({'logout': portal.goodbye})}")
    page.wait_for_selector("#goodbye")

    assert told(page, other)


def test_who_signs_out_at_the_provider_is_signed_out_at_the_portal(
    page: Page, portals: dict[str, ApachePortal], provider: RunningProvider
) -> None:
    sign_in(page, portals["strict"])

    page.goto(f"{provider.issuer}/logout")
    page.click("#logout-confirm")
    page.wait_for_url("**/signed-out?*")

    assert told(page, portals["strict"])
