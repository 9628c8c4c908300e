"""The queue: dramatiq on Redis. A job carries ids only; the worker looks the rest up."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from math import ceil
from typing import Any, Final

import dramatiq
import orjson
import structlog
from dramatiq.brokers.redis import RedisBroker
from dramatiq.errors import BrokerError, Retry
from redis.exceptions import RedisError

from idp.adapters.redis.connection import connect
from idp.backchannel.deliver import DeliverLogout
from idp.backchannel.lanes import Lanes
from idp.backchannel.model import DeliveryId
from idp.citizens.model import CitizenId
from idp.core.handles import new_handle, new_short_id
from idp.disputes.model import CaseNumber
from idp.disputes.notices import ClaimantNoticeDelivery
from idp.disputes.ports import ClaimantNotice
from idp.emails.delivery import EmailLinkDelivery
from idp.emails.model import EmailVerificationId
from idp.messaging.model import NoticeKind
from idp.messaging.notices import NoticeDelivery, NoticeMailing
from idp.messaging.ports import MailNotSent, SmsNotSent
from idp.otp.delivery import OtpDelivery
from idp.otp.model import ChallengeId
from idp.recovery.delivery import RecoveryTextDelivery
from idp.recovery.model import PhoneRecoveryId, RecoveryText
from idp.relying_parties.model import ClientId
from idp.relying_parties.uses import WriteUse

_FIRST_WAIT: Final = 2_000
_LONGEST_WAIT: Final = 30_000
_OTP_RETRIES: Final = 6
_NOTICE_RETRIES: Final = 40
_NOTICE_LONGEST_WAIT: Final = 3_600_000
"""Milliseconds. A code is worth sending while it lives, a notice for a day and more."""
_TIMEOUT: Final = 10.0
"""Seconds, longer than the worker waits for work: a Redis that hangs must not hold a request."""
_AT_ONCE: Final = 2  # logout tokens under way to one relying party, from this process
_SECONDS_TO_FINISH: Final = 6  # for those under way when the worker ends: longer than one may take

log = structlog.get_logger(__name__)


class _Queue(RedisBroker):
    """The queue in Redis."""

    def enqueue(
        self, message: dramatiq.Message[Any], *, delay: int | None = None
    ) -> dramatiq.Message[Any]:
        """
        Hand *message* over, at once where there is no *delay* in milliseconds.

        What its parent does besides (two copies, a signal to each middleware before and after: none
        of ours listens) takes three times as long.
        """
        if delay is not None:
            return super().enqueue(message, delay=delay)
        message.options["redis_message_id"] = name = new_short_id()
        self.do_enqueue(message.queue_name, name, orjson.dumps(message))
        return message


def redis_queue(redis_url: str) -> dramatiq.Broker:
    """The queue in Redis, where another process works it off."""
    return _Queue(  # type: ignore[no-untyped-call]
        client=connect(redis_url, timeout=_TIMEOUT), namespace="jobs"
    )


class Jobs:
    """
    The queue's two ends: `enqueue…` for whoever asks, `consume` for the worker.

    Implements `OtpDeliveries`, `FollowUpNotices`, `ClaimantNotices`, `EmailLinks`, `RecoveryTexts`,
    `UseWriter` and `LogoutWakes`.
    """

    def __init__(self, broker: dramatiq.Broker) -> None:
        self.broker = broker
        self._otp: Callable[[ChallengeId, int], None] | None = None
        self._notice: NoticeDelivery | None = None
        self._claimant_notice: ClaimantNoticeDelivery | None = None
        self._mailing: NoticeMailing | None = None
        self._email_link: EmailLinkDelivery | None = None
        self._recovery_text: RecoveryTextDelivery | None = None
        self._logout: DeliverLogout | None = None
        self._use: WriteUse | None = None
        self._lanes = Lanes(width=_AT_ONCE)
        self._write_use = dramatiq.actor(
            actor_name="write_use", broker=self.broker, max_retries=_OTP_RETRIES
        )(self._run_use)
        self._send_code = dramatiq.actor(
            actor_name="send_code",
            broker=self.broker,
            max_retries=_OTP_RETRIES,
            min_backoff=_FIRST_WAIT,
            max_backoff=_LONGEST_WAIT,
        )(self._run_otp)
        self._send_notice = self._patient("send_notice", self._run_notice)
        self._send_claimant_notice = self._patient(
            "send_claimant_notice", self._run_claimant_notice
        )
        self._mail_notice = self._patient("mail_notice", self._run_mailing)
        self._send_email_link = self._patient("send_email_link", self._run_email_link)
        self._send_recovery_text = self._patient("send_recovery_text", self._run_recovery_text)
        self._wake_logout = dramatiq.actor(
            actor_name="wake_logout",
            broker=self.broker,
            max_retries=0,  # the row owns its attempts, and the sweep looks after it
        )(self._run_logout)

    def _patient(self, name: str, run: Callable[..., None]) -> dramatiq.Actor[..., None]:
        """A job that is worth doing for a day and more."""
        return dramatiq.actor(
            actor_name=name,
            broker=self.broker,
            max_retries=_NOTICE_RETRIES,
            min_backoff=_FIRST_WAIT,
            max_backoff=_NOTICE_LONGEST_WAIT,
        )(run)

    def consume(
        self,
        *,
        otp: OtpDelivery,
        notice: NoticeDelivery,
        claimant_notice: ClaimantNoticeDelivery,
        mailing: NoticeMailing,
        email_link: EmailLinkDelivery,
        recovery_text: RecoveryTextDelivery,
        logout: DeliverLogout,
        use: WriteUse,
    ) -> None:
        """Give the worker what the jobs need."""
        self._otp, self._notice, self._logout, self._use = otp, notice, logout, use
        self._claimant_notice, self._mailing = claimant_notice, mailing
        self._email_link, self._recovery_text = email_link, recovery_text
        self.broker.add_middleware(_Finish(self._lanes))

    def enqueue(self, challenge_id: ChallengeId, counter: int) -> None:
        """Have the worker send that code."""
        self._send_code.send(challenge_id, counter)

    def tell(self, kind: NoticeKind, citizen_id: CitizenId, at: datetime) -> None:
        """Have the worker tell the citizen what happened at that moment."""
        # A job for each channel: a mail server that is away must not keep the text message.
        self._send_notice.send(kind, citizen_id, at.isoformat(), new_handle())
        self._mail_notice.send(kind, citizen_id, at.isoformat(), new_handle())

    def send_link(self, verification_id: EmailVerificationId) -> None:
        """Have the worker send the link that verifies an address."""
        self._send_email_link.send(verification_id)

    def send_recovery_text(self, what: RecoveryText, recovery_id: PhoneRecoveryId) -> None:
        """Have the worker tell one side of a recovery by another phone."""
        self._send_recovery_text.send(what, recovery_id)

    def tell_former_phone(self, recovery_id: str) -> None:
        """Have the worker tell the phone that another took the place of."""
        self.send_recovery_text(RecoveryText.REPLACED, PhoneRecoveryId(recovery_id))

    def tell_claimant(self, notice: ClaimantNotice, number: CaseNumber) -> None:
        """Have the worker tell the claimant of a case."""
        self._send_claimant_notice.send(notice, number, new_handle())

    def write_use(self, client_id: ClientId, credential: str, at: datetime) -> None:
        """Have the worker write down that a secret or a key was used; never raises."""
        try:
            self._write_use.send(client_id, credential, at.isoformat())
        except (RedisError, BrokerError):
            log.warning("use.not_noted", exc_info=True)

    def wake(self, delivery_id: DeliveryId, *, after: timedelta = timedelta()) -> None:
        """Have the worker send that logout token; never raises."""
        # Rounded up: a call that came a millisecond too early would find nothing due.
        delay = ceil(after / timedelta(milliseconds=1)) + 1 if after else None
        try:
            self._wake_logout.send_with_options(args=(delivery_id,), delay=delay)
        except (RedisError, BrokerError):
            log.warning("logout.not_woken", exc_info=True)

    def _run_otp(self, challenge_id: str, counter: int) -> None:
        if self._otp is None:
            raise RuntimeError("this process consumes no jobs")
        with _or_later():
            self._otp(ChallengeId(challenge_id), counter)

    def _run_notice(self, kind: str, citizen_id: str, at: str, reference: str) -> None:
        if self._notice is None:
            raise RuntimeError("this process consumes no jobs")
        with _or_later():
            self._notice(
                NoticeKind(kind),
                CitizenId(citizen_id),
                datetime.fromisoformat(at),
                reference=reference,
            )

    def _run_claimant_notice(self, notice: str, number: str, reference: str) -> None:
        if self._claimant_notice is None:
            raise RuntimeError("this process consumes no jobs")
        with _or_later():
            self._claimant_notice(ClaimantNotice(notice), CaseNumber(number), reference=reference)

    def _run_mailing(self, kind: str, citizen_id: str, at: str, reference: str) -> None:
        if self._mailing is None:
            raise RuntimeError("this process consumes no jobs")
        with _or_later():
            self._mailing(
                NoticeKind(kind),
                CitizenId(citizen_id),
                datetime.fromisoformat(at),
                reference=reference,
            )

    def _run_email_link(self, verification_id: str) -> None:
        if self._email_link is None:
            raise RuntimeError("this process consumes no jobs")
        with _or_later():
            self._email_link(EmailVerificationId(verification_id))

    def _run_recovery_text(self, what: str, recovery_id: str) -> None:
        if self._recovery_text is None:
            raise RuntimeError("this process consumes no jobs")
        with _or_later():
            self._recovery_text(RecoveryText(what), PhoneRecoveryId(recovery_id))

    def _run_use(self, client_id: str, credential: str, at: str) -> None:
        if self._use is None:
            raise RuntimeError("this process consumes no jobs")
        self._use(ClientId(client_id), credential, datetime.fromisoformat(at))

    def _run_logout(self, delivery_id: str) -> None:
        """Hand it on: the threads of the queue wait for no relying party, and OTPs not for them."""
        if self._logout is None:
            raise RuntimeError("this process consumes no jobs")
        deliver, delivery = self._logout, DeliveryId(delivery_id)
        client_id = deliver.client_waiting_for(delivery)
        if client_id is not None:
            self._lanes.hand_in(client_id, delivery, lambda: deliver(delivery))


@contextmanager
def _or_later() -> Iterator[None]:
    """A gateway that is away is no fault of ours: one line in the log, and another try."""
    try:
        yield
    except SmsNotSent as away:
        log.warning("sms.not_sent", cause=str(away))
        raise Retry(str(away)) from away
    except MailNotSent as away:
        log.warning("mail.not_sent", cause=str(away))
        raise Retry(str(away)) from away


class _Finish(dramatiq.Middleware):
    """Lets what the lanes began end with the worker."""

    def __init__(self, lanes: Lanes) -> None:
        self._lanes = lanes

    def after_worker_shutdown(self, broker: dramatiq.Broker, worker: dramatiq.Worker) -> None:  # noqa: ARG002
        """The worker takes no more jobs."""
        self._lanes.close(_SECONDS_TO_FINISH)
