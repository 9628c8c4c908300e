"""
Flask's `request` and `g`, by a shorter way to the same objects, which all of the provider takes.

Flask's own raise and catch an error for every attribute that is asked for, since theirs is looked
for first: some three hundred times a sign-in, a twentieth of its work.
"""

from collections.abc import Callable
from typing import Any

import flask
from flask.ctx import _AppCtxGlobals
from flask.globals import _cv_app, _cv_request


def _stand_in(context: Callable[[None], Any], part: str) -> Any:  # noqa: ANN401 (that part)
    """What behaves as that *part* of whatever *context* there is at that moment."""

    class StandIn:
        __slots__ = ()

        def __getattribute__(self, name: str) -> Any:  # noqa: ANN401 (that object's)
            return getattr(getattr(context(None) or _outside(), part), name)

        def __setattr__(self, name: str, value: object) -> None:
            setattr(getattr(context(None) or _outside(), part), name, value)

        def __contains__(self, name: str) -> bool:
            return name in getattr(context(None) or _outside(), part)

    return StandIn()


def _outside() -> Any:  # noqa: ANN401 (it never returns)
    raise RuntimeError("This needs a request context: there is no request at hand.")


request: flask.Request = _stand_in(_cv_request.get, "request")
"""The request at hand. Raises RuntimeError where there is none, as Flask's does."""

g: _AppCtxGlobals = _stand_in(_cv_app.get, "g")
"""What the parts of a request leave for one another."""
