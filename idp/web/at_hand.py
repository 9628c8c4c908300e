"""
Flask's `request` and `g`, by a shorter way to the same objects, which all of the provider takes.

Flask's own raise and catch an error for every attribute that is asked for, since theirs is looked
for first: some three hundred times a sign-in, a twentieth of its work.
"""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import flask
from flask.ctx import _AppCtxGlobals

T = TypeVar("T")


def _stand_in(current: Callable[[], T]) -> T:
    """What behaves as whatever *current* gives at that moment."""

    class StandIn:
        __slots__ = ()

        def __getattribute__(self, name: str) -> Any:  # noqa: ANN401 (that object's)
            return getattr(current(), name)

        def __setattr__(self, name: str, value: object) -> None:
            setattr(current(), name, value)

        def __contains__(self, name: str) -> bool:
            return name in cast("Any", current())

    return cast("T", StandIn())


request: flask.Request = _stand_in(flask.request._get_current_object)  # type: ignore[attr-defined]  # noqa: SLF001
"""The request at hand. Raises RuntimeError where there is none, as Flask's does."""

g: _AppCtxGlobals = _stand_in(flask.g._get_current_object)  # noqa: SLF001
"""What the parts of a request leave for one another."""
