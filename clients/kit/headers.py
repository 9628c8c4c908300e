"""Security headers of every answer."""

from urllib.parse import urlsplit

from flask import Response, request

from clients.kit.origins import serialized_origin

_POLICY = (
    "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; "
    "base-uri 'none'; frame-ancestors 'none'; form-action {form_action}"
)
_STATIC_ENDPOINTS = frozenset({"static", "button.static"})
_STATIC_SECONDS = 3600


def harden(response: Response) -> Response:
    """Set the headers that a page does not set for itself."""
    response.headers.setdefault("Content-Security-Policy", _POLICY.format(form_action="'self'"))
    response.headers["X-Content-Type-Options"] = "nosniff"
    # Not `no-referrer`: own POSTs would arrive with `Origin: null`.
    response.headers["Referrer-Policy"] = "same-origin"
    if request.endpoint in _STATIC_ENDPOINTS:
        response.cache_control.no_cache = None
        response.cache_control.public = True
        response.cache_control.max_age = _STATIC_SECONDS
    else:
        # Else the back button shows the last citizen's page.
        response.headers["Cache-Control"] = "no-store"
    return response


def allow_forms_to(response: Response, endpoint: str) -> None:
    """
    Let this one page post to the provider.

    Chromium applies `form-action` to every redirect after the POST, so the way back to ourselves
    must be allowed too.
    """
    if urlsplit(endpoint).netloc:
        policy = _POLICY.format(form_action=f"'self' {serialized_origin(endpoint)}")
        response.headers["Content-Security-Policy"] = policy


def allow_frames_of(response: Response, issuer: str) -> None:
    """Let pages of the provider, and of nobody else, show this empty one in a frame."""
    policy = f"default-src 'none'; frame-ancestors {serialized_origin(issuer)}"
    response.headers["Content-Security-Policy"] = policy
