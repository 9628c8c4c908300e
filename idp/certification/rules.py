"""What certification mode changes of the settings; pure."""

import sys
from datetime import timedelta
from typing import Final

from idp.settings import Settings

_LIFTED: Final = (
    "otp_per_number",
    "otp_sign_in_per_number",
    "password_per_number_and_network",
    "password_per_number",
    "password_per_device",
    "enrolment_per_phone",
    "enrolment_per_identity_number",
    "registrations_per_network",
)
"""A suite signs one person in, and registers, some hundred times an hour, from one machine."""

_AT_ONCE: Final = timedelta(milliseconds=1)
"""A test that was broken off leaves a cool-down behind, and the next one would get no code."""


def for_certification(settings: Settings) -> Settings:
    """
    *settings* with the mode's changes where it is enabled, else as they are.

    Limits per person are lifted, those on a network's sign-ins and on the whole service stay;
    anybody may register a relying party, and what it names may be fetched from this machine.
    """
    if not settings.certification.enabled:
        return settings
    lifted: dict[str, tuple[()]] = dict.fromkeys(_LIFTED, ())
    return settings.model_copy(
        update={
            "throttling": settings.throttling.model_copy(update=lifted),
            "otp": settings.otp.model_copy(
                update={"resend_after": _AT_ONCE, "challenges_before_pause": sys.maxsize}
            ),
            "registrations": settings.registrations.model_copy(update={"open": True}),
            "http": settings.http.model_copy(update={"fetch_loopback": True}),
        }
    )
