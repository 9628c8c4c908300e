"""
The token that ties a form to the browser it was shown in.

Nothing is stored: the token is HMAC(key, browser handle + name of the form). It has no end of its
own, since a page that a person left open over lunch is no attack; whoever can read the browser's
cookie could post the form anyway.
"""

import hmac
from typing import Any, Final

from wtforms.csrf.core import CSRF, CSRFTokenField
from wtforms.form import BaseForm
from wtforms.meta import DefaultMeta as BaseMeta

from idp.core import base64url
from idp.core.handles import Handle
from idp.core.mac import Mac


class CsrfFailed(Exception):
    """The form came without its token, or with that of another browser or another form."""


class CookieMissing(Exception):
    """The form came from a browser that keeps no cookie of ours, so it cannot be its own."""


def form_token(key: Mac, browser: Handle, form_name: str) -> str:
    """Make the token of the form named *form_name* in *browser*; same inputs, same token."""
    return base64url.encode(key.of(f"{browser}\0{form_name}"))


class BrowserBound(CSRF):
    """WTForms' side of it: the token comes ready-made in the form's `csrf_context`."""

    def setup_form(self, form: BaseForm) -> list[tuple[str, Any]]:  # noqa: ARG002 (WTForms' own)
        """The same for every form: the field asks its own form what it is bound to."""
        return _FIELD

    def generate_csrf_token(self, csrf_token_field: CSRFTokenField) -> str:
        return str(csrf_token_field.meta.csrf_context)

    def validate_csrf_token(self, form: BaseForm, field: CSRFTokenField) -> None:
        """Raise `CsrfFailed` unless the form was posted with the token it was shown with."""
        expected = str(form.meta.csrf_context)
        if not hmac.compare_digest((field.data or "").encode(), expected.encode()):
            raise CsrfFailed


_FIELD: Final[list[tuple[str, Any]]] = [
    (BaseMeta.csrf_field_name, CSRFTokenField(default=str, csrf_impl=BrowserBound()))
]
