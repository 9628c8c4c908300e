"""The Flask application that carries the pages."""

from collections.abc import Callable
from functools import cached_property
from typing import Any, cast

from flask import Flask, Request
from werkzeug.datastructures import ImmutableMultiDict, MultiDict
from werkzeug.http import parse_cookie
from werkzeug.routing import UnicodeConverter, ValidationError
from werkzeug.wrappers import Response


class Values(ImmutableMultiDict[str, str]):
    """
    What a request names in its query, its form or its cookies; the first counts of those that came
    more than once.

    That a name is missing is ordinary, and not told by making and catching a page for an error.
    """

    def get(  # type: ignore[override]  # (as Werkzeug's overloads)
        self,
        key: str,
        default: Any = None,  # noqa: ANN401
        type: Any = None,  # noqa: A002, ANN401
    ) -> Any:  # noqa: ANN401
        """The value of *key*, converted by *type* where one is given."""
        if type is not None:
            return super().get(key, default, type)
        values: Any = dict.get(self, key)
        return values[0] if values else default


class PageRequest(Request):
    """A request whose query and cookies, which every page looks at many times, are read once."""

    parameter_storage_class = Values
    dict_storage_class = Values

    @cached_property
    def args(self) -> MultiDict[str, str]:
        """What stands in the query."""
        return super().args

    @cached_property
    def form(self) -> ImmutableMultiDict[str, str]:
        """What was posted."""
        posted: ImmutableMultiDict[str, str] = super().form
        return posted

    @cached_property
    def cookies(self) -> ImmutableMultiDict[str, str]:
        """What the browser keeps for us."""
        found = parse_cookie(self.environ, self.dict_storage_class)
        return cast("ImmutableMultiDict[str, str]", found)


class Place(UnicodeConverter):
    """A variable part of an address: a name of something, so nothing invisible stands in it."""

    def to_python(self, value: str) -> str:
        """Refuse control characters before anything is looked for: PostgreSQL takes no NUL."""
        if not value.isprintable():
            raise ValidationError
        return value


class Application(Flask):
    """Flask, without what it does at every request for applications of other kinds."""

    request_class = PageRequest

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 (Flask's own)
        super().__init__(*args, **kwargs)
        self.url_map.converters |= {"default": Place, "string": Place}

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """None of ours is a coroutine."""
        return func

    def redirect(self, location: str, code: int = 302) -> Response:
        """Send the browser to *location*; no browser shows the page that could come with it."""
        return self.response_class(status=code, headers=[("Location", location)])
