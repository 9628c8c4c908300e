"""The door of the console: signing in and out."""

from flask import Response
from flask.views import MethodView

from idp.console.forms import ConsoleSignInForm, ConsoleSignOutForm
from idp.console.frame import SIGN_IN, ConsoleFrame
from idp.web.see_other import see_other


class ConsoleSignIn(MethodView):
    """`/console/sign-in`: name, password and code on one form, one answer for every fault."""

    def __init__(self, frame: ConsoleFrame) -> None:
        self._frame = frame
        self._pages = frame.pages

    def get(self) -> Response:
        """The form; who is signed in needs none."""
        if self._frame.presence.operator() is not None:
            return see_other("/console")
        return self._show(self._pages.form(ConsoleSignInForm))

    def post(self) -> Response:
        form = self._pages.form(ConsoleSignInForm)
        operator = self._frame.prove(form.typed_name, form) if form.validate() else None
        if operator is None:
            return self._show(form)
        self._frame.presence.begin(operator)
        return see_other("/console")

    def _show(self, form: ConsoleSignInForm) -> Response:
        return self._pages.render("console/sign_in.html", form=form)


class ConsoleSignOut(MethodView):
    """`/console/sign-out`: ends the session of this browser."""

    def __init__(self, frame: ConsoleFrame) -> None:
        self._frame = frame

    def post(self) -> Response:
        """Sign out."""
        self._frame.pages.form(ConsoleSignOutForm)
        self._frame.presence.end()
        return see_other(SIGN_IN)
