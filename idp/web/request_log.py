"""What a view adds to the one line that is logged of its request."""

from typing import Final

from idp.web.at_hand import request

ENVIRON: Final = "idp.request_log"
"""Where whoever writes the line finds it (WSGI environment)."""


def note(**facts: object) -> None:
    """Add *facts* (a client_id, an error code): nothing of a person, nothing secret."""
    request.environ.setdefault(ENVIRON, {}).update(facts)
