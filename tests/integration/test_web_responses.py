"""Headers, files and error pages."""

import logging
import re

import pytest
from flask import Flask, Response, abort
from werkzeug.exceptions import TooManyRequests

from idp.web.static_files import StaticFiles
from tests.page_gallery import add_gallery, make_app


@pytest.fixture
def app() -> Flask:
    app, pages = make_app()
    add_gallery(app, pages)

    def stop(status: int) -> Response:
        abort(status)

    def crash() -> Response:
        raise RuntimeError("052099001234")

    def crowded() -> Response:
        raise TooManyRequests(retry_after=130)

    def answered() -> Response:
        abort(Response("full", status=429))

    app.add_url_rule("/stop/<int:status>", "stop", stop)
    app.add_url_rule("/crash", "crash", crash)
    app.add_url_rule("/crowded", "crowded", crowded)
    app.add_url_rule("/answered", "answered", answered)
    return app


@pytest.mark.parametrize("path", ["/gallery/login", "/nowhere", "/crash", "/stop/403"])
def test_every_page_carries_its_armour(app: Flask, path: str) -> None:
    headers = app.test_client().get(path).headers

    assert headers["Cache-Control"] == "no-store"
    assert headers["Content-Security-Policy"].startswith("default-src 'none'; ")
    assert "form-action 'self'" in headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]
    assert "Strict-Transport-Security" not in headers


def test_https_is_remembered() -> None:
    app, pages = make_app(secure=True)
    add_gallery(app, pages)

    headers = app.test_client().get("/gallery/held", base_url="https://id.example").headers

    assert headers["Strict-Transport-Security"] == "max-age=63072000"


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/nowhere", 404, "Không tìm thấy trang"),
        ("/stop/403", 403, "Bạn không có quyền xem trang này"),
        ("/stop/413", 413, "Không đọc được yêu cầu này"),
        ("/stop/429", 429, "Thử lại sau 1 phút."),
        ("/stop/503", 503, "Dịch vụ đang tạm ngừng"),
        ("/stop/500", 500, "Dịch vụ đang gặp lỗi"),
        ("/stop/502", 500, "Dịch vụ đang gặp lỗi"),
        ("/crash", 500, "Dịch vụ đang gặp lỗi"),
    ],
)
def test_errors_are_pages(app: Flask, path: str, status: int, words: str) -> None:
    response = app.test_client().get(path)

    assert response.status_code == status
    assert words in response.text
    assert response.mimetype == "text/html"


def test_a_wrong_method_is_told_with_the_right_ones(app: Flask) -> None:
    response = app.test_client().post("/gallery/login")

    assert response.status_code == 405
    assert "GET" in response.headers["Allow"]


def test_a_crash_shows_a_reference_and_nothing_else(
    app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.CRITICAL):
        page = app.test_client().get("/crash").text

    assert re.search(r'id="reference">[A-Z2-7]{4}-[A-Z2-7]{4}<', page)
    assert "RuntimeError" not in page
    assert "052099001234" not in page


def test_the_wait_is_told_to_people_and_programs(app: Flask) -> None:
    response = app.test_client().get("/crowded")

    assert "Thử lại sau 3 phút." in response.text
    assert response.headers["Retry-After"] == "130"


def test_a_ready_answer_stays_as_it_is(app: Flask) -> None:
    response = app.test_client().get("/answered")

    assert (response.status_code, response.text) == (429, "full")


def test_redirects_of_routing_stay_redirects() -> None:
    app, pages = make_app()
    app.add_url_rule("/folder/", "folder", lambda: pages.render("login/held.html"))

    assert app.test_client().get("/folder").status_code == 308


def test_files_are_kept_for_ever_under_their_fingerprint(app: Flask) -> None:
    url = StaticFiles().url("app.css")

    response = app.test_client().get(url)

    assert response.status_code == 200
    assert response.mimetype == "text/css"
    assert "immutable" in response.headers["Cache-Control"]


def test_an_old_fingerprint_gets_the_new_file_unkept(app: Flask) -> None:
    response = app.test_client().get("/static/000000000000/app.css")

    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("name", ["../pages.py", "..%2fpages.py", "fonts/LICENSE", "", "no.css"])
def test_only_the_known_files_are_served(app: Flask, name: str) -> None:
    fingerprint = StaticFiles().fingerprint

    assert app.test_client().get(f"/static/{fingerprint}/{name}").status_code == 404


def test_text_files_travel_small(app: Flask) -> None:
    client, url = app.test_client(), StaticFiles().url("app.css")

    small = client.get(url, headers={"Accept-Encoding": "gzip"})
    plain = client.get(url, headers={"Accept-Encoding": "identity"})

    assert small.headers["Content-Encoding"] == "gzip"
    assert len(small.data) < len(plain.data) / 3
    assert small.headers["Vary"] == plain.headers["Vary"] == "Accept-Encoding"


def test_the_style_sheet_finds_its_fonts(app: Flask) -> None:
    client, url = app.test_client(), StaticFiles().url("app.css")
    for name in set(re.findall(r'url\("([^"]+)"\)', client.get(url).text)):
        response = client.get(f"{url.rsplit('/', 1)[0]}/{name}")

        assert response.mimetype == "font/woff2"


@pytest.mark.parametrize("path", ["/help", "/privacy", "/accessibility"])
def test_the_foot_leads_somewhere(app: Flask, path: str) -> None:
    assert app.test_client().get(path).status_code == 200
