"""The addresses of a dispute in the account."""

from flask import Blueprint

from idp.account.disputes.views import Case, Confirm
from idp.account.frame import AccountFrame
from idp.db.database import Database
from idp.disputes.answer_dispute import AnswerDispute, ConfirmHolder


def account_dispute_routes(
    *, frame: AccountFrame, answer: AnswerDispute, confirm: ConfirmHolder, database: Database
) -> Blueprint:
    blueprint = Blueprint("account_disputes", __name__, url_prefix="/account/disputes")
    case = Case.as_view("case", frame, answer=answer, database=database)
    blueprint.add_url_rule("/<number>", view_func=case)
    confirmed = Confirm.as_view("confirm", frame, confirm=confirm)
    blueprint.add_url_rule("/<number>/phone", view_func=confirmed)
    return blueprint
