"""The queue: dramatiq on Redis. A job carries ids only; the worker looks the rest up."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

import dramatiq
from dramatiq.brokers.redis import RedisBroker

from idp.citizens.model import CitizenId
from idp.core.handles import new_handle
from idp.messaging.notices import NoticeDelivery, NoticeKind
from idp.otp.delivery import OtpDelivery
from idp.otp.model import ChallengeId

_FIRST_WAIT: Final = 2_000
_LONGEST_WAIT: Final = 30_000
_OTP_RETRIES: Final = 6
_NOTICE_RETRIES: Final = 40
_NOTICE_LONGEST_WAIT: Final = 3_600_000
"""Milliseconds. A code is worth sending while it lives, a notice for a day and more."""


class Jobs:
    """
    The queue's two ends: `enqueue…` for whoever asks, `consume` for the worker.

    Implements `OtpDeliveries` and `Notices`.
    """

    def __init__(self, redis_url: str) -> None:
        self.broker = RedisBroker(url=redis_url, namespace="jobs")  # type: ignore[no-untyped-call]
        self._otp: Callable[[ChallengeId, int], None] | None = None
        self._notice: NoticeDelivery | None = None
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

    def consume(self, *, otp: OtpDelivery, notice: NoticeDelivery) -> None:
        """Give the worker what the jobs need."""
        self._otp, self._notice = otp, notice

    def enqueue(self, challenge_id: ChallengeId, counter: int) -> None:
        """Have the worker send that code."""
        self._send_code.send(challenge_id, counter)

    def password_changed(self, citizen_id: CitizenId, at: datetime) -> None:
        """Have the worker tell the citizen that the password was changed at that moment."""
        self._enqueue_notice(NoticeKind.PASSWORD_CHANGED, citizen_id, at)

    def enrolment_finished(self, citizen_id: CitizenId, at: datetime) -> None:
        """Have the worker tell the citizen that the account was made at that moment."""
        self._enqueue_notice(NoticeKind.ENROLMENT_FINISHED, citizen_id, at)

    def _enqueue_notice(self, kind: NoticeKind, citizen_id: CitizenId, at: datetime) -> None:
        self._send_notice.send(kind, citizen_id, at.isoformat(), new_handle())

    def _run_otp(self, challenge_id: str, counter: int) -> None:
        if self._otp is None:
            raise RuntimeError("this process consumes no jobs")
        self._otp(ChallengeId(challenge_id), counter)

    def _run_notice(self, kind: str, citizen_id: str, at: str, reference: str) -> None:
        if self._notice is None:
            raise RuntimeError("this process consumes no jobs")
        self._notice(
            NoticeKind(kind),
            CitizenId(citizen_id),
            datetime.fromisoformat(at),
            reference=reference,
        )
