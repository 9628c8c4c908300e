"""An account that somebody else made with a person's identity number, and who complains of it."""

import re
from collections.abc import Sequence
from datetime import timedelta

from idp.app.operations import dispute_desk
from idp.citizens import store as citizens
from idp.citizens.model import CitizenId, Evidence, EvidenceKind, PasswordCredential
from idp.core.phone_number import PhoneNumber
from idp.disputes.commands import DisputeDesk
from idp.disputes.decide_dispute import Decision
from idp.disputes.model import CaseNumber, DisputeOutcome
from idp.disputes.rules import Ruling
from idp.operators.model import OperatorName, OperatorRole, VerifiedOperator
from tests.fakes.citizen_site import Browser, Site
from tests.fakes.people import citizen_of

NUMBER = "052190000001"
CLAIMANT, HOLDER = PhoneNumber("+84912000001"), PhoneNumber("+84912000002")
HOLDER_ID = CitizenId("33333333-3333-4333-8333-333333333333")
PASSWORD = "Song Hàn-82 chiều"
STORY = "Tôi chưa từng đăng ký.\nHôm nay ra xã mới biết có người dùng số của tôi."
TYPED = {
    "identity_number": NUMBER,
    "full_name": "Nguyễn Thị Bưởi",
    "birth_day": "2",
    "birth_month": "1",
    "birth_year": "1990",
    "phone_number": CLAIMANT.national,
    "story": STORY,
    "declared": "yes",
}
LAN = VerifiedOperator(OperatorName("lan"), "Lan", OperatorRole.OPERATOR)
HUONG = VerifiedOperator(OperatorName("huong"), "Hương", OperatorRole.ADMINISTRATOR)


def keep_holder(site: Site, *, phone: PhoneNumber = HOLDER) -> CitizenId:
    """Have an account with the claimant's identity number, and a carrier's word for it."""
    now = site.clock.now() - timedelta(days=30)
    holder = citizen_of(
        HOLDER_ID,
        numbers=(NUMBER,),
        phone=phone.e164,
        name="Nguyễn Thị Bưởi",
        at=now,
    )
    holder.credential = PasswordCredential(hash=site.hasher.hash(PASSWORD), changed_at=now)
    holder.evidence = [
        Evidence(
            kind=EvidenceKind.CARRIER_MATCH,
            verifier="viettel",
            reference="r",
            attributes=[],
            verified_at=now,
        )
    ]
    with site.database.transaction() as transaction:
        citizens.add(transaction, holder, site.index)
    return HOLDER_ID


def last_code(site: Site, number: PhoneNumber) -> str:
    """The newest code that went to *number*."""
    codes = [found for text in site.sms.to(number) if (found := re.match(r"\d{6}", text))]
    return codes[-1].group()


def to_check(site: Site, browser: Browser, **typed: str) -> Browser:
    """Complain as far as the page before sending."""
    browser.open("/dispute").submit(**TYPED | typed)
    return browser.submit(otp=last_code(site, CLAIMANT))


def file(site: Site, browser: Browser | None = None) -> CaseNumber:
    """Complain to the end; the number of the case."""
    browser = to_check(site, browser or site.browser()).submit()
    found = re.search(r'id="case-number">(KN-[\d-]+)<', browser.html)
    assert found is not None, browser.page
    return CaseNumber(found[1])


def follow(site: Site, number: CaseNumber, browser: Browser | None = None) -> Browser:
    """Come to the page of the case, as the claimant."""
    browser = (browser or site.browser()).open("/dispute/follow")
    browser.submit(number=number, phone_number=CLAIMANT.national)
    return browser.submit(otp=last_code(site, CLAIMANT))


def desk(site: Site) -> DisputeDesk:
    """What operators work with."""
    return dispute_desk(site.parts)


def decide(
    site: Site,
    number: CaseNumber,
    outcome: DisputeOutcome,
    by: Sequence[VerifiedOperator] = (LAN, HUONG),
) -> list[Ruling]:
    """Have operators decide one after the other; what became of each decision."""
    decides = desk(site).decide
    return [decides(number, Decision(outcome, "as the papers say", each)) for each in by]


def sign_in(site: Site, browser: Browser | None = None) -> Browser:
    """Sign in as the holder, with password and code."""
    browser = (browser or site.browser()).open("/login")
    browser.submit(username=NUMBER, password=PASSWORD)
    return browser.submit(otp=last_code(site, HOLDER))
