"""`/account/connected`, and the page before a withdrawal."""

from typing import Any, Final

from flask import Blueprint, Response
from flask_babel import get_locale

from idp.account.connected.store import Connected, connected
from idp.account.connected.withdraw import WithdrawConsent
from idp.account.frame import AccountFrame, AccountPage, Section, Visitor
from idp.consent.items import claim_labels
from idp.db.database import Database
from idp.relying_parties.ports import RelyingParties
from idp.web.at_hand import request
from idp.web.forms import Form
from idp.web.see_other import see_other
from idp.web.shown_time import shown_day

PATH: Final = "/account/connected"


class WithdrawForm(Form):
    """The wish to share nothing more; there is nothing to fill in."""


class ConnectedPage(AccountPage):
    """A page about portals."""

    section = Section.CONNECTED

    def __init__(
        self, frame: AccountFrame, database: Database, relying_parties: RelyingParties
    ) -> None:
        super().__init__(frame)
        self._database = database
        self._relying_parties = relying_parties

    def connected(self, visitor: Visitor) -> list[Connected]:
        """The portals now."""
        with self._database.reading() as reading:
            return list(connected(reading, visitor.citizen_id))

    def shown(self, one: Connected) -> dict[str, Any]:
        """The portal in words."""
        relying_party = self._relying_parties.find(one.client_id)
        return {
            "client_id": one.client_id,
            "name": one.client_id
            if relying_party is None
            else relying_party.name(str(get_locale())),
            "labels": claim_labels(one.claims),
            "first_at": shown_day(one.first_at),
            "last_at": shown_day(one.last_at),
        }


class List(ConnectedPage):
    """`/account/connected`: each with what it receives, and since when."""

    def show(self, visitor: Visitor, **address: str) -> Response:
        return self.render(
            "account/connected/list.html",
            portals=[self.shown(each) for each in self.connected(visitor)],
            done="withdrawn" if request.args.get("done") == "withdrawn" else None,
        )


class Withdraw(ConnectedPage):
    """`/account/connected/<client_id>/withdraw`: what ends and what does not, and the button."""

    def __init__(self, *here: Any, withdraw: WithdrawConsent) -> None:  # noqa: ANN401
        super().__init__(*here)
        self._withdraw = withdraw

    def show(self, visitor: Visitor, **address: str) -> Response:
        one = self._find(visitor, address)
        if one is None:
            return _to_list()
        return self.render(
            "account/connected/withdraw.html",
            form=self._pages.form(WithdrawForm),
            portal=self.shown(one),
        )

    def act(self, visitor: Visitor, **address: str) -> Response:
        self._pages.form(WithdrawForm)
        one = self._find(visitor, address)
        if one is None:
            return _to_list()
        shown = "\n".join(["withdraw", one.client_id, *claim_labels(one.claims)])
        self._withdraw(visitor.citizen_id, one.client_id, shown=shown)
        return _to_list("withdrawn")

    def _find(self, visitor: Visitor, address: dict[str, str]) -> Connected | None:
        named = address["client_id"]
        return next((each for each in self.connected(visitor) if each.client_id == named), None)


def _to_list(done: str | None = None) -> Response:
    return see_other(PATH if done is None else f"{PATH}?done={done}")


def connected_routes(
    *,
    frame: AccountFrame,
    withdraw: WithdrawConsent,
    relying_parties: RelyingParties,
    database: Database,
) -> Blueprint:
    blueprint = Blueprint("connected", __name__, url_prefix=PATH)
    here = (frame, database, relying_parties)
    blueprint.add_url_rule("", view_func=List.as_view("list", *here))
    blueprint.add_url_rule(
        "/<path:client_id>/withdraw",
        view_func=Withdraw.as_view("withdraw", *here, withdraw=withdraw),
    )
    return blueprint
