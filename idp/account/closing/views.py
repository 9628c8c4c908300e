"""`/account/close`: what closing means, and the button."""

from datetime import timedelta
from typing import Final

from flask import Blueprint, Response

from idp.account.closing.close_own_account import CloseOwnAccount
from idp.account.frame import AccountFrame, AccountPage, Section, Visitor
from idp.web.forms import Form

PATH: Final = "/account/close"
_SHOWN: Final = "close account"
_DAYS_OF_A_YEAR: Final = 365


class CloseForm(Form):
    """The wish to close the account; there is nothing to fill in."""


class Close(AccountPage):
    """The page; afterwards nobody is signed in."""

    section = Section.DATA
    sensitive = True

    def __init__(self, frame: AccountFrame, *, close: CloseOwnAccount, kept: timedelta) -> None:
        super().__init__(frame)
        self._close = close
        self._years = kept.days // _DAYS_OF_A_YEAR

    def show(self, visitor: Visitor, **address: str) -> Response:
        return self.render(
            "account/closing/close.html", form=self._pages.form(CloseForm), years=self._years
        )

    def act(self, visitor: Visitor, **address: str) -> Response:
        self._pages.form(CloseForm)
        self._close(visitor.citizen_id, shown=_SHOWN)
        return self._pages.render("account/closing/done.html", years=self._years)


def closing_routes(*, frame: AccountFrame, close: CloseOwnAccount, kept: timedelta) -> Blueprint:
    """The blueprint; *kept* is how long what is left of an account is held."""
    blueprint = Blueprint("closing", __name__)
    view = Close.as_view("close", frame, close=close, kept=kept)
    blueprint.add_url_rule(PATH, view_func=view)
    return blueprint
