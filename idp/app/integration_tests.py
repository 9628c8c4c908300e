"""What the pages of "Test my integration" are made of."""

from functools import partial

from idp.adapters.when_asked import SenderWhenAsked
from idp.app.parts import Parts
from idp.backchannel.ports import LogoutSender
from idp.integration_tests.begin_case import BeginCase
from idp.integration_tests.cookie import RehearsalCookie
from idp.integration_tests.record_result import RecordResult
from idp.integration_tests.reports import Reports
from idp.integration_tests.tell_logout import TellLogout
from idp.integration_tests.views import RunPages
from idp.oidc.logout_token import SignedLogoutTokens
from idp.settings import Settings
from idp.web.pages import Pages


def run_pages(parts: Parts, pages: Pages) -> RunPages:
    """What the pages of a run share."""
    settings, database, clock = parts.settings, parts.database, parts.clock
    return RunPages(
        pages=pages,
        cookie=RehearsalCookie(secure=settings.server.secure),
        begin=BeginCase(database=database, clock=clock),
        tell_logout=TellLogout(
            relying_parties=parts.registry,
            tokens=SignedLogoutTokens(
                issuer=settings.server.issuer, signer=parts.signer, clock=clock
            ),
            sender=SenderWhenAsked(partial(_logout_sender, settings)),
            key=parts.subject_key,
            database=database,
        ),
        record=RecordResult(relying_parties=parts.registry, database=database, clock=clock),
        reports=Reports(database),
        relying_parties=parts.registry,
        database=database,
        clock=clock,
    )


def _logout_sender(settings: Settings) -> LogoutSender:
    from idp.adapters.logout_sender import HttpLogoutSender  # noqa: PLC0415 (brings httpcore)

    return HttpLogoutSender(ca_file=settings.http.ca_file, loopback=settings.http.fetch_loopback)
