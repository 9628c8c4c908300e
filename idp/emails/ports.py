"""Having a link sent."""

from typing import Protocol

from idp.emails.model import EmailVerificationId


class EmailLinks(Protocol):
    """The queue of links to be sent; a job carries the id only."""

    def send_link(self, verification_id: EmailVerificationId) -> None:
        """Have the worker send the link of that question."""
        ...
