import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from joserfc import jws

from idp.signing.material import KeyMaterial, SigningAlgorithm, UnsuitableKey

PRIVATE_MEMBERS = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}


@pytest.fixture(scope="module", params=SigningAlgorithm)
def material(request: pytest.FixtureRequest) -> KeyMaterial:
    return KeyMaterial.generate(request.param)


def test_the_jwk_holds_nothing_private(material: KeyMaterial) -> None:
    assert not PRIVATE_MEMBERS & material.public_jwk.keys()


def test_the_jwk_says_which_key_and_what_for(material: KeyMaterial) -> None:
    jwk = material.public_jwk

    assert (jwk["kid"], jwk["use"], jwk["alg"]) == (material.kid, "sig", material.algorithm)


def test_the_kid_is_the_thumbprint(material: KeyMaterial) -> None:
    assert material.kid == material.verification_key.thumbprint()
    assert len(material.kid) == 43


def test_another_implementation_verifies_our_signature(material: KeyMaterial) -> None:
    theirs = jws.JWSRegistry(algorithms=[material.algorithm.value]).get_alg(material.algorithm)
    signature = material.sign(b"message")

    assert theirs.verify(b"message", signature, material.verification_key)
    assert not theirs.verify(b"massage", signature, material.verification_key)


def test_the_private_key_shows_in_no_repr(material: KeyMaterial) -> None:
    assert "private_key" not in repr(material)


@pytest.mark.parametrize(
    ("algorithm", "private_key"),
    [
        (SigningAlgorithm.ES256, ec.generate_private_key(ec.SECP384R1())),
        (SigningAlgorithm.RS256, ec.generate_private_key(ec.SECP256R1())),
        (SigningAlgorithm.RS256, rsa.generate_private_key(65537, 1024)),  # noqa: S505 (the point)
        (SigningAlgorithm.ES256, ed25519.Ed25519PrivateKey.generate()),
    ],
    ids=["another curve", "another type", "too short", "unknown to us"],
)
def test_a_key_that_does_not_fit_is_refused(
    algorithm: SigningAlgorithm, private_key: object
) -> None:
    with pytest.raises(UnsuitableKey):
        KeyMaterial.of(algorithm, private_key)
