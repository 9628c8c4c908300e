"""What a portal refuses: every answer that is not exactly the one it asked for."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx
import pytest

from clients.kit.site import Site
from tests.fakes.openid_provider import Mischief
from tests.fakes.portal_browser import CLIENTS, Browser, Stage, stage


@pytest.fixture
def portal() -> Iterator[Stage]:
    opened = stage("binh_dinh")
    yield opened
    opened.close()


@pytest.fixture
def browser(portal: Stage) -> Browser:
    return portal.browser()


@pytest.mark.parametrize("mischief", Mischief)
def test_a_wrong_answer_makes_no_session(
    portal: Stage, browser: Browser, mischief: Mischief
) -> None:
    portal.provider.mischief = mischief

    response = browser.sign_in()

    assert response.status_code == 400
    assert f'<code id="error">{mischief.caught_by}</code>' in response.text
    assert "Bạn không làm gì sai" in response.text
    assert "Set-Cookie" not in response.headers
    assert not browser.is_signed_in


@pytest.mark.parametrize(
    "mischief",
    [Mischief.FOREIGN_RESPONSE_ISSUER, Mischief.NO_RESPONSE_ISSUER, Mischief.REPEATED_CODE],
)
def test_a_code_of_doubtful_origin_is_sent_nowhere(
    portal: Stage, browser: Browser, mischief: Mischief
) -> None:
    portal.provider.mischief = mischief
    browser.sign_in()

    assert portal.provider.redemptions == []


def test_a_refused_token_gets_no_userinfo(portal: Stage, browser: Browser) -> None:
    portal.provider.mischief = Mischief.WRONG_NONCE
    browser.sign_in()

    assert "/userinfo" not in portal.provider.fetched


def test_an_error_from_another_issuer_is_not_believed(portal: Stage, browser: Browser) -> None:
    portal.provider.refusal = ("access_denied", "")
    portal.provider.mischief = Mischief.FOREIGN_RESPONSE_ISSUER

    response = browser.sign_in()

    assert '<code id="error">response.iss</code>' in response.text


@pytest.mark.parametrize("change", ["other", "none"])
def test_an_answer_without_our_state_is_stale(portal: Stage, browser: Browser, change: str) -> None:
    answer = urlsplit(browser.answer())
    query = dict(parse_qsl(answer.query))
    query["state"] = "of-somebody-else"
    if change == "none":
        del query["state"]

    response = browser.get(f"{answer.path}?{urlencode(query)}")

    assert response.status_code == 400
    assert "Bắt đầu đăng nhập lại" in response.text
    assert portal.provider.redemptions == []


def test_an_answer_is_taken_once(portal: Stage, browser: Browser) -> None:
    answer = browser.answer()
    first, second = browser.get(answer), browser.get(answer)

    assert [first.status_code, second.status_code] == [303, 400]
    assert len(portal.provider.redemptions) == 1
    assert browser.is_signed_in


def test_an_attackers_answer_signs_nobody_else_in(portal: Stage, browser: Browser) -> None:
    attackers_answer = portal.browser().answer()
    browser.get("/sign-in")  # the victim has a browser handle, and another one

    response = browser.get(attackers_answer)

    assert response.status_code == 400
    assert not browser.is_signed_in
    assert portal.provider.redemptions == []


def test_an_answer_to_a_browser_without_cookies_is_stale(portal: Stage, browser: Browser) -> None:
    answer = browser.answer()

    assert portal.browser().get(answer).status_code == 400


def test_a_sign_in_begun_over_a_day_ago_is_stale(portal: Stage, browser: Browser) -> None:
    answer = browser.answer()
    portal.clock.pass_by(timedelta(days=1))

    response = browser.get(answer)

    assert response.status_code == 400
    assert "Bắt đầu đăng nhập lại" in response.text


@pytest.mark.parametrize("query", ["prompt=login", "max_age=0", "max_age=60"])
@pytest.mark.parametrize("told", [True, False])
def test_a_sign_in_older_than_asked_for_or_of_unknown_age_is_refused(
    portal: Stage, browser: Browser, query: str, *, told: bool
) -> None:
    portal.provider.auth_time = portal.clock() - timedelta(minutes=5)
    portal.provider.tells_auth_time = told

    response = browser.sign_in(f"/sign-in?{query}")

    assert '<code id="error">id_token.auth_time</code>' in response.text
    assert not browser.is_signed_in


@pytest.mark.parametrize("acr", ["LoA2", "LoA9", "loa3", None])
def test_a_condition_on_the_level_is_not_haggled_over(
    portal: Stage, browser: Browser, acr: str | None
) -> None:
    portal.provider.acr = acr

    response = browser.sign_in("/sign-in?essential_acr=LoA3")

    assert response.status_code == 403
    assert "Thủ tục này cần mức xác minh cao hơn" in response.text
    assert not browser.is_signed_in
    assert "/userinfo" not in portal.provider.fetched


def test_a_registered_minimum_is_a_condition() -> None:
    site = Site.load(CLIENTS / "dak_lak")
    stricter = replace(site, registration=replace(site.registration, minimum_acr="LoA3"))
    opened = stage("dak_lak", stricter)
    browser = opened.browser()

    assert browser.sign_in().status_code == 403
    assert not browser.is_signed_in
    opened.close()


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        ("access_denied", 403, "Bạn đã huỷ đăng nhập"),
        ("unmet_authentication_requirements", 403, "Thủ tục này cần mức xác minh cao hơn"),
        ("login_required", 403, "Bạn chưa đăng nhập Cổng DVC Quốc gia"),
        ("consent_required", 403, "Bạn chưa đăng nhập Cổng DVC Quốc gia"),
        ("temporarily_unavailable", 503, "Cổng Dịch vụ công Quốc gia chưa trả lời"),
        ("invalid_scope", 400, "Chưa đăng nhập được"),
    ],
)
def test_a_refusal_is_put_into_words(
    portal: Stage, browser: Browser, error: str, status: int, words: str
) -> None:
    portal.provider.refusal = (error, "why it was so")

    response = browser.sign_in()

    assert status == response.status_code
    assert f"<h1>{words}</h1>" in response.text
    assert 'id="sign-in"' in response.text
    assert not browser.is_signed_in


def test_an_unknown_refusal_shows_its_code_small_and_its_text_escaped(
    portal: Stage, browser: Browser
) -> None:
    portal.provider.refusal = ("invalid_scope", "<b>scope</b> 'x' unknown")

    page = browser.sign_in().text

    assert '<code id="error">invalid_scope</code>' in page
    assert "&lt;b&gt;scope&lt;/b&gt;" in page
    assert 'id="reference"' in page


def test_a_refusal_cannot_write_into_the_log(
    portal: Stage, browser: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    portal.provider.refusal = ("made\nup", "two\nlines")

    page = browser.sign_in().text

    assert '<code id="error">invalid_response</code>' in page
    assert "made" not in caplog.text + page


def test_who_cancels_is_no_warning(
    portal: Stage, browser: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    portal.provider.refusal = ("access_denied", "")
    browser.sign_in()

    assert caplog.records == []


def test_a_wrong_answer_is_logged_under_the_reference_shown(
    portal: Stage, browser: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    portal.provider.mischief = Mischief.WRONG_NONCE

    page = browser.sign_in().text

    (record,) = caplog.records
    assert "id_token.nonce" in record.getMessage()
    assert record.getMessage().split()[-1].rstrip(")") in page


def test_a_refusal_keeps_the_procedure_for_the_next_try(portal: Stage, browser: Browser) -> None:
    portal.provider.refusal = ("access_denied", "")

    page = browser.sign_in("/procedures/BD-0001").text

    assert 'href="/sign-in?landing=/procedures/BD-0001"' in page


def test_a_refused_code_is_no_outage(portal: Stage, browser: Browser) -> None:
    portal.provider.token_error = "invalid_grant"

    response = browser.sign_in()

    assert response.status_code == 400
    assert '<code id="error">invalid_grant</code>' in response.text


@pytest.mark.parametrize("failure", [httpx.ConnectError, httpx.ReadTimeout])
@pytest.mark.parametrize("path", [None, "/token", "/jwks", "/userinfo"])
def test_an_absent_provider_gets_a_page_not_an_exception(
    portal: Stage, browser: Browser, path: str | None, failure: type[httpx.TransportError]
) -> None:
    answer = browser.answer() if path else None
    portal.wire.failure, portal.wire.broken_path = failure, path

    response = browser.get(answer or "/sign-in")

    assert response.status_code == 503
    assert "Cổng Dịch vụ công Quốc gia chưa trả lời" in response.text
    portal.wire.failure = None
    assert not browser.is_signed_in


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200, text="<html>maintenance</html>"),
        httpx.Response(200, json=["no", "object"]),
        httpx.Response(500, json={}),
        httpx.Response(302, headers={"Location": "http://evil.example/token"}),
    ],
)
@pytest.mark.parametrize(
    "path", ["/.well-known/openid-configuration", "/token", "/jwks", "/userinfo"]
)
def test_garbage_is_an_outage(
    portal: Stage, browser: Browser, path: str, answer: httpx.Response
) -> None:
    begun = None if path.endswith("configuration") else browser.answer()
    portal.wire.answer, portal.wire.broken_path = answer, path

    assert browser.get(begun or "/sign-in").status_code == 503


@pytest.mark.parametrize(
    "change",
    [
        {"issuer": "http://localhost:8400/"},
        {"token_endpoint": "http://evil.example/token"},
        {"jwks_uri": "/jwks"},
        {"authorization_endpoint": "https://user@idp.example/authorize"},
        {"userinfo_endpoint": 7},
    ],
)
def test_a_discovery_document_that_cannot_be_the_issuers_is_refused(
    portal: Stage, browser: Browser, change: dict[str, object]
) -> None:
    genuine: dict[str, object] = {
        "issuer": "http://localhost:8400",
        "authorization_endpoint": "http://localhost:8400/authorize",
        "token_endpoint": "http://localhost:8400/token",
        "userinfo_endpoint": "http://localhost:8400/userinfo",
        "jwks_uri": "http://localhost:8400/jwks",
    }
    portal.wire.answer = httpx.Response(200, json=genuine)
    assert browser.get("/sign-in").status_code == 303

    other = stage("binh_dinh")
    other.wire.answer = httpx.Response(200, json=genuine | change)
    assert other.browser().get("/sign-in").status_code == 503
    other.close()


def test_a_failed_sign_in_leaves_the_present_session_alone(portal: Stage, browser: Browser) -> None:
    browser.sign_in()
    portal.provider.refusal = ("access_denied", "")
    browser.sign_in("/sign-in?prompt=login")

    assert browser.is_signed_in


@pytest.mark.parametrize(
    "query",
    [
        "prompt=everything",
        "max_age=-1",
        "max_age=%D9%A1",
        "acr_values=LoA5",
        "landing=//evil.example",
        "landing=/%5Cevil.example",
        "landing=https://evil.example/",
        "landing=http://localhost:8402/",
        "landing=/%09/evil.example",
        "landing=javascript:alert(1)",
        "landing=http://localhost:8401@evil.example/",
        "landing=http://localhost:99999/",
        "landing=http://%5B/",
        "landing=procedures",
    ],
)
def test_a_crooked_link_starts_nothing(browser: Browser, query: str) -> None:
    response = browser.get(f"/sign-in?{query}")

    assert response.status_code == 400
    assert "Location" not in response.headers
