"""ID tokens with one thing wrong: exactly that, and nothing that serves anybody else."""

import base64
import hmac
import json
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from joserfc import jwt
from joserfc.errors import BadSignatureError, JoseError
from joserfc.jwk import JWKRegistry, KeySet

from idp.integration_tests.misbehave import forged, signed
from idp.integration_tests.model import CaseName
from idp.signing.material import KeyMaterial, SigningAlgorithm
from idp.signing.model import KeyRing, RotationPolicy
from idp.signing.rules import add_first
from idp.signing.signer import NotOurToken, Signer
from tests.fakes.clock import FakeClock
from tests.fakes.key_store import KeysInMemory

NOW = int(datetime(2026, 11, 21, 2, 12, tzinfo=UTC).timestamp())
GOOD = {
    "iss": "https://idp.example",
    "aud": "binh-dinh",
    "sub": "s",
    "iat": NOW,
    "exp": NOW + 300,
    "nonce": "n",
}
ES256, RS256 = SigningAlgorithm.ES256, SigningAlgorithm.RS256


@pytest.fixture(scope="module")
def signer() -> Signer:
    clock, store = FakeClock(datetime.fromtimestamp(NOW, UTC)), KeysInMemory()
    for algorithm in SigningAlgorithm:
        store.update(partial(_with_first, algorithm, clock))
    return Signer(
        store,
        clock,
        RotationPolicy(publish_after_retirement=timedelta(days=2)),
        on_unreadable=print,
    )


def _with_first(algorithm: SigningAlgorithm, clock: FakeClock, ring: KeyRing) -> KeyRing:
    return add_first(ring, KeyMaterial.generate(algorithm), now=clock.now())


def made(case: CaseName, signer: Signer, algorithm: SigningAlgorithm = ES256) -> str:
    return signed(case, GOOD, algorithm=algorithm, signer=signer).token


def part(token: str, place: int) -> dict[str, Any]:
    text = token.split(".")[place]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(text + "=="))
    return found


def keys(signer: Signer) -> KeySet:
    return KeySet.import_key_set(json.loads(signer.jwks().body))


@pytest.mark.parametrize("algorithm", SigningAlgorithm)
@pytest.mark.parametrize(
    ("case", "changed"),
    [
        (CaseName.GOOD_SIGN_IN, set()),
        (CaseName.WRONG_ISSUER, {"iss"}),
        (CaseName.WRONG_AUDIENCE, {"aud"}),
        (CaseName.WRONG_NONCE, {"nonce"}),
        (CaseName.EXPIRED, {"exp"}),
        (CaseName.NOT_YET_VALID, {"iat", "nbf", "exp"}),
        (CaseName.LOWER_LEVEL, set()),
        (CaseName.REPLAYED_CODE, set()),
        (CaseName.SIGN_OUT, set()),
    ],
)
def test_one_claim_is_wrong_and_the_signature_is_ours(
    signer: Signer, case: CaseName, changed: set[str], algorithm: SigningAlgorithm
) -> None:
    token = made(case, signer, algorithm)
    claims = jwt.decode(token, keys(signer), algorithms=[algorithm.value]).claims

    assert {name for name in claims if claims[name] != GOOD.get(name)} == changed


def test_times_are_wrong_in_one_direction(signer: Signer) -> None:
    assert part(made(CaseName.EXPIRED, signer), 1)["exp"] < NOW
    later = part(made(CaseName.NOT_YET_VALID, signer), 1)
    assert NOW < later["iat"] == later["nbf"] < later["exp"]


@pytest.mark.parametrize("algorithm", SigningAlgorithm)
def test_a_strangers_signature_under_our_name(signer: Signer, algorithm: SigningAlgorithm) -> None:
    token = made(CaseName.WRONG_SIGNATURE, signer, algorithm)

    assert part(token, 0) == part(made(CaseName.GOOD_SIGN_IN, signer, algorithm), 0)
    assert part(token, 1) == GOOD
    with pytest.raises(BadSignatureError):
        jwt.decode(token, keys(signer), algorithms=[algorithm.value])


def test_no_signature_at_all(signer: Signer) -> None:
    token = made(CaseName.ALGORITHM_NONE, signer)

    assert (part(token, 0)["alg"], part(token, 1), token.split(".")[2]) == ("none", GOOD, "")


@pytest.mark.parametrize("algorithm", SigningAlgorithm)
def test_our_public_key_taken_for_a_secret(signer: Signer, algorithm: SigningAlgorithm) -> None:
    token = made(CaseName.ALGORITHM_HS256, signer, algorithm)
    header, (message, _, tag) = part(token, 0), token.rpartition(".")
    pem = keys(signer).get_by_kid(header["kid"]).as_pem(private=False)

    assert (header["alg"], part(token, 1)) == ("HS256", GOOD)
    expected = hmac.digest(pem, message.encode(), "sha256")
    assert base64.urlsafe_b64decode(tag + "==") == expected


@pytest.mark.parametrize("algorithm", SigningAlgorithm)
def test_a_key_that_is_published_with_its_token_and_never_used_again(
    signer: Signer, algorithm: SigningAlgorithm
) -> None:
    first, second = (
        signed(CaseName.UNKNOWN_KEY, GOOD, algorithm=algorithm, signer=signer) for _ in range(2)
    )
    assert first.new_key is not None
    assert second.new_key is not None

    assert first.new_key["kid"] != second.new_key["kid"]
    assert first.new_key["kid"] not in signer.jwks().body.decode()
    assert not {"d", "p", "q", "dp", "dq", "qi"} & first.new_key.keys()
    key = JWKRegistry.import_key(dict(first.new_key))
    assert jwt.decode(first.token, key, algorithms=[algorithm.value]).claims == GOOD


@pytest.mark.parametrize(
    "case",
    [
        CaseName.WRONG_SIGNATURE,
        CaseName.ALGORITHM_NONE,
        CaseName.ALGORITHM_HS256,
        CaseName.UNKNOWN_KEY,
        CaseName.EXPIRED,
    ],
)
def test_we_ourselves_take_none_of_them(signer: Signer, case: CaseName) -> None:
    with pytest.raises(NotOurToken):
        signer.verify(
            made(case, signer), typ=frozenset({"JWT"}), algorithms=tuple(SigningAlgorithm)
        )


@pytest.mark.parametrize("algorithm", SigningAlgorithm)
def test_a_forged_token_differs_in_its_signature_alone(
    signer: Signer, algorithm: SigningAlgorithm
) -> None:
    good = signer.sign(GOOD, algorithm=algorithm, typ="logout+jwt")
    bad = forged(good, algorithm)

    assert bad.split(".")[:2] == good.split(".")[:2]
    with pytest.raises(JoseError):
        jwt.decode(bad, keys(signer), algorithms=[algorithm.value])
