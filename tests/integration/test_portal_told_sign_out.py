"""A portal that is told of a sign-out by the provider: behind the scenes, and in a frame."""

import json
import tomllib
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey
from werkzeug.test import TestResponse

from tests.fakes.openid_provider import SUBJECT, Mischief, _rsa_key
from tests.fakes.portal_browser import CLIENTS, PORTALS, Browser, Stage, stage

EVENT = "http://schemas.openid.net/event/backchannel-logout"
SID = "sid-of-this-sector"


@pytest.fixture(params=PORTALS)
def portal(request: pytest.FixtureRequest) -> Iterator[Stage]:
    opened = stage(request.param)
    yield opened
    opened.close()


@pytest.fixture
def browser(portal: Stage) -> Browser:
    signed_in = portal.browser()
    signed_in.sign_in()
    assert signed_in.is_signed_in
    return signed_in


def claims(portal: Stage, **changes: Any) -> dict[str, Any]:
    now = int(portal.clock().timestamp())
    good = {
        "iss": portal.provider.issuer,
        "aud": portal.provider.client_id,
        "iat": now,
        "exp": now + 120,
        "jti": "the-first",
        "events": {EVENT: {}},
        "sub": SUBJECT,
        "sid": SID,
    }
    return {name: value for name, value in (good | changes).items() if value is not None}


def token(
    portal: Stage, *, key: Any = None, header: dict[str, Any] | None = None, **changes: Any
) -> str:
    own = portal.provider._key
    sent = {"alg": "ES256", "kid": own.kid, "typ": "logout+jwt"} | (header or {})
    return jwt.encode(
        {name: value for name, value in sent.items() if value is not None},
        claims(portal, **changes),
        key or own,
    )


def tell(portal: Stage, *tokens: str) -> TestResponse:
    """Post as the provider does: no cookie, no page before it."""
    return portal.browser().post("/backchannel-logout", data={"logout_token": list(tokens)})


def test_a_logout_token_ends_the_session_it_names(portal: Stage, browser: Browser) -> None:
    answer = tell(portal, token(portal))

    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert not browser.is_signed_in


def test_a_token_without_sid_ends_every_session_of_the_citizen(
    portal: Stage, browser: Browser
) -> None:
    second = portal.browser()
    second.sign_in()

    assert tell(portal, token(portal, sid=None)).status_code == 200
    assert not browser.is_signed_in
    assert not second.is_signed_in


@pytest.mark.parametrize(
    "names", [{"sid": "another"}, {"sid": None, "sub": "somebody-else"}], ids=["sid", "sub"]
)
def test_anothers_token_is_confirmed_and_ends_nothing_here(
    portal: Stage, browser: Browser, names: dict[str, Any]
) -> None:
    assert tell(portal, token(portal, **names)).status_code == 200
    assert browser.is_signed_in


def test_a_token_works_once(portal: Stage, browser: Browser) -> None:
    sent = token(portal)
    assert tell(portal, sent).status_code == 200
    browser.sign_in()

    again = tell(portal, sent)

    assert again.status_code == 400
    assert again.json == {"error": "invalid_request", "error_description": "logout_token.jti"}
    assert browser.is_signed_in


MISBEHAVIOUR: dict[str, dict[str, Any]] = {
    "iss": {"iss": "http://localhost:9999"},
    "aud": {"aud": "another-portal"},
    "aud missing": {"aud": None},
    "iat": {"iat": None},
    "iat text": {"iat": "1"},
    "exp": {"exp": None},
    "exp true": {"exp": True},
    "exp endless": {"exp": float("1e300")},
    "events": {"events": None},
    "events empty": {"events": {}},
    "events of another kind": {"events": {"http://schemas.openid.net/event/other": {}}},
    "events a list": {"events": [EVENT]},
    "events not an object": {"events": {EVENT: "yes"}},
    "nonce": {"nonce": "n"},
    "nonce empty": {"nonce": ""},
    "jti": {"jti": None},
    "jti empty": {"jti": ""},
    "jti number": {"jti": 7},
    "sub and sid missing": {"sub": None, "sid": None},
    "sub number": {"sub": 7},
    "sid list": {"sid": [SID]},
}


@pytest.mark.parametrize("changes", MISBEHAVIOUR.values(), ids=MISBEHAVIOUR)
def test_a_token_that_is_not_quite_one_ends_nothing(
    portal: Stage, browser: Browser, changes: dict[str, Any], request: pytest.FixtureRequest
) -> None:
    answer = tell(portal, token(portal, **changes))

    assert answer.status_code == 400
    named = request.node.callspec.id.split("-")[-1].split(" ")[0]
    assert answer.json["error_description"] == f"logout_token.{named}"
    assert browser.is_signed_in


def test_a_second_audience_is_refused(portal: Stage, browser: Browser) -> None:
    client_id = portal.provider.client_id
    assert tell(portal, token(portal, aud=[client_id, "another"])).status_code == 400
    assert browser.is_signed_in
    assert tell(portal, token(portal, aud=[client_id])).status_code == 200
    assert not browser.is_signed_in


@pytest.mark.parametrize(
    ("seconds", "status"), [(-400, 400), (-200, 400), (-60, 200), (5, 200), (60, 400)]
)
def test_a_token_is_for_now(portal: Stage, browser: Browser, seconds: int, status: int) -> None:
    now = int(portal.clock().timestamp()) + seconds

    assert tell(portal, token(portal, iat=now, exp=now + 120)).status_code == status
    assert browser.is_signed_in is (status == 400)


HEADERS: dict[str, dict[str, Any]] = {
    "typ": {"typ": "JWT"},
    "typ missing": {"typ": None},
    "kid": {"kid": None},
}


@pytest.mark.parametrize("header", HEADERS.values(), ids=HEADERS)
def test_a_token_of_another_kind_is_refused(
    portal: Stage, browser: Browser, header: dict[str, Any]
) -> None:
    assert tell(portal, token(portal, header=header)).status_code == 400
    assert browser.is_signed_in


def test_only_the_providers_key_signs(portal: Stage, browser: Browser) -> None:
    foreign = ECKey.generate_key("P-256")
    for forged in (
        token(portal, key=foreign),
        token(portal, key=foreign, header={"kid": "never-published"}),
        token(portal, key=_rsa_key(), header={"alg": "RS256", "kid": "rsa"}),
        unsigned(portal),
        altered(token(portal)),
        "not-a-jwt",
        "x" * 100_000,
        "",
    ):
        assert tell(portal, forged).status_code in {400, 413}
    assert browser.is_signed_in


def unsigned(portal: Stage) -> str:
    portal.provider.mischief = Mischief.ALG_NONE
    try:
        return portal.provider._encoded(claims(portal))
    finally:
        portal.provider.mischief = None


def altered(encoded: str) -> str:
    header, payload, signature = encoded.split(".")
    return f"{header}.{payload[:-4]}AAAA.{signature}"


def test_an_id_token_is_no_logout_token(portal: Stage, browser: Browser) -> None:
    id_token = portal.provider._id_token({"nonce": "n"}, "access")

    assert tell(portal, id_token).status_code == 400
    assert browser.is_signed_in


def test_one_token_at_a_time(portal: Stage, browser: Browser) -> None:
    assert tell(portal).status_code == 400
    assert tell(portal, token(portal), token(portal, jti="2")).status_code == 400
    assert portal.browser().get("/backchannel-logout").status_code == 405
    assert browser.is_signed_in


def test_a_token_that_cannot_be_verified_now_is_asked_for_again(
    portal: Stage, browser: Browser
) -> None:
    portal.clock.pass_by(timedelta(minutes=61))  # what was known of the keys is too old
    portal.wire.failure = httpx.ConnectError
    sent = token(portal)
    assert tell(portal, sent).status_code == 503

    portal.wire.failure = None
    assert tell(portal, sent).status_code == 200
    assert not browser.is_signed_in


def test_strangers_cannot_have_the_keys_fetched_at_will(portal: Stage, browser: Browser) -> None:
    portal.provider.fetched.clear()
    for number in range(5):
        tell(portal, token(portal, header={"kid": f"stranger-{number}"}))

    assert portal.provider.fetched.count("/jwks") == 1
    portal.clock.pass_by(timedelta(seconds=10))
    portal.provider.rotate()
    assert tell(portal, token(portal)).status_code == 200


def test_a_frame_of_the_provider_ends_the_session_without_a_cookie(
    portal: Stage, browser: Browser
) -> None:
    answer = portal.browser().get(
        "/frontchannel-logout", query_string={"iss": portal.provider.issuer, "sid": SID}
    )

    assert answer.status_code == 200
    policy = answer.headers["Content-Security-Policy"]
    assert policy == f"default-src 'none'; frame-ancestors {portal.provider.issuer}"
    assert answer.headers["Cache-Control"] == "no-store"
    assert not browser.is_signed_in


@pytest.mark.parametrize(
    "query",
    [{}, {"sid": SID}, {"iss": "http://localhost:9999", "sid": SID}, {"iss": None, "sid": "x"}],
    ids=json.dumps,
)
def test_a_frame_that_knows_no_name_ends_nothing(
    portal: Stage, browser: Browser, query: dict[str, str | None]
) -> None:
    named = {name: value or portal.provider.issuer for name, value in query.items()}

    assert portal.browser().get("/frontchannel-logout", query_string=named).status_code == 200
    assert browser.is_signed_in


def test_the_registration_names_these_addresses(portal: Stage) -> None:
    """What the operators register is what the portal serves."""
    folder = portal.site.registration.client_id.replace("-", "_")
    document = tomllib.loads((CLIENTS / folder / "registration.toml").read_text("utf-8"))
    rules = {rule.rule for rule in portal.portal.url_map.iter_rules()}

    uris = [document[name] for name in document if name.endswith("channel_logout_uri")]
    assert uris
    assert {f"/{uri.partition('://')[2].partition('/')[2]}" for uri in uris} <= rules
