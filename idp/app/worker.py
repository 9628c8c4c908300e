"""The worker: what its jobs need, and its regular sweeps."""

from collections.abc import Sequence
from datetime import timedelta
from math import ceil

import dramatiq

from idp.adapters.logout_sender import HttpLogoutSender
from idp.adapters.recipients import SqlRecipients
from idp.app.certification import warn_of_certification
from idp.app.parts import Adapters, Parts
from idp.app.sweeps import sweeps_of
from idp.backchannel.deliver import DeliverLogout
from idp.core.handles import random_fraction
from idp.disputes.notices import ClaimantNoticeDelivery
from idp.emails.delivery import EmailLinkDelivery
from idp.messaging.notices import NoticeDelivery, NoticeMailing
from idp.oidc.logout_token import SignedLogoutTokens
from idp.otp.delivery import OtpDelivery
from idp.processes.worker import Sweep
from idp.recovery.delivery import RecoveryTextDelivery
from idp.relying_parties.uses import WriteUse
from idp.settings import Settings


def create_worker(
    settings: Settings, adapters: Adapters | None = None
) -> tuple[dramatiq.Broker, Sequence[Sweep]]:
    """The worker's two halves: the queue with what its jobs need, and the regular sweeps."""
    parts = Parts(settings, adapters)
    broker, sweeps = worker_of(parts)
    if settings.metrics.port:
        from idp.app.metrics import watch  # noqa: PLC0415 (loaded where somebody asks)

        sweeps = watch(parts, sweeps)
    return broker, sweeps


def worker_of(parts: Parts) -> tuple[dramatiq.Broker, Sequence[Sweep]]:
    """The same, made of *parts*."""
    settings = parts.settings
    warn_of_certification(settings)
    parts.jobs.consume(
        use=WriteUse(parts.database),
        otp=OtpDelivery(
            challenges=parts.challenges,
            codes=parts.code_generator,
            recipients=SqlRecipients(parts.database),
            sender=parts.sms,
            relying_parties=parts.registry,
            service_name=settings.brand.sms_name,
            site=settings.server.site,
            minutes=ceil(settings.otp.lifetime / timedelta(minutes=1)),
            tally=parts.tally,
            database=parts.database,
            clock=parts.clock,
        ),
        notice=NoticeDelivery(
            database=parts.database,
            sender=parts.sms,
            ways_out=parts.notice_links,
            service_name=settings.brand.sms_name,
            hotline=settings.brand.hotline,
        ),
        claimant_notice=ClaimantNoticeDelivery(
            database=parts.database,
            sender=parts.sms,
            service_name=settings.brand.sms_name,
            site=settings.server.issuer.partition("://")[2],
        ),
        mailing=NoticeMailing(
            database=parts.database,
            sender=parts.mail,
            ways_out=parts.notice_links,
            writer=parts.mail_writer,
        ),
        email_link=EmailLinkDelivery(
            database=parts.database,
            sender=parts.mail,
            writer=parts.mail_writer,
            links=parts.links,
            lasts=settings.mail.link_lasts,
            clock=parts.clock,
        ),
        recovery_text=RecoveryTextDelivery(
            database=parts.database,
            sms=parts.sms,
            mail=parts.mail,
            writer=parts.mail_writer,
            links=parts.links,
            service_name=settings.brand.sms_name,
            site=settings.server.site,
            wait=settings.recovery.other_phone_wait,
            kept=settings.recovery.other_phone_kept,
            clock=parts.clock,
        ),
        logout=DeliverLogout(
            database=parts.database,
            relying_parties=parts.registry,
            tokens=SignedLogoutTokens(
                issuer=settings.server.issuer, signer=parts.signer, clock=parts.clock
            ),
            sender=HttpLogoutSender(
                ca_file=settings.http.ca_file, loopback=settings.http.fetch_loopback
            ),
            wakes=parts.jobs,
            jitter=random_fraction,
            clock=parts.clock,
        ),
    )
    return parts.jobs.broker, sweeps_of(parts)
