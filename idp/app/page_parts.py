"""What the citizens' pages and the operators' have in common."""

from dataclasses import dataclass

from idp.adapters.redis.shown_pages import RedisShownPages
from idp.app.parts import Parts
from idp.app.policies import brand, shown_pages_budget
from idp.settings import decode_key
from idp.web.browser import BrowserCookie
from idp.web.pages import Pages
from idp.web.ports import ShownPages


@dataclass(frozen=True, slots=True)
class PageParts:
    """The renderer, the browser's cookie that forms are bound to, and what answers by GET."""

    pages: Pages
    browser: BrowserCookie
    shown: ShownPages


def page_parts(parts: Parts) -> PageParts:
    """Make them, for both sides: a browser that goes from one to the other stays the same."""
    settings = parts.settings
    browser = BrowserCookie(secure=settings.server.secure)
    shown = RedisShownPages(
        parts.redis, parts.cipher, throttle=parts.throttle, budget=shown_pages_budget(settings)
    )
    pages = Pages(
        issuer=settings.server.issuer,
        brand=brand(settings),
        csrf_key=decode_key(settings.secrets.csrf_key.get_secret_value()),
        cookies=browser,
        shown=shown,
        certification=settings.certification.enabled,
        strict_transport=settings.server.strict_transport,
    )
    return PageParts(pages=pages, browser=browser, shown=shown)
