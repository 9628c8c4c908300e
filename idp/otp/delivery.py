"""Sending a queued code: the worker looks up the number and derives the code."""

from collections.abc import Mapping
from typing import Final

from idp.audit.events import SmsUndelivered
from idp.audit.log import record
from idp.core.clock import Clock
from idp.db.database import Database
from idp.messaging.ports import SmsNotSent, SmsSender
from idp.messaging.texts import otp_text
from idp.otp.model import Challenge, ChallengeId, OtpPurpose
from idp.otp.ports import Codes, OtpChallenges, Recipients
from idp.relying_parties.model import ClientId
from idp.relying_parties.ports import RelyingParties
from idp.statistics.model import EVERYBODY, Measure, Tick
from idp.statistics.ports import Tally

# One text for every purpose would invite relaying ("read me the code, it only confirms …").
PURPOSES: Final[Mapping[OtpPurpose, str]] = {
    OtpPurpose.SIGN_IN: "dang nhap",
    OtpPurpose.ENROLMENT: "dang ky tai khoan tai",
    OtpPurpose.RECOVERY: "dat lai mat khau",
    OtpPurpose.OTHER_PHONE: "dat lai mat khau",
    OtpPurpose.DISPUTE: "gui khieu nai toi",
    OtpPurpose.DISPUTE_FOLLOWED: "xem khieu nai tai",
    OtpPurpose.STEP_UP: "xac minh thue bao tai",
    OtpPurpose.REACTIVATION: "mo khoa tai khoan tai",
    OtpPurpose.PHONE_ADDED: "them so dien thoai vao",
}


class OtpDelivery:
    """Sends one code of one challenge."""

    def __init__(
        self,
        *,
        challenges: OtpChallenges,
        codes: Codes,
        recipients: Recipients,
        sender: SmsSender,
        relying_parties: RelyingParties,
        service_name: str,
        site: str,
        minutes: int,
        tally: Tally,
        database: Database,
        clock: Clock,
    ) -> None:
        self._challenges = challenges
        self._codes = codes
        self._recipients = recipients
        self._sender = sender
        self._relying_parties = relying_parties
        self._service_name = service_name
        self._site = site
        self._minutes = minutes
        self._tally = tally
        self._database = database
        self._clock = clock

    def __call__(self, challenge_id: ChallengeId, counter: int) -> None:
        """
        Send it, unless it has expired, was used, or is a blank challenge's.

        Safe to repeat: the gateway knows the message by its reference. Raises `SmsNotSent` after
        noting it, so that the queue tries again while the code lives.
        """
        challenge = self._challenges.find(challenge_id)
        if challenge is None or challenge.person is None or not self._lives(challenge, counter):
            return
        number = self._recipients.number_of(challenge.purpose, challenge.person)
        if number is None:
            return
        text = otp_text(
            PURPOSES[challenge.purpose],
            self._codes.code(challenge.id, counter),
            self._asked_by(challenge),
            self._minutes,
            self._site,
        )
        try:
            self._sender.send(number, text, reference=f"{challenge.id}-{counter}")
        except SmsNotSent:
            self._note_failure(challenge)
            self._tally.count(self._tick(Measure.OTP_FAILED, challenge))
            raise
        self._tally.count(self._tick(Measure.OTP_SENT, challenge))
        if challenge.delivery_failed:
            self._challenges.note_delivery(challenge.id, failed=False)

    def _lives(self, challenge: Challenge, counter: int) -> bool:
        now = self._clock.now()
        return any(code.counter == counter and now < code.expires_at for code in challenge.codes)

    def _asked_by(self, challenge: Challenge) -> str:
        if challenge.client_id is None:
            return self._service_name
        relying_party = self._relying_parties.find(ClientId(challenge.client_id))
        return relying_party.sms_name if relying_party else self._service_name

    def _tick(self, measure: Measure, challenge: Challenge) -> Tick:
        client_id = challenge.client_id or EVERYBODY
        return Tick(measure, client_id, challenge.carrier, self._clock.now())

    def _note_failure(self, challenge: Challenge) -> None:
        self._challenges.note_delivery(challenge.id, failed=True)
        with self._database.transaction() as transaction:
            event = SmsUndelivered(client_id=challenge.client_id, purpose=challenge.purpose)
            record(transaction, event, self._clock.now())
