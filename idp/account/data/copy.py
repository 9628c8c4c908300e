"""The copy: every part of what is held about a citizen, read in one go."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from idp.audit.model import AuditEvent
from idp.authenticators import store as authenticators
from idp.citizens import store as citizens
from idp.citizens.model import AccountHold, CitizenId, EvidenceKind
from idp.citizens.number_store import claimed_number
from idp.consents.model import Consent, ConsentLedgerEntry
from idp.counter_visits.model import CounterVisit
from idp.data_requests.store import requests_of
from idp.disputes.model import Dispute
from idp.grants.model import RefreshFamily
from idp.recovery.model import PhoneRecovery
from idp.sessions.model import OpenSession

Value = str | int | bool | datetime | None | Sequence[str] | Mapping[str, object]
Entry = Mapping[str, Value]

_OF_OPERATORS: Final = frozenset({"by", "operator"})
"""In the details of events: names of officers, who are persons too."""

_BY_OFFICERS: Final = frozenset({EvidenceKind.COUNTER_VISIT})
"""Evidence whose verifier is one."""


class PartName(StrEnum):
    """The parts of a copy, in the order people read them."""

    PERSON = "person"
    IDENTITY_NUMBERS = "identity_numbers"
    PHONES = "phones"
    EVIDENCE = "evidence"
    AUTHENTICATORS = "authenticators"
    DEVICES = "devices"
    SESSIONS = "sessions"
    CONSENTS = "consents"
    CONSENT_CHANGES = "consent_changes"
    ACCESS_WHILE_AWAY = "access_while_away"
    HOLDS = "holds"
    DISPUTES = "disputes"
    RECOVERIES = "recoveries"
    COUNTER_VISITS = "counter_visits"
    DATA_REQUESTS = "data_requests"
    ACTIVITY = "activity"


@dataclass(frozen=True, slots=True)
class Part:
    """One part, with its entries; moments are aware."""

    name: PartName
    entries: tuple[Entry, ...]


def copy_of(
    session: Session, citizen_id: CitizenId, sessions: Iterable[OpenSession]
) -> tuple[Part, ...]:
    """Everything that is held about the citizen; *sessions* are not in the database."""
    entries = {
        PartName.PERSON: _person(session, citizen_id),
        PartName.IDENTITY_NUMBERS: _identity_numbers(session, citizen_id),
        PartName.PHONES: _phones(session, citizen_id),
        PartName.EVIDENCE: _evidence(session, citizen_id),
        PartName.AUTHENTICATORS: _authenticators(session, citizen_id),
        PartName.DEVICES: _devices(session, citizen_id),
        PartName.SESSIONS: _sessions(sessions),
        PartName.CONSENTS: _consents(session, citizen_id),
        PartName.CONSENT_CHANGES: _consent_changes(session, citizen_id),
        PartName.ACCESS_WHILE_AWAY: _access_while_away(session, citizen_id),
        PartName.HOLDS: _holds(session, citizen_id),
        PartName.DISPUTES: _disputes(session, citizen_id),
        PartName.RECOVERIES: _recoveries(session, citizen_id),
        PartName.COUNTER_VISITS: _counter_visits(session, citizen_id),
        PartName.DATA_REQUESTS: _data_requests(session, citizen_id),
        PartName.ACTIVITY: _activity(session, citizen_id),
    }
    return tuple(Part(name, tuple(entries[name])) for name in PartName)


def _person(session: Session, citizen_id: CitizenId) -> Iterator[Entry]:
    citizen = citizens.citizen(session, citizen_id, "credential")
    claimed = claimed_number(session, citizen_id)
    password_at = None if citizen.credential is None else citizen.credential.changed_at
    yield {
        "citizen_id": citizen.id,
        "full_name": citizen.full_name.value,
        "birth_date": citizen.birth_date.isoformat(),
        "email": citizen.email,
        "email_verified_at": citizen.email_verified_at,
        "claimed_identity_number": None if claimed is None else claimed.value,
        "standard_claims": dict(citizen.standard_claims),
        "status": citizen.status,
        "created_at": citizen.created_at,
        "updated_at": citizen.updated_at,
        "password_set_at": password_at,
    }


def _identity_numbers(session: Session, citizen_id: CitizenId) -> Iterator[Entry]:
    for number in citizens.citizen(session, citizen_id, "identity_numbers").identity_numbers:
        yield {
            "kind": number.kind,
            "number": number.value,
            "in_use": number.active,
            "created_at": number.created_at,
        }


def _phones(session: Session, citizen_id: CitizenId) -> Iterator[Entry]:
    for phone in citizens.citizen(session, citizen_id, "phones").phones:
        yield {
            "number": phone.number,
            "in_use": phone.active,
            "is_default": phone.is_default and phone.active,
            "verified_at": phone.verified_at,
            "removed_at": phone.removed_at,
        }


def _evidence(session: Session, citizen_id: CitizenId) -> Iterator[Entry]:
    for record in citizens.citizen(session, citizen_id, "evidence").evidence:
        yield {
            "kind": record.kind,
            "verifier": None if record.kind in _BY_OFFICERS else record.verifier,
            "reference": record.reference,
            "attributes": record.attributes,
            "verified_at": record.verified_at,
            "expires_at": record.expires_at,
            "lapsed_at": record.lapsed_at,
        }


def _authenticators(session: Session, citizen_id: CitizenId) -> Iterator[Entry]:
    for kind, held in (
        ("app", authenticators.apps_of(session, citizen_id)),
        ("passkey", authenticators.passkeys_of(session, citizen_id)),
    ):
        for each in held:
            yield {
                "kind": kind,
                "name": each.name,
                "created_at": each.created_at,
                "last_used_at": each.last_used_at,
            }
    left, made_at = authenticators.recovery_codes_left(session, citizen_id)
    if made_at is not None:
        yield {"kind": "recovery_codes", "left": left, "created_at": made_at}


def _devices(session: Session, citizen_id: CitizenId) -> Iterator[Entry]:
    for device in authenticators.devices_of(session, citizen_id):
        yield {
            "name": device.name,
            "browser": device.browser,
            "system": device.system,
            "created_at": device.created_at,
            "last_used_at": device.last_used_at,
            "remembered_until": device.skips_code_until,
        }


def _sessions(sessions: Iterable[OpenSession]) -> Iterator[Entry]:
    for each in sessions:
        yield {
            "browser": each.session.browser,
            "system": each.session.system,
            "created_at": each.session.created_at,
            "last_used_at": each.last_seen_at,
        }


def _consents(session: Session, citizen_id: CitizenId) -> Iterator[Entry]:
    for consent in session.execute(
        select(Consent).where(Consent.citizen_id == citizen_id).order_by(Consent.id)
    ).scalars():
        yield {
            "client_id": consent.client_id,
            "claims": consent.claims,
            "updated_at": consent.updated_at,
        }


def _consent_changes(session: Session, citizen_id: CitizenId) -> Iterator[Entry]:
    for entry in session.execute(
        select(ConsentLedgerEntry)
        .where(ConsentLedgerEntry.citizen_id == citizen_id)
        .order_by(ConsentLedgerEntry.id)
    ).scalars():
        yield {
            "client_id": entry.client_id,
            "change": entry.change,
            "claims": entry.claims,
            "text_hash": entry.text_hash,
            "at": entry.at,
        }


def _access_while_away(session: Session, citizen_id: CitizenId) -> Iterator[Entry]:
    for family in session.execute(
        select(RefreshFamily)
        .where(RefreshFamily.citizen_id == citizen_id)
        .order_by(RefreshFamily.issued_at)
    ).scalars():
        yield {
            "client_id": family.client_id,
            "created_at": family.issued_at,
            "last_used_at": family.used_at,
            "ended_at": family.revoked_at,
        }


def _holds(session: Session, citizen_id: CitizenId) -> Iterator[Entry]:
    for hold in session.execute(
        select(AccountHold).where(AccountHold.citizen_id == citizen_id).order_by(AccountHold.id)
    ).scalars():
        yield {
            "kind": hold.kind,
            "reference": hold.reference,
            "created_at": hold.placed_at,
            "ended_at": hold.lifted_at,
        }


def _disputes(session: Session, citizen_id: CitizenId) -> Iterator[Entry]:
    """What is the account's of a case: who complains, and by what, is another person's."""
    for dispute in session.execute(
        select(Dispute).where(Dispute.citizen_id == citizen_id).order_by(Dispute.number)
    ).scalars():
        yield {
            "reference": dispute.number,
            "status": dispute.status,
            "created_at": dispute.filed_at,
            "ended_at": dispute.resolved_at,
        }


def _recoveries(session: Session, citizen_id: CitizenId) -> Iterator[Entry]:
    for recovery in session.execute(
        select(PhoneRecovery)
        .where(PhoneRecovery.citizen_id == citizen_id)
        .order_by(PhoneRecovery.created_at)
    ).scalars():
        yield {
            "ends_in": recovery.phone_number.last_three,
            "created_at": recovery.created_at,
            "ended_at": recovery.ended_at,
            "status": recovery.end,
        }


def _counter_visits(session: Session, citizen_id: CitizenId) -> Iterator[Entry]:
    for visit in session.execute(
        select(CounterVisit)
        .where(CounterVisit.citizen_id == citizen_id)
        .order_by(CounterVisit.asked_at)
    ).scalars():
        yield {"created_at": visit.asked_at, "ended_at": visit.closed_at}


def _data_requests(session: Session, citizen_id: CitizenId) -> Iterator[Entry]:
    for request in requests_of(session, citizen_id):
        yield {
            "reference": request.number,
            "kind": request.kind,
            "words": request.words,
            "created_at": request.filed_at,
            "ended_at": request.finished_at,
        }


def _activity(session: Session, citizen_id: CitizenId) -> Iterator[Entry]:
    for event in session.execute(
        select(AuditEvent)
        .where(AuditEvent.citizen_id == citizen_id)
        .order_by(AuditEvent.at.desc(), AuditEvent.id.desc())
    ).scalars():
        yield {
            "at": event.at,
            "kind": event.kind,
            "client_id": event.client_id,
            "details": {
                name: value for name, value in event.details.items() if name not in _OF_OPERATORS
            },
        }
