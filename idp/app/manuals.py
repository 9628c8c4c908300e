"""Where failed requests lead for more."""

from idp.failures.words import Manual
from idp.manuals.model import address_of_section
from idp.settings import Settings


def manual(settings: Settings) -> Manual:
    """The manual for portals: on pages of ours, or where the settings say that it is."""

    def address(language: str, section: int) -> str:
        own = f"{settings.server.issuer}{address_of_section(section, language)}"
        return settings.console.manual(language) or own

    return address
