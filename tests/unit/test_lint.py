"""What a registration should mend, each rule by a registration that fails it alone."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from joserfc.jwk import ECKey

from idp.relying_parties.lint import RULES, HeldSecret, Looked, Weight, lint
from idp.relying_parties.registration import parse_registration
from tests.fakes.clock import FakeClock
from tests.fakes.registrations import registration

JWKS = {"keys": [ECKey.generate_key("P-256", {"kid": "k"}).as_dict(private=False)]}
PLAIN: dict[str, Any] = {
    "redirect_uris": ["https://portal.gov.example/callback"],
    "post_logout_redirect_uris": ["https://portal.gov.example/bye"],
    "initiate_login_uri": "https://portal.gov.example/start",
    "policy_uri": "https://portal.gov.example/policy",
    "contacts": ["help@portal.gov.example"],
    "backchannel_logout_uri": "https://portal.gov.example/backchannel",
    "token_endpoint_auth_method": "private_key_jwt",
    "token_endpoint_auth_signing_alg": "ES256",
    "jwks_uri": "https://portal.gov.example/jwks",
}
SECRET = {
    "token_endpoint_auth_method": "client_secret_basic",
    "token_endpoint_auth_signing_alg": None,
    "jwks_uri": None,
}


def looked(
    clock: FakeClock,
    *others: dict[str, Any],
    secrets: Sequence[HeldSecret] | None = None,
    **changes: Any,
) -> Looked:
    now = clock.now()
    fresh = [HeldSecret(now - timedelta(days=1), None)]
    return Looked(
        party=parse_registration(registration("portal", **(PLAIN | changes))).relying_party,
        others=[
            parse_registration(registration("other", **(PLAIN | other))).relying_party
            for other in others
        ],
        secrets=fresh if secrets is None else secrets,
        now=now,
    )


def rules(seen: Looked) -> set[str]:
    return {finding.rule for finding in lint(seen)}


def test_a_registration_can_be_without_fault(clock: FakeClock) -> None:
    other = {"redirect_uris": ["https://other.gov.example/callback"]}

    assert lint(looked(clock, other)) == ()


FAILING: dict[str, dict[str, Any]] = {
    "redirect-over-http": {"redirect_uris": ["http://localhost:8401/callback"]},
    "start-over-http": {"initiate_login_uri": "http://localhost:8401/start"},
    "logout-over-http": {"backchannel_logout_uri": "http://localhost:8401/backchannel"},
    "pkce-not-required": {"require_pkce": False},
    "redirect-host-loose": {"redirect_uris": ["https://portal.github.io/callback"]},
    "redirect-onward": {"redirect_uris": ["https://portal.gov.example/callback?next=home"]},
    "secret-in-body": SECRET | {"token_endpoint_auth_method": "client_secret_post"},
    "shared-secret": SECRET,
    "keys-fixed": {"jwks_uri": None, "jwks": JWKS},
    "any-algorithm": {"token_endpoint_auth_signing_alg": None},
    "request-uri-without-hash": {
        "request_uris": ["https://portal.gov.example/request.jwt"],
        "request_object_signing_alg": "ES256",
    },
    "profile-legacy": SECRET
    | {"security_profile": "legacy", "id_token_signed_response_alg": "RS256"},
    "id-token-rs256": {"id_token_signed_response_alg": "RS256"},
    "two-kinds-of-tokens": {"grant_types": ["authorization_code", "client_credentials"]},
    "no-backchannel-logout": {"backchannel_logout_uri": None},
    "no-way-to-start": {"initiate_login_uri": None},
    "no-policy": {"policy_uri": None},
    "no-contact": {"contacts": None},
}
ALSO = {
    "secret-in-body": {"shared-secret"},
    "profile-legacy": {"shared-secret", "id-token-rs256", "pkce-not-required"},
}


@pytest.mark.parametrize("rule", FAILING)
def test_each_rule_is_failed(clock: FakeClock, rule: str) -> None:
    assert rules(looked(clock, **FAILING[rule])) == {rule} | ALSO.get(rule, set())


@pytest.mark.parametrize(
    "uri",
    [
        "https://portal/callback",
        "https://portal.ngrok.io/callback",
    ],
)
def test_a_host_that_may_become_anothers(clock: FakeClock, uri: str) -> None:
    assert rules(looked(clock, redirect_uris=[uri])) == {"redirect-host-loose"}


def test_an_address_inside_an_address_leads_onward(clock: FakeClock) -> None:
    uri = "https://portal.gov.example/callback?x=https%3A%2F%2Fevil.example"

    assert rules(looked(clock, redirect_uris=[uri])) == {"redirect-onward"}


def test_portals_do_not_share_where_codes_go(clock: FakeClock) -> None:
    assert rules(looked(clock, {})) == {"redirect-shared", "redirect-host-shared"}
    other = {"redirect_uris": ["https://portal.gov.example/other"]}
    assert rules(looked(clock, other)) == {"redirect-host-shared"}
    assert rules(looked(clock, other | {"sector": "sector-of-portal"})) == set()


def test_a_secret_ages(clock: FakeClock) -> None:
    now = clock.now()
    old, new = (HeldSecret(now - timedelta(days=days), None) for days in (361, 360))

    assert "secret-old" in rules(looked(clock, secrets=[old], **SECRET))
    assert "secret-old" not in rules(looked(clock, secrets=[new], **SECRET))


def test_the_last_secret_to_end_is_named(clock: FakeClock) -> None:
    now = clock.now()
    made = now - timedelta(days=1)
    soon = HeldSecret(made, now + timedelta(days=30))
    later = HeldSecret(made, now + timedelta(days=31))
    forever, ended = HeldSecret(made, None), HeldSecret(made, now)

    assert "secret-ending" in rules(looked(clock, secrets=[soon, ended], **SECRET))
    assert "secret-ending" not in rules(looked(clock, secrets=[soon, later], **SECRET))
    assert "secret-ending" not in rules(looked(clock, secrets=[soon, forever], **SECRET))
    assert "no-secret" in rules(looked(clock, secrets=[ended], **SECRET))


def test_what_is_broken_stands_first(clock: FakeClock) -> None:
    weights = [f.weight for f in lint(looked(clock, contacts=None, require_pkce=False))]

    assert weights == [Weight.BROKEN, Weight.WARNING]


def test_every_rule_says_where_it_comes_from_and_how_to_mend_it() -> None:
    names = [rule.name for rule in RULES]

    assert len(set(names)) == len(names)
    assert all("§" in rule.clause and rule.fix.endswith(".") for rule in RULES)
