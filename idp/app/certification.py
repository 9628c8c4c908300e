"""The loud line of a process in certification mode."""

import structlog

from idp.settings import Settings

_log = structlog.get_logger(__name__)


def warn_of_certification(settings: Settings) -> None:
    """Say loudly what this process is, in the log that somebody reads in the end."""
    if settings.certification.enabled:
        _log.warning(
            "CERTIFICATION MODE: every one-time password is the same and no text message is sent; "
            "this service protects nobody's account",
            issuer=settings.server.issuer,
        )
