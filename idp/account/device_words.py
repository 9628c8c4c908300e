"""How a device is called: the names of `web.device`, as people put them."""

from idp.web.texts import gettext as _


def device_words(browser: str, system: str) -> str:
    """Return "Chrome trên Android", or what is known of it; empty names are not known."""
    if not system:
        return browser or _("Trình duyệt")
    return _("%(browser)s trên %(system)s", browser=browser or _("Trình duyệt"), system=system)
