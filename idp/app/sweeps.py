"""What the worker does every so often, by subject."""

from collections.abc import Collection, Iterator, Sequence
from datetime import timedelta
from functools import partial
from typing import Final

from idp.announcements.sweep import RUN_EVERY as ANNOUNCED_EVERY
from idp.announcements.sweep import SendAnnouncements
from idp.app.key_changes import record_key_change
from idp.app.parts import Parts
from idp.app.policies import inactivity_policy, rematch_work
from idp.audit.seal import SEALED_EVERY, LogPolicy, SealLog
from idp.authenticators.sweep import forget_unused_devices
from idp.backchannel.sweep import SWEPT_EVERY, forget_old_logouts, wake_due_logouts
from idp.citizens.pseudonymise import forget_closed, pseudonymise_closed
from idp.core.environment import Environment
from idp.counter_visits.sweep import forget_ended_visits
from idp.data_requests.sweep import forget_words_of_closed, warn_of_overdue
from idp.disputes.sweep import end_what_is_left, forget_old_complaints
from idp.emails.sweep import forget_expired_links
from idp.enrolment.sweep import forget_expired_enrolments
from idp.failures.keep_failures import KEPT_EVERY, KeepFailures
from idp.follow_ups.follow_ups import LEFT_AFTER
from idp.grants.sweep import forget_ended_families
from idp.inactivity.sweep import RUN_EVERY as INACTIVITY_EVERY
from idp.inactivity.sweep import InactivitySweep
from idp.inactivity.warn_or_lock import WarnOrLock
from idp.integration_tests.sweep import forget_old_attempts
from idp.onboarding.sweep import REMINDED_EVERY, RemindContacts
from idp.operators.sweep import forget_lapsed_invitations
from idp.phones.sweep import forget_unproved_phones
from idp.processes.worker import Sweep
from idp.recovery.sweep import (
    TOLD_EVERY,
    forget_expired_recoveries,
    tell_whose_wait_is_over,
)
from idp.recovery.tell_owner import TellOwner
from idp.relying_parties.store import being_tried
from idp.rematch.rematch_phone import RematchPhone
from idp.rematch.sweep import RUN_EVERY, RematchSweep
from idp.signing.rotate import keep_up
from idp.statistics.keep_counts import KEPT_EVERY as COUNTED_EVERY
from idp.statistics.keep_counts import KeepCounts
from idp.unrecognised.sweep import forget_expired_notice_links


def sweeps_of(parts: Parts) -> Sequence[Sweep]:
    """Every sweep, made of *parts*."""
    return tuple(sweep for subject in _SUBJECTS for sweep in subject(parts))


def _log_and_counts(parts: Parts) -> Iterator[Sweep]:
    """The log of events, the counts, and what failed."""
    settings = parts.settings
    seal_log = _seal_log(parts)
    keep_counts = KeepCounts(
        counts=parts.tally,
        apart=partial(_counted_apart, parts),
        database=parts.database,
        kept=settings.statistics.kept,
        clock=parts.clock,
    )
    keep_failures = KeepFailures(
        waiting=parts.waiting_failures,
        database=parts.database,
        kept=settings.failures.kept,
        clock=parts.clock,
    )
    yield Sweep("seal security events", SEALED_EVERY, seal_log)
    yield Sweep("drop old security events", timedelta(days=1), seal_log.drop_old)
    yield Sweep("keep counts", COUNTED_EVERY, keep_counts)
    yield Sweep("forget old counts", timedelta(days=1), keep_counts.forget_old)
    yield Sweep("keep failed requests", KEPT_EVERY, keep_failures)
    yield Sweep("forget old failed requests", timedelta(days=1), keep_failures.forget_old)


def _ways_in(parts: Parts) -> Iterator[Sweep]:
    """Enrolments, addresses and recoveries that are on their way."""
    yield Sweep(
        "forget expired enrolments",
        timedelta(minutes=10),
        partial(forget_expired_enrolments, parts.database, parts.clock),
    )
    yield Sweep(
        "forget expired links",
        timedelta(hours=1),
        partial(forget_expired_links, parts.database, parts.clock),
    )
    yield Sweep(
        "forget expired recoveries",
        timedelta(minutes=10),
        partial(forget_expired_recoveries, parts.database, parts.clock),
    )
    yield Sweep(
        "tell whose account is being recovered",
        TOLD_EVERY,
        TellOwner(
            database=parts.database, queue=parts.jobs, links=parts.links, clock=parts.clock
        ).who_was_not_told,
    )
    yield Sweep(
        "tell whose wait is over",
        TOLD_EVERY,
        partial(tell_whose_wait_is_over, parts.database, parts.jobs, parts.clock),
    )


def _accounts(parts: Parts) -> Iterator[Sweep]:
    """Accounts: what they are owed, and what is left of closed ones."""
    settings = parts.settings
    yield Sweep("do what is left", LEFT_AFTER, parts.follow_ups.what_is_left)
    yield Sweep(
        "forget unused devices",
        timedelta(days=1),
        partial(forget_unused_devices, parts.database, settings.devices.known_for, parts.clock),
    )
    yield Sweep(
        "forget links of old notices",
        timedelta(days=1),
        partial(forget_expired_notice_links, parts.database, parts.clock),
    )
    yield Sweep(
        "tell and lock the inactive", INACTIVITY_EVERY, _inactivity(parts), takes_its_time=True
    )
    yield Sweep(
        "pseudonymise closed accounts",
        timedelta(hours=1),
        partial(
            pseudonymise_closed,
            parts.database,
            settings.closed_accounts.pseudonymised_after,
            parts.clock,
        ),
    )
    yield Sweep(
        "forget closed accounts",
        timedelta(days=1),
        partial(forget_closed, parts.database, settings.closed_accounts.kept, parts.clock),
    )
    yield Sweep(
        "warn of overdue data requests",
        timedelta(hours=6),
        partial(warn_of_overdue, parts.database, parts.clock),
    )
    yield Sweep(
        "forget the words of closed accounts",
        timedelta(days=1),
        partial(forget_words_of_closed, parts.database),
    )


def _evidence(parts: Parts) -> Iterator[Sweep]:
    """Phones, carriers and counters."""
    yield Sweep(
        "forget unproved phones",
        timedelta(hours=1),
        partial(forget_unproved_phones, parts.database, parts.clock),
    )
    yield Sweep("ask carriers again", RUN_EVERY, _rematch(parts), takes_its_time=True)
    yield Sweep(
        "forget ended counter visits",
        timedelta(days=1),
        partial(forget_ended_visits, parts.database, parts.clock),
    )


def _disputes(parts: Parts) -> Iterator[Sweep]:
    """Complaints."""
    yield Sweep(
        "end what disputes decided",
        timedelta(minutes=5),
        partial(end_what_is_left, parts.end_disputed),
    )
    yield Sweep(
        "forget old complaints",
        timedelta(hours=1),
        partial(
            forget_old_complaints,
            parts.database,
            parts.clock,
            resolved_kept=parts.settings.disputes.resolved_kept,
        ),
    )


def _relying_parties(parts: Parts) -> Iterator[Sweep]:
    """Relying parties, and those who look after them."""
    yield Sweep(
        "wake due logouts",
        SWEPT_EVERY,
        partial(wake_due_logouts, parts.database, parts.jobs, parts.clock),
    )
    yield Sweep(
        "forget old logouts",
        timedelta(days=1),
        partial(forget_old_logouts, parts.database, parts.clock),
    )
    yield Sweep(
        "forget ended refresh tokens",
        timedelta(days=1),
        partial(forget_ended_families, parts.database, parts.refresh_policy, parts.clock),
    )
    yield Sweep(
        "forget old integration tests",
        timedelta(days=1),
        partial(forget_old_attempts, parts.database, parts.clock),
    )
    yield Sweep(
        "remind of secrets and keys that end",
        REMINDED_EVERY,
        RemindContacts(
            database=parts.database,
            sender=parts.mail,
            writer=parts.mail_writer,
            clock=parts.clock,
        ),
        takes_its_time=True,
    )
    yield Sweep(
        "send announcements",
        ANNOUNCED_EVERY,
        SendAnnouncements(
            database=parts.database,
            sender=parts.mail,
            writer=parts.mail_writer,
            clock=parts.clock,
        ),
        takes_its_time=True,
    )


def _operators(parts: Parts) -> Iterator[Sweep]:
    """Operators, and the service's own keys."""
    yield Sweep(
        "forget lapsed invitations",
        timedelta(days=1),
        partial(forget_lapsed_invitations, parts.database, parts.clock),
    )
    yield Sweep("keep the signing keys up", timedelta(hours=1), partial(_keep_keys_up, parts))


_SUBJECTS: Final = (
    _log_and_counts,
    _ways_in,
    _accounts,
    _evidence,
    _disputes,
    _relying_parties,
    _operators,
)


def _seal_log(parts: Parts) -> SealLog:
    audit = parts.settings.audit
    return SealLog(
        database=parts.database,
        published=parts.audit_roots,
        policy=LogPolicy(waits=audit.sealed_after, kept=audit.kept),
        clock=parts.clock,
    )


def _counted_apart(parts: Parts, client_ids: Collection[str]) -> Collection[str]:
    """Where real people sign in, what invented ones try is nothing of everybody's numbers."""
    if parts.settings.deployment.environment is Environment.SANDBOX:
        return frozenset()
    with parts.database.reading() as reading:
        return being_tried(reading, client_ids)


def _inactivity(parts: Parts) -> InactivitySweep:
    policy = inactivity_policy(parts.settings)
    return InactivitySweep(
        warn_or_lock=WarnOrLock(
            database=parts.database,
            follow_ups=parts.follow_ups,
            policy=policy,
            clock=parts.clock,
        ),
        policy=policy,
        database=parts.database,
        clock=parts.clock,
    )


def _rematch(parts: Parts) -> RematchSweep:
    work = rematch_work(parts.settings)
    return RematchSweep(
        rematch=RematchPhone(
            carriers=parts.carriers,
            match=parts.match_citizen,
            sign_in=parts.sign_in,
            follow_ups=parts.follow_ups,
            rematch_after=work.rematch_after,
            database=parts.database,
            index=parts.index,
            clock=parts.clock,
        ),
        work=work,
        throttle=parts.throttle,
        database=parts.database,
        clock=parts.clock,
    )


def _keep_keys_up(parts: Parts) -> None:
    """Announce successors, retire what has served its time, and say so in the audit log."""
    for event in keep_up(parts.keys, parts.rotation, parts.clock):
        record_key_change(parts, f"signing_key.{event.kind}", {"kid": event.kid})
