"""Forms and words need an application around them; one serves all tests here."""

from collections.abc import Iterator

import pytest
from flask import Flask


@pytest.fixture(scope="session")
def speaking_app() -> Flask:
    """An application that has the pages' languages; nothing is added to it."""
    from tests.page_gallery import make_app  # noqa: PLC0415 (it knows every form there is)

    app, _ = make_app()
    return app


@pytest.fixture
def in_a_request(speaking_app: Flask) -> Iterator[None]:
    """Be asked for a page, in Vietnamese."""
    with speaking_app.test_request_context("/"):
        yield
