"""`/manual`: the list, and each manual in the reader's language."""

from flask import Response
from flask_babel import get_locale
from werkzeug.exceptions import NotFound

from idp.manuals.shelf import Shelf
from idp.web.pages import Pages
from idp.web.views import MethodView


class Manuals(MethodView):
    """`/manual`: which there are."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages

    def get(self) -> Response:
        return self._pages.render("manuals/list.html")


class ManualPage(MethodView):
    """`/manual/<name>`: one to read, with its table of contents."""

    def __init__(self, pages: Pages, shelf: Shelf) -> None:
        self._pages = pages
        self._shelf = shelf

    def get(self, name: str) -> Response:
        try:
            manual = self._shelf(name, str(get_locale()))
        except KeyError:
            raise NotFound from None
        return self._pages.render("manuals/manual.html", manual=manual)
