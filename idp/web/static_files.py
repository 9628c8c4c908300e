"""
The style sheet, the script, the icon and the fonts, under an address that changes with them.

One fingerprint stands for the whole folder, so the style sheet's relative addresses of the fonts
hold, and a browser may keep all of it for ever.
"""

import gzip
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from flask import Flask, Response, abort

from idp.web.at_hand import request

FOLDER = Path(__file__).parent / "static"
MEDIA_TYPES: Final = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
}
"""What is served, by its ending (RFC 9239 for scripts); the machine's table may say otherwise."""
_COMPRESSED = frozenset({".css", ".js", ".svg"})
_FINGERPRINT_LENGTH = 12


@dataclass(frozen=True)
class _File:
    media_type: str
    content: bytes
    gzipped: bytes | None


class StaticFiles:
    """
    The files of *folder*, read once: nothing a request names is ever opened.

    `url(name)` is for templates; `init_app` adds the one route.
    """

    def __init__(self, folder: Path = FOLDER) -> None:
        self._files = {
            path.relative_to(folder).as_posix(): _read(path)
            for path in sorted(folder.rglob("*"))
            if path.suffix in MEDIA_TYPES
        }
        whole = sha256()
        for name, file in self._files.items():
            whole.update(name.encode() + b"\x00" + sha256(file.content).digest())
        self.fingerprint = whole.hexdigest()[:_FINGERPRINT_LENGTH]

    def url(self, name: str) -> str:
        """Give the address of *name*; raises KeyError for a file that is not there."""
        if name not in self._files:
            raise KeyError(name)
        return f"/static/{self.fingerprint}/{name}"

    def init_app(self, app: Flask) -> None:
        app.add_url_rule("/static/<fingerprint>/<path:name>", "static_files", self._serve)

    def _serve(self, fingerprint: str, name: str) -> Response:
        file = self._files.get(name)
        if file is None:
            abort(404)
        response = Response(file.content, mimetype=file.media_type)
        if file.gzipped is not None:
            response.vary.add("Accept-Encoding")
            if request.accept_encodings["gzip"] > 0:
                response.set_data(file.gzipped)
                response.content_encoding = "gzip"
        # A page from before an update may ask for the old address: it gets today's file, unkept.
        current = fingerprint == self.fingerprint
        response.headers["Cache-Control"] = (
            "public, max-age=31536000, immutable" if current else "no-cache"
        )
        return response


def _read(path: Path) -> _File:
    content = path.read_bytes()
    gzipped = gzip.compress(content, 9, mtime=0) if path.suffix in _COMPRESSED else None
    return _File(MEDIA_TYPES[path.suffix], content, gzipped)
