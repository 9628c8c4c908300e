"""What a citizen looks at: the pages, on Flask."""

from idp.app.account_pages import account_pages
from idp.app.citizens_side import CitizensSide
from idp.app.outages import answer_outages
from idp.app.page_parts import PageParts
from idp.app.parts import Parts
from idp.app.sign_in_pages import sign_in_pages
from idp.app.way_in_pages import way_in_pages


def add_pages(parts: Parts, shared: PageParts) -> None:
    """Put the citizens' pages on the application of *parts*: each capability brings its own."""
    app, side = parts.flask, CitizensSide(parts, shared)
    side.pages.init_app(app)
    for blueprint in (*sign_in_pages(side), *way_in_pages(side), *account_pages(side)):
        app.register_blueprint(blueprint)
    answer_outages(app, side.pages)
