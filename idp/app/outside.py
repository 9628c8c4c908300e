"""
What speaks with the world outside.

Each part is loaded by what speaks: httpx and the machine's certificate authorities weigh 5 MB, and
most processes need few of these or none.
"""

from collections.abc import Mapping
from functools import partial

from joserfc.jwk import ECKey

from idp.adapters.when_asked import RecordsWhenAsked
from idp.carriers.ports import CarrierRecords
from idp.core.clock import Clock
from idp.core.email_address import EmailAddress
from idp.messaging.ports import MailSender, SmsSender
from idp.relying_parties.ports import Fetcher
from idp.settings import Settings


def carriers(settings: Settings, clock: Clock) -> CarrierRecords:
    """The carriers' records, by CAMARA's interfaces."""
    # Read at once: a key that is none is told when the process starts.
    key = ECKey.import_key(settings.secrets.carrier_client_key.get_secret_value())
    return RecordsWhenAsked(partial(_camara, settings, key, clock))


def _camara(settings: Settings, key: ECKey, clock: Clock) -> CarrierRecords:
    from idp.adapters.camara import (  # noqa: PLC0415 (brings httpx)
        CamaraCarrierRecords,
        CarrierEndpoint,
    )

    directory = settings.carriers.directory
    return CamaraCarrierRecords(
        tuple(
            CarrierEndpoint(
                carrier.name,
                carrier.base_url,
                carrier.token_url,
                carrier.unaccented,
                settings.carriers.client_id,
            )
            for carrier in directory
        ),
        prefixes=prefixes(settings),
        key=key,
        clock=clock,
        call_timeout=settings.carriers.call_timeout,
        total_timeout=settings.carriers.total_timeout,
        questions_at_once=settings.carriers.calls_at_once,
    )


def prefixes(settings: Settings) -> Mapping[str, str]:
    """The carrier that each prefix of a phone number hints at."""
    directory = settings.carriers.directory
    return {prefix: carrier.name for carrier in directory for prefix in carrier.prefixes}


def https_fetcher(settings: Settings, at_once: int) -> Fetcher:
    """What fetches documents of portals; so many *at_once*."""
    from idp.adapters.fetcher import HttpsFetcher  # noqa: PLC0415 (brings httpcore)

    http = settings.http
    return HttpsFetcher(ca_file=http.ca_file, loopback=http.fetch_loopback, at_once=at_once)


def sms_gateway(settings: Settings) -> SmsSender:
    """The gateway to every phone."""
    from idp.adapters.sms_gateway import HttpSmsGateway  # noqa: PLC0415 (brings httpx)

    return HttpSmsGateway(
        settings.messaging.gateway_url,
        settings.secrets.sms_api_key.get_secret_value(),
        settings.messaging.timeout,
    )


def mail_sender(settings: Settings, clock: Clock) -> MailSender:
    """Our mail server."""
    from idp.adapters.smtp import MailServer, SmtpMailSender  # noqa: PLC0415 (brings smtplib)

    mail, password = settings.mail, settings.secrets.smtp_password
    server = MailServer(
        host=mail.host,
        port=mail.port,
        starttls=mail.starttls,
        timeout=mail.timeout,
        ca_file=mail.ca_file,
        user=mail.user,
        password="" if password is None else password.get_secret_value(),
    )
    sender = EmailAddress.parse(mail.sender)
    return SmtpMailSender(server, sender=sender, name=settings.brand.name_vi, clock=clock)
