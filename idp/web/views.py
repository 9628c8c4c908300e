"""The base of the views of a citizen's pages."""

from typing import Any

import flask.views
from flask.typing import ResponseReturnValue, RouteCallable

from idp.web.at_hand import request


class MethodView(flask.views.MethodView):
    """
    Flask's, but made once for all requests, so that nothing of one is kept in it.

    Flask's own is made anew for each, and asks for the application and the request five times until
    the method is found.
    """

    init_every_request = False

    @classmethod
    def as_view(cls, name: str, *parts: Any, **named: Any) -> RouteCallable:  # noqa: ANN401 (Flask's own)
        """Make the view of the endpoint *name*."""
        page = cls(*parts, **named)
        answers = {method: getattr(page, method.lower()) for method in cls.methods or ()}
        if "GET" in answers:
            answers.setdefault("HEAD", answers["GET"])

        def view(**address: Any) -> ResponseReturnValue:  # noqa: ANN401 (what the address holds)
            answer: ResponseReturnValue = answers[request.method](**address)
            return answer

        view.__name__ = name
        view.__doc__ = cls.__doc__
        view.view_class = cls  # type: ignore[attr-defined]
        view.methods = cls.methods  # type: ignore[attr-defined]
        view.answers = answers  # type: ignore[attr-defined]
        return view
