"""What a relying party signed is believed by its own keys, and by nothing the token says."""

import base64
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from joserfc import jws
from joserfc.jwk import ECKey, OctKey, RSAKey

from idp.oidc.client_keys import (
    ASK_AGAIN_AFTER,
    FRESH_FOR,
    MAX_TOKEN,
    USABLE_FOR,
    BadSignature,
    ClientKeySet,
    key_problem,
)
from idp.relying_parties.model import CLIENT_ALGORITHMS, ClientKeys, RelyingParty
from idp.relying_parties.registration import parse_registration
from tests.fakes.clock import FakeClock
from tests.fakes.credential_uses import UsesInMemory
from tests.fakes.fetcher import FetcherInMemory
from tests.fakes.registrations import BASIC, registration

URI = "https://portal-basic.example/jwks"
EC = ECKey.generate_key("P-256", {"kid": "ec", "use": "sig"})
OTHER = ECKey.generate_key("P-256", {"kid": "other"})
RSA = RSAKey.generate_key(2048, {"kid": "rsa"})
CLAIMS = {"iss": BASIC, "answer": 42}


def signed(
    key: ECKey | RSAKey | OctKey,
    algorithm: str,
    payload: object = CLAIMS,
    header: Mapping[str, Any] | None = None,
) -> str:
    fields = {"alg": algorithm, "kid": key.kid} | dict(header or {})
    registry = jws.JWSRegistry(algorithms=[algorithm], strict_check_header=False)
    registry.max_header_length = 100_000
    content = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    kept = {name: value for name, value in fields.items() if value is not None}
    return jws.serialize_compact(kept, content, key, registry=registry)


def by_hand(header: object, payload: bytes = b"{}", signature: bytes = b"x") -> str:
    raw = header if isinstance(header, bytes) else json.dumps(header).encode()
    return b".".join(
        base64.urlsafe_b64encode(part).rstrip(b"=") for part in (raw, payload, signature)
    ).decode()


def jwks(*keys: ECKey | RSAKey) -> bytes:
    return json.dumps({"keys": [key.as_dict(private=False) for key in keys]}).encode()


def party(*keys: ECKey | RSAKey, uri: str | None = None) -> RelyingParty:
    named = parse_registration(registration(BASIC)).relying_party
    held = tuple(key.as_dict(private=False) for key in keys)
    return replace(named, keys=ClientKeys(held, uri))


USES = UsesInMemory()


@pytest.fixture
def fetcher() -> FetcherInMemory:
    return FetcherInMemory()


@pytest.fixture
def client_keys(fetcher: FetcherInMemory, clock: FakeClock) -> ClientKeySet:
    return ClientKeySet(fetcher, USES, clock)


def refused(client_keys: ClientKeySet, token: str, relying_party: RelyingParty) -> None:
    with pytest.raises(BadSignature):
        client_keys.verify(token, relying_party, algorithms=CLIENT_ALGORITHMS)


@pytest.mark.parametrize(
    ("key", "algorithm"),
    [(EC, "ES256"), (RSA, "RS256"), (RSA, "PS256")],
    ids=["ES256", "RS256", "PS256"],
)
def test_what_its_key_signed_is_read(
    client_keys: ClientKeySet, key: ECKey | RSAKey, algorithm: str
) -> None:
    claims = client_keys.verify(
        signed(key, algorithm), party(EC, RSA), algorithms=CLIENT_ALGORITHMS
    )

    assert claims == CLAIMS


@pytest.mark.parametrize("typ", ["JWT", "jwt", "application/JWT"])
def test_its_type_may_be_said(client_keys: ClientKeySet, typ: str) -> None:
    token = signed(EC, "ES256", header={"typ": typ})

    assert client_keys.verify(token, party(EC), algorithms=CLIENT_ALGORITHMS) == CLAIMS


def test_the_only_key_needs_no_name(client_keys: ClientKeySet) -> None:
    token = signed(EC, "ES256", header={"kid": None})

    assert client_keys.verify(token, party(EC, RSA), algorithms=CLIENT_ALGORITHMS) == CLAIMS
    refused(client_keys, token, party(EC, OTHER))


def test_a_key_that_has_ended_counts_no_more(client_keys: ClientKeySet, clock: FakeClock) -> None:
    end = int((clock.now() + timedelta(days=1)).timestamp())
    ending = replace(party(), keys=ClientKeys(({**EC.as_dict(private=False), "exp": end},)))
    token = signed(EC, "ES256")

    assert client_keys.verify(token, ending, algorithms=CLIENT_ALGORITHMS) == CLAIMS
    assert USES.used[-1] == (BASIC, EC.thumbprint())
    clock.advance(timedelta(days=1))
    refused(client_keys, token, ending)


def test_only_algorithms_of_the_purpose_count(client_keys: ClientKeySet) -> None:
    with pytest.raises(BadSignature):
        client_keys.verify(signed(RSA, "RS256"), party(RSA), algorithms=("PS256",))


_ES256 = {"alg": "ES256", "kid": "ec"}
_CONFUSED = OctKey.import_key(jwks(RSA), {"kid": "rsa"})
REFUSED = {
    "another's key": signed(OTHER, "ES256", header={"kid": "ec"}),
    "an unknown kid": signed(OTHER, "ES256"),
    "a kid with a quote": signed(EC, "ES256", header={"kid": 'ec"'}),
    "a kid that is no text": by_hand({"alg": "ES256", "kid": 7}),
    "none": by_hand({"alg": "none"}, signature=b""),
    "None": by_hand({"alg": "None", "kid": "ec"}),
    "HS256 with the public key": signed(_CONFUSED, "HS256"),
    "an algorithm of another kind of key": by_hand({"alg": "RS256", "kid": "ec"}),
    "no algorithm": by_hand({"kid": "ec"}),
    "an algorithm that is a list": by_hand({"alg": ["ES256"], "kid": "ec"}),
    "another type": signed(EC, "ES256", header={"typ": "dpop+jwt"}),
    "a type that is no text": by_hand(_ES256 | {"typ": 1}),
    "crit": by_hand(_ES256 | {"crit": ["exp"], "exp": 1}),
    "b64": by_hand(_ES256 | {"b64": False}),
    "a header member twice": by_hand(b'{"alg":"ES256","kid":"ec","kid":"other"}'),
    "a header that is a list": by_hand([]),
    "a header that is deep": by_hand(b"[" * 20_000),
    "a header that is long": signed(EC, "ES256", header={"x": "x" * 3000}),
    "a claim twice": signed(EC, "ES256", b'{"iss":"a","iss":"b"}'),
    "claims that are a list": signed(EC, "ES256", []),
    "claims that are no JSON": signed(EC, "ES256", b"\xff"),
    "claims that are deep": signed(EC, "ES256", b"[" * 20_000),
    "NaN": signed(EC, "ES256", b'{"exp": NaN}'),
    "a shortened signature": signed(EC, "ES256")[:-4],
    "no signature": signed(EC, "ES256").rpartition(".")[0] + ".",
    "two parts": "a.b",
    "an encrypted token": "a.b.c.d.e",
    "another alphabet": "ă.b.c",
    "nothing": "",
    "dots": "..",
    "too long": signed(EC, "ES256", {"x": "x" * MAX_TOKEN}),
}


@pytest.mark.parametrize("token", REFUSED.values(), ids=REFUSED)
def test_everything_else_is_a_bad_signature(client_keys: ClientKeySet, token: str) -> None:
    refused(client_keys, token, party(EC, RSA))


def test_without_keys_nothing_is_believed(client_keys: ClientKeySet) -> None:
    refused(client_keys, signed(EC, "ES256"), party())


def test_a_changed_registration_counts_at_once(client_keys: ClientKeySet) -> None:
    assert client_keys.verify(signed(EC, "ES256"), party(EC), algorithms=CLIENT_ALGORITHMS)

    refused(client_keys, signed(EC, "ES256"), party(OTHER))


def _number(key: rsa.RSAPrivateKey) -> str:
    modulus = key.public_key().public_numbers().n
    raw = modulus.to_bytes(key.key_size // 8, "big")
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


@pytest.mark.parametrize(
    "jwk",
    [
        {"kty": "RSA", "n": "AQAB", "e": "AQAB"},
        {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"},
        {"kty": "EC", "crv": "P-521", "x": "AA", "y": "AA"},
        {"kty": "EC", "crv": "P-256"},
        {"kty": "RSA", "n": 1, "e": None},
        {"kty": "RSA", "n": "AA" * 2000, "e": "AQAB"},
        {"kty": "oct", "k": "AA"},
        {"kty": ["EC"]},
        {},
        {"kty": "RSA", "n": _number(rsa.generate_private_key(65537, 1024)), "e": "AQAB"},  # noqa: S505
        EC.as_dict(private=False) | {"use": "enc"},
    ],
)
def test_weak_and_strange_keys_are_passed_over(
    client_keys: ClientKeySet, jwk: dict[str, object]
) -> None:
    odd = party(EC)
    odd = replace(odd, keys=ClientKeys((jwk, *odd.keys.jwks)))

    assert key_problem(jwk)
    assert client_keys.verify(signed(EC, "ES256"), odd, algorithms=CLIENT_ALGORITHMS) == CLAIMS


def test_a_key_for_one_algorithm_is_for_no_other(client_keys: ClientKeySet) -> None:
    jwk = RSA.as_dict(private=False) | {"alg": "PS256"}
    bound = replace(party(), keys=ClientKeys((jwk,)))

    refused(client_keys, signed(RSA, "RS256"), bound)


# --- keys at an address


def verified(client_keys: ClientKeySet, key: ECKey) -> bool:
    try:
        client_keys.verify(signed(key, "ES256"), party(uri=URI), algorithms=CLIENT_ALGORITHMS)
    except BadSignature:
        return False
    return True


def test_keys_are_fetched_once_while_they_are_fresh(
    client_keys: ClientKeySet, fetcher: FetcherInMemory, clock: FakeClock
) -> None:
    fetcher.serve(URI, jwks(EC), "application/jwk-set+json")

    assert verified(client_keys, EC)
    clock.advance(FRESH_FOR - timedelta(seconds=1))
    assert verified(client_keys, EC)
    assert fetcher.asked == [URI]
    clock.advance(timedelta(seconds=1))
    assert verified(client_keys, EC)
    assert fetcher.asked == [URI, URI]


def test_an_unknown_key_is_looked_for_at_once(
    client_keys: ClientKeySet, fetcher: FetcherInMemory
) -> None:
    """Core §10.1.1: a portal rotates without telling us."""
    fetcher.serve(URI, jwks(EC))
    assert verified(client_keys, EC)
    fetcher.serve(URI, jwks(EC, OTHER))

    assert verified(client_keys, OTHER)
    assert verified(client_keys, EC)
    assert len(fetcher.asked) == 2


def test_made_up_keys_do_not_flood_the_portal(
    client_keys: ClientKeySet, fetcher: FetcherInMemory, clock: FakeClock
) -> None:
    fetcher.serve(URI, jwks(EC))
    for _ in range(5):
        assert not verified(client_keys, OTHER)

    assert len(fetcher.asked) == 2
    clock.advance(ASK_AGAIN_AFTER)
    assert not verified(client_keys, OTHER)
    assert len(fetcher.asked) == 3
    assert verified(client_keys, EC)


def test_a_withdrawn_key_ends(
    client_keys: ClientKeySet, fetcher: FetcherInMemory, clock: FakeClock
) -> None:
    fetcher.serve(URI, jwks(EC))
    assert verified(client_keys, EC)
    fetcher.serve(URI, jwks(OTHER))
    clock.advance(FRESH_FOR)

    assert not verified(client_keys, EC)


def test_the_last_good_keys_outlive_an_outage_for_a_while(
    client_keys: ClientKeySet, fetcher: FetcherInMemory, clock: FakeClock
) -> None:
    fetcher.serve(URI, jwks(EC))
    assert verified(client_keys, EC)
    fetcher.documents.clear()

    clock.advance(USABLE_FOR - timedelta(seconds=1))
    assert verified(client_keys, EC)
    clock.advance(ASK_AGAIN_AFTER)
    assert not verified(client_keys, EC)


def test_an_address_that_fails_is_not_asked_at_every_token(
    client_keys: ClientKeySet, fetcher: FetcherInMemory, clock: FakeClock
) -> None:
    for _ in range(5):
        assert not verified(client_keys, EC)
    assert len(fetcher.asked) == 1

    fetcher.serve(URI, jwks(EC))
    clock.advance(ASK_AGAIN_AFTER)
    assert verified(client_keys, EC)


@pytest.mark.parametrize(
    "document", [b"", b"[]", b"{}", b'{"keys": 1}', b"\xff", b"[" * 20_000, b'{"keys": [1, []]}']
)
def test_a_document_that_is_no_key_set_holds_no_keys(
    client_keys: ClientKeySet, fetcher: FetcherInMemory, document: bytes
) -> None:
    fetcher.serve(URI, document)

    assert not verified(client_keys, EC)
