"""Seeing to it that the person of the file exists, exactly as the file says."""

import json

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from idp.audit.events import CertificationPersonKept
from idp.audit.log import record
from idp.certification.model import CertificationPerson
from idp.citizens import store as citizens
from idp.citizens.blind_indexes import identity_number_index, phone_number_index
from idp.citizens.model import (
    Citizen,
    CitizenId,
    CitizenIdentityNumber,
    CitizenStatus,
    Evidence,
    EvidenceKind,
    PasswordCredential,
    Phone,
)
from idp.citizens.password_hasher import PasswordHasher
from idp.citizens.phone_store import default_phone, phone_number_of, release_phone
from idp.core.clock import Clock
from idp.core.handles import new_uuid
from idp.db.database import Database
from idp.db.encryption import BlindIndex


class KeepPerson:
    """Makes the person a citizen like any other, or brings the one who is there up to date."""

    def __init__(
        self, *, database: Database, index: BlindIndex, hasher: PasswordHasher, clock: Clock
    ) -> None:
        self._database = database
        self._index = index
        self._hasher = hasher
        self._clock = clock

    def __call__(self, person: CertificationPerson) -> None:
        """Keep *person*; safe to repeat, and from several processes at once."""
        try:
            self._keep(person)
        except IntegrityError:
            # Another worker was faster: now there is somebody to bring up to date.
            self._keep(person)

    def _keep(self, person: CertificationPerson) -> None:
        number_index = identity_number_index(self._index, person.identity_number.value)
        with self._database.reading() as reading:
            found = citizens.sign_in_record(reading, number_index)
        known = found is not None and self._hasher.verify(person.password, found.password_hash)
        new_hash = None if known else self._hasher.hash(person.password)
        with self._database.transaction() as transaction:
            if found is not None:
                citizen_id = found.citizen_id
                changed = self._bring_up_to_date(transaction, citizen_id, person, new_hash)
            else:
                citizen_id, changed = CitizenId(new_uuid()), True
                self._release_phone(transaction, person)
                citizens.add(
                    transaction, self._citizen(citizen_id, person, new_hash or ""), self._index
                )
            if changed:
                event = CertificationPersonKept(citizen_id=citizen_id)
                record(transaction, event, self._clock.now())

    def _citizen(
        self, citizen_id: CitizenId, person: CertificationPerson, password_hash: str
    ) -> Citizen:
        now = self._clock.now()
        return Citizen(
            id=citizen_id,
            status=CitizenStatus.ACTIVE,
            name_text=person.full_name.value,
            birth_date_text=person.birth_date.isoformat(),
            email=person.email,
            standard_claims_text=_stored(person),
            created_at=now,
            updated_at=now,
            identity_numbers=[
                CitizenIdentityNumber(
                    kind=person.identity_number.kind,
                    value=person.identity_number.value,
                    created_at=now,
                )
            ],
            phones=[Phone(number=person.phone_number.e164, verified_at=now)],
            # As if a carrier had vouched: the classes that discovery names can then be reached.
            evidence=[
                Evidence(
                    kind=EvidenceKind.CARRIER_MATCH,
                    verifier="certification",
                    reference="",
                    attributes=["identity_number", "full_name", "birth_date"],
                    verified_at=now,
                )
            ],
            credential=PasswordCredential(hash=password_hash, changed_at=now),
        )

    def _bring_up_to_date(
        self,
        transaction: Session,
        citizen_id: CitizenId,
        person: CertificationPerson,
        new_hash: str | None,
    ) -> bool:
        """Whether anything of the citizen was otherwise."""
        citizen = citizens.citizen(transaction, citizen_id)
        if new_hash is not None:
            citizens.replace_password(transaction, citizen_id, new_hash, self._clock.now())
        held = (
            citizen.name_text,
            citizen.birth_date_text,
            citizen.email,
            citizen.standard_claims_text,
        )
        says = (
            person.full_name.value,
            person.birth_date.isoformat(),
            person.email,
            _stored(person),
        )
        if held != says:
            (
                citizen.name_text,
                citizen.birth_date_text,
                citizen.email,
                citizen.standard_claims_text,
            ) = says
            citizen.updated_at = self._clock.now()
        moved = phone_number_of(transaction, citizen_id) != person.phone_number
        if moved:
            self._replace_phone(transaction, citizen_id, person)
        return new_hash is not None or held != says or moved

    def _replace_phone(
        self, transaction: Session, citizen_id: CitizenId, person: CertificationPerson
    ) -> None:
        former = default_phone(transaction, citizen_id)
        if former is not None:
            release_phone(transaction, former.number_index, self._clock.now())
        self._release_phone(transaction, person)
        transaction.add(
            Phone(
                citizen_id=citizen_id,
                number=person.phone_number.e164,
                number_index=phone_number_index(self._index, person.phone_number),
                verified_at=self._clock.now(),
            )
        )

    def _release_phone(self, transaction: Session, person: CertificationPerson) -> None:
        index = phone_number_index(self._index, person.phone_number)
        release_phone(transaction, index, self._clock.now())


def _stored(person: CertificationPerson) -> str:
    return json.dumps(dict(person.claims), ensure_ascii=False, sort_keys=True)
