"""What may stand in an address."""

import pytest

from idp.web.application import Application


@pytest.fixture
def app() -> Application:
    app = Application("addresses", static_folder=None)
    app.add_url_rule("/teams/<team>/name", view_func=lambda team: team, endpoint="named")
    app.add_url_rule("/codes/<string(length=2):code>", view_func=lambda code: code, endpoint="code")
    return app


def test_a_place_holds_a_name(app: Application) -> None:
    assert app.test_client().get("/teams/%C4%91%E1%BB%99i%20b%E1%BA%A1n/name").text == "đội bạn"
    assert app.test_client().get("/codes/ab").text == "ab"


@pytest.mark.parametrize("place", ["%00", "a%00b", "%0A", "%7F", "%C2%85", "%E2%80%AE"])
def test_a_place_with_something_invisible_is_no_address(app: Application, place: str) -> None:
    """PostgreSQL keeps no NUL, and answers a question about one with an error."""
    assert app.test_client().get(f"/teams/{place}/name").status_code == 404
    assert app.test_client().get(f"/codes/a{place}").status_code == 404
