"""A citizen with an account, signed in: whoever walks the account's pages begins here."""

import re
from datetime import timedelta

from sqlalchemy import select

from idp.audit.model import AuditEvent
from idp.citizens import store as citizens
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
from idp.core.handles import new_handle, new_uuid
from idp.core.identity_number import IdentityNumber
from idp.core.phone_number import PhoneNumber
from idp.sessions.model import Authentication, Session, SessionId
from idp.sessions.rules import PASSWORD_AND_SMS
from tests.fakes.citizen_site import Browser, Site

NUMBER = PhoneNumber("+84912000001")
IDENTITY_NUMBER = "052190000001"
NAME = "Nguyễn Thị Bưởi"
PASSWORD = "Song Hàn-82 chiều"
DAY = timedelta(days=1)


def account(
    site: Site,
    *,
    identity_number: str = IDENTITY_NUMBER,
    phone: PhoneNumber = NUMBER,
    matched: bool = True,
    email: str | None = None,
) -> CitizenId:
    """An account of a month ago; *matched*: the carrier confirmed its phone then."""
    now = site.clock.now() - 30 * DAY
    citizen = Citizen(
        id=CitizenId(new_uuid()),
        status=CitizenStatus.ACTIVE,
        name_text=NAME,
        birth_date_text="1990-01-02",
        email=email,
        email_verified_at=None if email is None else now,
        created_at=now,
        updated_at=now,
        identity_numbers=[
            CitizenIdentityNumber(
                kind=IdentityNumber(identity_number).kind, value=identity_number, created_at=now
            )
        ],
        phones=[Phone(number=phone.e164, verified_at=now)],
        credential=PasswordCredential(hash=site.hasher.hash(PASSWORD), changed_at=now),
    )
    with site.database.transaction() as transaction:
        citizens.add(transaction, citizen, site.index)
        if matched:
            transaction.add(
                Evidence(
                    citizen_id=citizen.id,
                    kind=EvidenceKind.CARRIER_MATCH,
                    verifier="vinaphone",
                    reference="question-0",
                    attributes=["full_name", "identity_number"],
                    phone_id=citizen.phones[0].id,
                    verified_at=now,
                    expires_at=now + 1095 * DAY,
                )
            )
    return citizen.id


def signed_in(
    site: Site,
    citizen_id: CitizenId,
    *,
    ago: timedelta = timedelta(minutes=1),
    amr: tuple[str, ...] = PASSWORD_AND_SMS,
    device: tuple[str, str] = ("Chrome", "Android"),
) -> Browser:
    """A browser whose session began so long ago, in that way, on that device."""
    at = site.clock.now() - ago
    session = Session(
        SessionId(new_handle()), Authentication(citizen_id, at, amr), at, device[0], device[1]
    )
    browser = site.browser()
    browser.keep_cookie("idp_session", site.sessions.begin(session))
    return browser


def last_code(site: Site) -> str:
    """The code of the last text that has one."""
    codes = [found for sent in site.sms.sent if (found := re.match(r"\d{6}", sent.text))]
    return codes[-1].group()


def events(site: Site, citizen_id: CitizenId) -> list[str]:
    """What the audit log has about a citizen."""
    with site.database.reading() as reading:
        kinds = select(AuditEvent.kind).where(AuditEvent.citizen_id == citizen_id)
        return list(reading.execute(kinds.order_by(AuditEvent.id)).scalars())


def link_in(text: str) -> str:
    """The path and query of the link that locks the account."""
    found = re.search(r"https?://[^/]+(/n\?k=[\w-]+)", text)
    assert found is not None, text
    return found[1]
