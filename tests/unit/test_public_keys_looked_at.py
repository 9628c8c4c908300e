"""Keys that a team pastes or publishes: what is taken, and what is refused unread."""

import json

import pytest
from joserfc.jwk import ECKey, RSAKey

from idp.console.relying_parties.pasted_keys import (
    PrivateKeyPasted,
    UnreadableKeys,
    parse_pasted_keys,
)
from idp.oidc.client_keys import key_problem
from idp.onboarding.look_at_keys import LookAtKeys, SeenKey, SeenKeys
from idp.relying_parties.ports import FetchFailed
from idp.relying_parties.rules import public_key_problem
from tests.fakes.fetcher import FetcherInMemory

EC = ECKey.generate_key("P-256", {"kid": "k1", "alg": "ES256"})
RSA = RSAKey.generate_key(2048)
URL = "https://portal.example/jwks"
PUBLIC, PRIVATE = EC.as_dict(private=False), EC.as_dict(private=True)


def seen(*keys: dict[str, object]) -> SeenKeys:
    fetcher = FetcherInMemory()
    fetcher.serve(URL, json.dumps({"keys": keys}).encode())
    return LookAtKeys(fetcher=fetcher, key_problem=key_problem)(URL)


@pytest.mark.parametrize(
    "pasted",
    [
        json.dumps({"keys": [PUBLIC]}),
        json.dumps(PUBLIC),
        f"\n  {json.dumps(PUBLIC, indent=2)}\n",
    ],
)
def test_jwks_are_taken_as_they_are(pasted: str) -> None:
    assert parse_pasted_keys(pasted) == [PUBLIC]


@pytest.mark.parametrize("key", [EC, RSA], ids=["EC", "RSA"])
def test_pem_becomes_a_jwk_by_its_thumbprint(key: ECKey | RSAKey) -> None:
    pem = key.as_pem(private=False).decode()

    [parsed] = parse_pasted_keys(pem)
    assert len(parse_pasted_keys(pem + pem)) == 2

    assert parsed["kid"] == key.thumbprint()
    assert public_key_problem(parsed) is None
    assert key_problem(parsed) is None


@pytest.mark.parametrize(
    "pasted",
    [
        json.dumps(PRIVATE),
        json.dumps({"keys": [PUBLIC, PRIVATE]}),
        json.dumps({"kty": "oct", "k": "c2VjcmV0"}),
        EC.as_pem(private=True).decode(),
        RSA.as_pem(private=True).decode().replace("\n", " "),
        "-----begin ec private key-----",
        json.dumps([PUBLIC, PRIVATE]),
        f"{json.dumps(PRIVATE)},",
        str(PRIVATE),
        "".join(EC.as_pem(private=True).decode().splitlines()[1:-1]),
        "\n".join(RSA.as_pem(private=True, password="x").decode().splitlines()[1:-1]),
    ],
)
def test_a_private_key_is_refused_without_a_word_of_it(pasted: str) -> None:
    with pytest.raises(PrivateKeyPasted) as refused:
        parse_pasted_keys(pasted)

    assert str(refused.value) == ""


@pytest.mark.parametrize(
    "pasted",
    [
        *("", "hello", "{", "[]", '{"keys": []}', '{"keys": 5}', "["),
        "-----BEGIN PUBLIC KEY-----\nx",
        "[" * 100_000,
    ],
)
def test_what_is_no_key_is_refused(pasted: str) -> None:
    with pytest.raises(UnreadableKeys):
        parse_pasted_keys(pasted)


def test_keys_at_an_address_are_shown_as_we_would_use_them() -> None:
    weak = RSAKey.import_key(RSA.as_dict(private=False)).as_dict(private=False) | {"n": "sXch"}

    assert seen(
        PUBLIC, weak, {"kty": "oct"}, {"kty": "EC", "kid": "a" * 999, "alg": 5}
    ) == SeenKeys(
        [
            SeenKey("k1", "EC", "ES256", usable=True),
            SeenKey("", "RSA", "", usable=False),
            SeenKey("", "oct", "", usable=False),
            SeenKey("a" * 80, "EC", "", usable=False),
        ],
        private=False,
    )


def test_a_published_private_key_is_cried_out_and_not_used() -> None:
    assert seen(PRIVATE) == SeenKeys([SeenKey("k1", "EC", "ES256", usable=False)], private=True)


@pytest.mark.parametrize("body", [b"", b"[]", b'{"keys": {}}', b"\xff", b"[" * 100_000])
def test_what_is_no_key_set_fails_by_a_word(body: bytes) -> None:
    fetcher = FetcherInMemory()
    fetcher.serve(URL, body)

    with pytest.raises(FetchFailed) as failed:
        LookAtKeys(fetcher=fetcher, key_problem=key_problem)(URL)

    assert failed.value.cause == "no JWK Set"
