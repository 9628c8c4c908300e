"""The page of the mailboxes: what came, with its links."""

from dataclasses import asdict, dataclass

from flask import Blueprint, Response, jsonify, render_template, request

from sandbox.mail import Mailboxes
from sandbox.phone.texts import TEXTS
from sandbox.phone.views import PAGE_HEADERS, asked_language, link

MOST_MAILS = 50


@dataclass(frozen=True)
class MailPage:
    """Serves the page, and the call by which tests look at it."""

    mailboxes: Mailboxes

    def show(self) -> str:
        """Answer the page: everybody's mail, newest first, or that to one address (`to`)."""
        language = asked_language()
        return render_template(
            "mailbox.html",
            mails=self.mailboxes.mails(_asked_address())[:MOST_MAILS],
            alone=_asked_address(),
            language=language,
            texts=TEXTS[language],
            link=link,
        )

    def mails(self) -> Response:
        """Answer the mails to one address, or to all, newest first."""
        return jsonify(
            [
                {**asdict(mail), "received_at": mail.received_at.isoformat()}
                for mail in self.mailboxes.mails(_asked_address())
            ]
        )


def _asked_address() -> str | None:
    return request.args.get("to") or None


def routes(page: MailPage) -> Blueprint:
    """Build the blueprint, with the headers of a page that trusts nothing but itself."""
    blueprint = Blueprint("mail", __name__)
    blueprint.add_url_rule("/mailbox", view_func=page.show)
    blueprint.add_url_rule("/api/mails", view_func=page.mails)

    @blueprint.after_request
    def secure(response: Response) -> Response:
        response.headers.update(PAGE_HEADERS)
        return response

    return blueprint
