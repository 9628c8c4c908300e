"""People with a phone whose carrier knows them, with an account or without; and what they do."""

import re
from dataclasses import dataclass, replace
from datetime import timedelta

from idp.citizens import store as citizens
from idp.citizens.model import CitizenId, Evidence, EvidenceKind, PasswordCredential
from idp.core.birth_date import BirthDate
from idp.core.full_name import FullName
from idp.core.handles import new_uuid
from idp.core.identity_number import IdentityNumber
from idp.core.phone_number import PhoneNumber
from tests.fakes.carrier_records import Subscription
from tests.fakes.citizen_site import Browser, Site
from tests.fakes.people import citizen_of

DAY = timedelta(days=1)
NEW_PASSWORD = "Đèo Cù Mông 47*"


@dataclass(frozen=True)
class Resident:
    """What a person knows, and the phone that is theirs; everybody was born on one day."""

    number: str
    name: str
    phone: PhoneNumber
    password: str = "Song Hàn-82 chiều"
    carrier: str = "vinaphone"

    @property
    def details(self) -> dict[str, str]:
        """Who they are, as forms ask for it."""
        return {
            "identity_number": self.number,
            "full_name": self.name,
            "birth_day": "2",
            "birth_month": "1",
            "birth_year": "1990",
            "phone_number": self.phone.national,
        }

    def with_phone(self, phone: PhoneNumber, carrier: str) -> "Resident":
        """The same person, with another phone."""
        return replace(self, phone=phone, carrier=carrier)

    def subscribe(self, site: Site, *, recorded_number: str | None = None) -> None:
        """Have the carrier know whose phone it is; *recorded_number*: with another number."""
        site.carriers.subscriptions[self.phone] = Subscription(
            carrier=self.carrier,
            identity_number=IdentityNumber(recorded_number or self.number),
            full_name=FullName.parse(self.name),
            birth_date=BirthDate(1990, 1, 2),
        )

    def keep_account(
        self, site: Site, *, expires_after: timedelta = 1000 * DAY, email: str | None = None
    ) -> CitizenId:
        """
        Have an account of a month ago, with a carrier's word that lasts for so long yet.

        *email* is an address of theirs, verified.
        """
        now = site.clock.now()
        then = now - 30 * DAY
        citizen = citizen_of(
            CitizenId(new_uuid()),
            numbers=(self.number,),
            phone=self.phone.e164,
            name=self.name,
            at=then,
        )
        citizen.email, citizen.email_verified_at = email, then if email else None
        citizen.credential = PasswordCredential(
            hash=site.hasher.hash(self.password), changed_at=then
        )
        with site.database.transaction() as transaction:
            citizens.add(transaction, citizen, site.index)
            transaction.add(
                Evidence(
                    citizen_id=citizen.id,
                    kind=EvidenceKind.CARRIER_MATCH,
                    verifier=self.carrier,
                    reference="question-0",
                    attributes=["full_name", "identity_number"],
                    phone_id=citizen.phones[0].id,
                    verified_at=then,
                    expires_at=now + expires_after,
                )
            )
        return citizen.id

    def code(self, site: Site) -> str:
        """The newest code on the phone."""
        codes = [found for text in site.sms.to(self.phone) if (found := re.match(r"\d{6}", text))]
        return codes[-1].group()

    def sign_in(self, site: Site, browser: Browser) -> Browser:
        """Type the password, on the page that asks for it, and the code."""
        browser.submit(username=self.number, password=self.password)
        return browser.submit(otp=self.code(site)) if browser.page == "/otp" else browser

    def fill_in_enrolment(self, browser: Browser) -> Browser:
        """From the first page of an enrolment to the one that asks for the code."""
        browser.submit(subject="citizen", method="mobile")
        return browser.submit(**self.details)


def choose_password(browser: Browser, password: str = NEW_PASSWORD) -> Browser:
    """Type a new password twice."""
    return browser.submit(new_password=password, confirm_password=password)
