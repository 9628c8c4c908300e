"""Whose number a challenge is about: a citizen's, or of somebody who is not yet known to be one."""

from idp.citizens.model import CitizenId
from idp.citizens.phone_store import phone_number_of
from idp.core.phone_number import PhoneNumber
from idp.db.database import Database
from idp.disputes.store import phone_of_claimant, phone_of_complaint
from idp.enrolment.store import number_of_pending
from idp.otp.model import OtpPurpose
from idp.phones.store import number_of_pending as number_of_pending_phone
from idp.recovery.store import number_of


class SqlRecipients:
    """Looks the number up at the moment of sending: no job and no challenge holds it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def number_of(self, purpose: OtpPurpose, person: str) -> PhoneNumber | None:
        """The number to send to, as it is now."""
        with self._database.reading() as reading:
            if purpose is OtpPurpose.ENROLMENT:
                return number_of_pending(reading, person)
            if purpose is OtpPurpose.OTHER_PHONE:
                return number_of(reading, person)
            if purpose is OtpPurpose.DISPUTE:
                return phone_of_complaint(reading, person)
            if purpose is OtpPurpose.DISPUTE_FOLLOWED:
                return phone_of_claimant(reading, person)
            if purpose is OtpPurpose.PHONE_ADDED:
                return number_of_pending_phone(reading, person)
            return phone_number_of(reading, CitizenId(person))
