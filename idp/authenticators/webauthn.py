"""
The two ceremonies of a passkey (Web Authentication Level 3 §7), by the library of Yubico.

The library brings the list of public suffixes, 3 MB in all, and is loaded for the first passkey.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

from fido2 import cbor
from fido2.cose import ES256, RS256, CoseKey, EdDSA
from fido2.server import Fido2Server
from fido2.utils import websafe_encode
from fido2.webauthn import (
    Aaguid,
    AttestationConveyancePreference,
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialDescriptor,
    PublicKeyCredentialParameters,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialType,
    PublicKeyCredentialUserEntity,
    RegistrationResponse,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from idp.authenticators.passkeys import NewPasskey, PasskeyRefused, Place, UnverifiedAssertion
from idp.authenticators.ports import PasskeyChallenges
from idp.citizens.model import CitizenId
from idp.core.handles import new_secret_bytes

ALGORITHMS: Final = (ES256.ALGORITHM, EdDSA.ALGORITHM, RS256.ALGORITHM)
"""What a passkey may sign with, in our order; never what the answer says of itself."""
_CHALLENGE_BYTES: Final = 32
_LONGEST_CREDENTIAL_ID: Final = 1023


class WebauthnCeremonies:
    """
    Makes what a browser is asked, and judges what it answers; implements `PasskeyCeremonies`.

    Passkeys are discoverable, so that nobody has to type a number, and verify their person, so that
    one of them is two factors. No attestation is asked for: it would tell citizens' models apart.
    """

    def __init__(self, *, issuer: str, site: str, name: str, challenges: PasskeyChallenges) -> None:
        """Take the *issuer*, whose origin alone is accepted, its host (*site*) and shown *name*."""
        self._challenges = challenges
        self._server = Fido2Server(
            PublicKeyCredentialRpEntity(id=site, name=name),
            attestation=AttestationConveyancePreference.NONE,
            verify_origin=lambda origin: origin == issuer,
        )
        self._server.allowed_algorithms = [
            PublicKeyCredentialParameters(type=PublicKeyCredentialType.PUBLIC_KEY, alg=algorithm)
            for algorithm in ALGORITHMS
        ]

    def creation_options(
        self, citizen_id: CitizenId, *, shown_name: str, held: Sequence[bytes], place: Place
    ) -> str:
        """
        Return what `navigator.credentials.create` takes, as JSON.

        *held* are credential ids of the citizen: an authenticator that has one makes no second.
        """
        options, _ = self._server.register_begin(
            PublicKeyCredentialUserEntity(
                id=citizen_id.encode(), name=shown_name, display_name=shown_name
            ),
            credentials=_descriptors(held),
            resident_key_requirement=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
            challenge=self._challenge(place),
        )
        return json.dumps(dict(options))

    def created(self, answer: str, *, place: Place) -> NewPasskey:
        """Judge the answer to `creation_options` (§7.1). Raises `PasskeyRefused`."""
        try:
            response = RegistrationResponse.from_dict(_object(answer))
            challenge = response.response.client_data.challenge
        except Exception as error:
            raise PasskeyRefused("malformed") from error
        state = self._spend(challenge, place)
        try:
            made = self._server.register_complete(state, response)
        except Exception as error:
            raise PasskeyRefused("unverified") from error
        credential = made.credential_data
        if (
            credential is None
            or credential.public_key.get(3) not in ALGORITHMS
            or len(credential.credential_id) > _LONGEST_CREDENTIAL_ID
        ):
            raise PasskeyRefused("not_supported")
        return NewPasskey(
            credential_id=credential.credential_id,
            public_key=cbor.encode(dict(credential.public_key)),
            sign_count=made.counter,
            copyable=made.is_backup_eligible(),
        )

    def request_options(self, *, place: Place, allowed: Sequence[bytes] = ()) -> str:
        """
        Return what `navigator.credentials.get` takes, as JSON.

        Without *allowed* the person chooses among all passkeys for this site.
        """
        options, _ = self._server.authenticate_begin(
            _descriptors(allowed) or None,
            user_verification=UserVerificationRequirement.REQUIRED,
            challenge=self._challenge(place),
        )
        return json.dumps(dict(options))

    @staticmethod
    def read(answer: str) -> UnverifiedAssertion:
        """Read the answer to `request_options`. Raises `PasskeyRefused`."""
        try:
            response = AuthenticationResponse.from_dict(_object(answer))
            return UnverifiedAssertion(response.raw_id, response.response.user_handle, response)
        except Exception as error:
            raise PasskeyRefused("malformed") from error

    def verify(
        self,
        assertion: UnverifiedAssertion,
        *,
        place: Place,
        public_key: bytes,
    ) -> int:
        """
        Judge an assertion by the public key that is kept of it (§7.2); its signature count.

        The challenge is spent before anything is compared. Raises `PasskeyRefused`.
        """
        sent = cast("AuthenticationResponse", assertion.response)
        try:
            challenge = sent.response.client_data.challenge
        except Exception as error:
            raise PasskeyRefused("malformed") from error
        state = self._spend(challenge, place)
        credential = AttestedCredentialData.create(
            Aaguid.NONE, assertion.credential_id, CoseKey.parse(_cose_key(public_key))
        )
        try:
            self._server.authenticate_complete(state, [credential], sent)
        except Exception as error:
            raise PasskeyRefused("unverified") from error
        return sent.response.authenticator_data.counter

    def _challenge(self, place: Place) -> bytes:
        challenge = new_secret_bytes(_CHALLENGE_BYTES)
        self._challenges.add(challenge, place=place)
        return challenge

    def _spend(self, challenge: bytes, place: Place) -> dict[str, Any]:
        if not self._challenges.spend(challenge, place=place):
            raise PasskeyRefused("challenge")
        # What `register_begin` and `authenticate_begin` would have us keep; the store kept it.
        return {
            "challenge": websafe_encode(challenge),
            "user_verification": UserVerificationRequirement.REQUIRED,
        }


def _descriptors(credential_ids: Sequence[bytes]) -> list[PublicKeyCredentialDescriptor]:
    return [
        PublicKeyCredentialDescriptor(type=PublicKeyCredentialType.PUBLIC_KEY, id=each)
        for each in credential_ids
    ]


def _cose_key(stored: bytes) -> Mapping[int, Any]:
    key = cbor.decode(stored)
    if not isinstance(key, Mapping):
        raise TypeError("a stored public key is none")
    return key


def _object(answer: str) -> dict[str, Any]:
    parsed = json.loads(answer)
    if not isinstance(parsed, dict):
        raise TypeError("not an object")
    return parsed
