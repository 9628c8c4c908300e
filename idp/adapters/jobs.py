"""The queue: dramatiq on Redis. A job carries ids only; the worker looks the rest up."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from math import ceil
from typing import Final

import dramatiq
import structlog
from dramatiq.brokers.redis import RedisBroker
from dramatiq.errors import BrokerError, Retry
from redis.exceptions import RedisError

from idp.backchannel.deliver import DeliverLogout
from idp.backchannel.lanes import Lanes
from idp.backchannel.model import DeliveryId
from idp.citizens.model import CitizenId
from idp.core.handles import new_handle
from idp.disputes.model import CaseNumber
from idp.disputes.notices import ClaimantNoticeDelivery
from idp.disputes.ports import ClaimantNotice
from idp.messaging.model import NoticeKind
from idp.messaging.notices import NoticeDelivery
from idp.messaging.ports import SmsNotSent
from idp.otp.delivery import OtpDelivery
from idp.otp.model import ChallengeId

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


def redis_queue(redis_url: str) -> dramatiq.Broker:
    """The queue in Redis, where another process works it off."""
    return RedisBroker(  # type: ignore[no-untyped-call]
        url=redis_url,
        namespace="jobs",
        socket_timeout=_TIMEOUT,
        socket_connect_timeout=_TIMEOUT,
    )


class Jobs:
    """
    The queue's two ends: `enqueue…` for whoever asks, `consume` for the worker.

    Implements `OtpDeliveries`, `Notices`, `ClaimantNotices` and `LogoutWakes`.
    """

    def __init__(self, broker: dramatiq.Broker) -> None:
        self.broker = broker
        self._otp: Callable[[ChallengeId, int], None] | None = None
        self._notice: NoticeDelivery | None = None
        self._claimant_notice: ClaimantNoticeDelivery | None = None
        self._logout: DeliverLogout | None = None
        self._lanes = Lanes(width=_AT_ONCE)
        self._send_code = dramatiq.actor(
            actor_name="send_code",
            broker=self.broker,
            max_retries=_OTP_RETRIES,
            min_backoff=_FIRST_WAIT,
            max_backoff=_LONGEST_WAIT,
        )(self._run_otp)
        self._send_notice = dramatiq.actor(
            actor_name="send_notice",
            broker=self.broker,
            max_retries=_NOTICE_RETRIES,
            min_backoff=_FIRST_WAIT,
            max_backoff=_NOTICE_LONGEST_WAIT,
        )(self._run_notice)
        self._send_claimant_notice = dramatiq.actor(
            actor_name="send_claimant_notice",
            broker=self.broker,
            max_retries=_NOTICE_RETRIES,
            min_backoff=_FIRST_WAIT,
            max_backoff=_NOTICE_LONGEST_WAIT,
        )(self._run_claimant_notice)
        self._wake_logout = dramatiq.actor(
            actor_name="wake_logout",
            broker=self.broker,
            max_retries=0,  # the row owns its attempts, and the sweep looks after it
        )(self._run_logout)

    def consume(
        self,
        *,
        otp: OtpDelivery,
        notice: NoticeDelivery,
        claimant_notice: ClaimantNoticeDelivery,
        logout: DeliverLogout,
    ) -> None:
        """Give the worker what the jobs need."""
        self._otp, self._notice, self._logout = otp, notice, logout
        self._claimant_notice = claimant_notice
        self.broker.add_middleware(_Finish(self._lanes))

    def enqueue(self, challenge_id: ChallengeId, counter: int) -> None:
        """Have the worker send that code."""
        self._send_code.send(challenge_id, counter)

    def tell(self, kind: NoticeKind, citizen_id: CitizenId, at: datetime) -> None:
        """Have the worker tell the citizen what happened at that moment."""
        self._send_notice.send(kind, citizen_id, at.isoformat(), new_handle())

    def tell_claimant(self, notice: ClaimantNotice, number: CaseNumber) -> None:
        """Have the worker tell the claimant of a case."""
        self._send_claimant_notice.send(notice, number, new_handle())

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


class _Finish(dramatiq.Middleware):
    """Lets what the lanes began end with the worker."""

    def __init__(self, lanes: Lanes) -> None:
        self._lanes = lanes

    def after_worker_shutdown(self, broker: dramatiq.Broker, worker: dramatiq.Worker) -> None:  # noqa: ARG002
        """The worker takes no more jobs."""
        self._lanes.close(_SECONDS_TO_FINISH)
