"""`/console/invitation?k=…`: the way in for whoever holds the link; no session yet."""

from flask import Response
from flask.views import MethodView

from idp.console.frame import SIGN_IN
from idp.console.operators.forms import AcceptForm
from idp.operators.add_operator import CodeNotShown
from idp.operators.invite_operator import AcceptInvitation, InvitationSpent, Invited
from idp.totp.codes import in_groups, setting_up_uri
from idp.totp.qr import qr_svg
from idp.web.at_hand import request
from idp.web.pages import Pages
from idp.web.see_other import see_other


class Invitation(MethodView):
    """The app is set up, the password chosen; then the door."""

    def __init__(self, pages: Pages, accept: AcceptInvitation, service: str) -> None:
        self._pages = pages
        self._accept = accept
        self._service = service

    def get(self) -> Response:
        """What to set the app up with."""
        try:
            invited = self._accept.look(_handle())
        except InvitationSpent:
            return self._spent()
        return self._ask(invited, self._pages.form(AcceptForm, name=invited.name))

    def post(self) -> Response:
        """Password and first code."""
        try:
            invited = self._accept.look(_handle())
            form = self._pages.form(AcceptForm, name=invited.name)
            if not form.validate():
                return self._ask(invited, form)
            self._accept(_handle(), form.chosen_password, form.typed_code)
        except InvitationSpent:
            return self._spent()
        except CodeNotShown:
            form.fail_wrong()
            return self._ask(invited, form)
        return see_other(SIGN_IN)

    def _ask(self, invited: Invited, form: AcceptForm) -> Response:
        uri = setting_up_uri(invited.totp_secret, account=invited.name, issuer=self._service)
        return self._pages.render(
            "console/operators/invitation.html",
            form=form,
            invited=invited,
            qr=qr_svg(uri),
            secret=in_groups(invited.totp_secret),
            uri=uri,
        )

    def _spent(self) -> Response:
        return self._pages.render("console/operators/invitation_spent.html", status=410)


def _handle() -> str:
    return request.args.get("k", "")
