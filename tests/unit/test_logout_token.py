"""Logout tokens, claim by claim (OpenID Connect Back-Channel Logout §2.4)."""

import json
from datetime import timedelta

import pytest
from joserfc import jws, jwt
from joserfc.jwk import KeySet

from idp.oidc.logout_token import SignedLogoutTokens
from idp.relying_parties.model import RelyingParty
from idp.relying_parties.registration import parse_registration
from idp.signing.material import SigningAlgorithm
from idp.signing.model import RotationPolicy
from idp.signing.rules import add_first
from idp.signing.signer import NotOurToken, Signer
from tests.fakes.key_store import KeysInMemory
from tests.fakes.registrations import BASIC, registration
from tests.fakes.signing_keys import NOON, SetClock, named_material

ISSUER = "https://id.example"


@pytest.fixture
def signer() -> Signer:
    keys = KeysInMemory()
    for algorithm in SigningAlgorithm:
        material = named_material(f"key-{algorithm}", algorithm)
        keys.update(lambda ring, material=material: add_first(ring, material, now=NOON))
    policy = RotationPolicy(publish_after_retirement=timedelta(days=2))
    return Signer(keys, SetClock(), policy, on_unreadable=print)


def relying_party(**changes: object) -> RelyingParty:
    return parse_registration(registration(BASIC, **changes)).relying_party


def issued(signer: Signer, **changes: object) -> str:
    tokens = SignedLogoutTokens(issuer=ISSUER, signer=signer, clock=SetClock())
    return tokens.issue(relying_party(**changes), sub="a-subject", sid="a-sid", jti="a-name")


def test_it_says_this_and_nothing_else(signer: Signer) -> None:
    keys = KeySet.import_key_set(json.loads(signer.jwks().body))

    token = jwt.decode(issued(signer), keys, algorithms=["ES256"])

    now = int(NOON.timestamp())
    assert token.header == {"alg": "ES256", "kid": "key-ES256", "typ": "logout+jwt"}
    assert token.claims == {
        "iss": ISSUER,
        "aud": BASIC,
        "iat": now,
        "exp": now + 120,
        "jti": "a-name",
        "events": {"http://schemas.openid.net/event/backchannel-logout": {}},
        "sub": "a-subject",
        "sid": "a-sid",
    }


@pytest.mark.parametrize("algorithm", ["ES256", "RS256"])
def test_it_is_signed_as_the_id_tokens_of_the_party_are(signer: Signer, algorithm: str) -> None:
    token = issued(signer, id_token_signed_response_alg=algorithm)

    assert jws.extract_compact(token.encode()).headers()["alg"] == algorithm


def test_it_is_no_hint_for_signing_out(signer: Signer) -> None:
    with pytest.raises(NotOurToken):
        signer.verify(issued(signer), typ=frozenset({"JWT"}), algorithms=tuple(SigningAlgorithm))
