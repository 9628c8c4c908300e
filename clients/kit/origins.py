"""Web origins (RFC 6454), and which addresses may be spoken to without TLS."""

from urllib.parse import urlsplit

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_DEFAULT_PORTS = {"http": 80, "https": 443}


def origin(url: str) -> tuple[str, str, int | None]:
    """Return scheme, host and port of *url*; raise ValueError when its port is no number."""
    parts = urlsplit(url)
    scheme = parts.scheme.lower()
    return scheme, (parts.hostname or "").lower(), parts.port or _DEFAULT_PORTS.get(scheme)


def serialized_origin(url: str) -> str:
    """Return the origin of *url* as a Content-Security-Policy source."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def is_safe_endpoint(url: str) -> bool:
    """Whether *url* is absolute https, or http on this very machine, with no user or fragment."""
    try:
        scheme, host, _ = origin(url)
        parts = urlsplit(url)
    except ValueError:
        return False
    if parts.fragment or "@" in parts.netloc or not host:
        return False
    return scheme == "https" or (scheme == "http" and host in _LOOPBACK)
