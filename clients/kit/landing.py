"""Where a sign-in ends: always a page of this portal, never an address from outside."""

from urllib.parse import urlsplit

from clients.kit.origins import origin

HOME = "/"


class ForeignTarget(ValueError):
    """The target is not an address of this portal."""


def landing_path(target: str, *, base: str) -> str:
    r"""
    Return *target*, a path or a URL of the portal at *base*, as path and query.

    Raises ForeignTarget for everything else. OpenID Connect Core §4: an unchecked
    `target_link_uri` makes the portal an open redirector. Browsers read a backslash as a slash
    and skip tabs and newlines, so `/\evil.example` and `/<TAB>/evil.example` leave the portal.
    """
    if not target.isprintable() or "\\" in target:
        raise ForeignTarget
    try:
        parts = urlsplit(target)
        if (parts.scheme or parts.netloc) and (
            "@" in parts.netloc or origin(target) != origin(base)
        ):
            raise ForeignTarget
    except ValueError as error:
        raise ForeignTarget from error
    path = parts.path or HOME
    if not path.startswith("/") or path.startswith("//"):
        raise ForeignTarget
    return f"{path}?{parts.query}" if parts.query else path
