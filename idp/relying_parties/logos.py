"""
Logos of relying parties: fetched once, made anew by us, served by us.

Taken over as they are they would be a way to run somebody's parser in every citizen's browser, and
fetched by the browser they would tell the portal who looks at our pages.
"""

import hashlib
import io
import warnings
from typing import TYPE_CHECKING, Final

import structlog

from idp.db.database import Database
from idp.relying_parties import store
from idp.relying_parties.model import ClientId
from idp.relying_parties.ports import Fetcher, FetchFailed, RegistryVersion

if TYPE_CHECKING:
    from PIL import Image

LOGO_TYPES: Final = frozenset({"image/png", "image/jpeg", "image/webp", "image/gif"})
"""No SVG: it is a program, not a picture."""
LARGEST_SIDE: Final = 128  # pixels: twice what pages show
MAX_PIXELS: Final = 4_000_000  # of what is sent; a small file can unpack to gigabytes
_FORMATS: Final = ("PNG", "JPEG", "WEBP", "GIF")

_log = structlog.get_logger(__name__)


class NoPicture(Exception):
    """The bytes are no picture that we take."""


class Logos:
    """Keeps one picture per relying party."""

    def __init__(self, *, fetcher: Fetcher, database: Database, version: RegistryVersion) -> None:
        self._fetcher = fetcher
        self._database = database
        self._version = version

    def refresh(self, client_id: ClientId, uri: str | None) -> None:
        """
        Take the picture at *uri* for the one of *client_id*; `None` for none.

        One that cannot be had is left out, one that cannot be kept leaves the former in its place,
        and the log says why: nothing is raised. A portal must not be kept from its citizens by a
        picture, nor from the secret or the token that it is told of this once.
        """
        png = None if uri is None else self._picture(client_id, uri)
        name = None if png is None else hashlib.sha256(png).hexdigest()[:32]
        try:
            with self._database.transaction() as transaction:
                store.keep_logo(transaction, client_id, png, name)
            self._version.bump()
        except Exception:  # noqa: BLE001 (whatever is away, the registration itself is stored)
            _log.warning("logo_not_kept", client_id=client_id, exc_info=True)

    def find(self, client_id: ClientId, name: str) -> bytes | None:
        """The PNG of that name."""
        with self._database.reading() as reading:
            return store.logo(reading, client_id, name)

    def _picture(self, client_id: ClientId, uri: str) -> bytes | None:
        try:
            return as_png(self._fetcher.fetch(uri, media_types=LOGO_TYPES))
        except FetchFailed as failure:
            cause = failure.cause
        except NoPicture as error:
            cause = str(error)
        _log.warning("logo_left_out", client_id=client_id, cause=cause)
        return None


def as_png(content: bytes) -> bytes:
    """
    The first frame of a picture as a PNG of at most `LARGEST_SIDE`, without anything but pixels.

    Raises `NoPicture`.
    """
    try:
        pixels = _pixels(content)
    except Exception as error:  # a decoder fails in as many ways as files are broken
        raise NoPicture(type(error).__name__) from error
    from PIL import Image  # noqa: PLC0415 (no request of a citizen needs its megabytes)

    # A fresh picture: neither comments, nor places, nor profiles of the old one go along.
    fresh = Image.new("RGBA", pixels.size)
    fresh.paste(pixels)
    written = io.BytesIO()
    fresh.save(written, "PNG", optimize=True)
    return written.getvalue()


def _pixels(content: bytes) -> "Image.Image":
    from PIL import Image  # noqa: PLC0415 (see above)

    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        with Image.open(io.BytesIO(content), formats=_FORMATS) as opened:
            # Known from the header, before a pixel is unpacked.
            if opened.width * opened.height > MAX_PIXELS:
                raise Image.DecompressionBombError
            opened.thumbnail((LARGEST_SIDE, LARGEST_SIDE))
            return opened.convert("RGBA")
