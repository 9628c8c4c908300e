"""Failed requests in words: in what two addresses differ, and what is kept of what was sent."""

import string
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from idp.core.two_languages import EN, VI
from idp.failures.model import Cause, FailedRequest, Fault, Part
from idp.failures.rules import claimed_id, differing, is_failure, shown, uri_fault
from idp.failures.words import explain, pieces

REGISTERED = "https://portal.example/callback"


def failed(fault: Fault, error: str = "wrong_request") -> FailedRequest:
    return FailedRequest(
        id="x",
        at=datetime(2026, 11, 22, tzinfo=UTC),
        reference="7F3K-92QD",
        endpoint="/authorize",
        error=error,
        client_id=None,
        claimed="",
        fault=fault,
        note="",
    )


@pytest.mark.parametrize(
    ("sent", "parts"),
    [
        ("http://portal.example/callback", [Part.SCHEME]),
        ("https://portal.example/callback/", [Part.SLASH]),
        ("https://portal.example/Callback", [Part.CASE]),
        ("https://PORTAL.example/callback", [Part.CASE]),
        ("https://portal.example/other", [Part.PATH]),
        ("https://portal.example:8443/callback", [Part.PORT]),
        ("https://portal.example:443/callback", [Part.PORT]),
        ("https://www.portal.example/callback", [Part.HOST]),
        ("https://portal.example/callback?x=1", [Part.QUERY]),
        ("https://portal.example/callback#x", [Part.FRAGMENT]),
        ("https://lan@portal.example/callback", [Part.USER]),
        ("http://other.example/", [Part.SCHEME, Part.HOST, Part.PATH]),
        ("https://portal.example:port/callback", [Part.HOST]),
        (REGISTERED, []),
    ],
)
def test_the_part_that_differs_has_a_name(sent: str, parts: list[Part]) -> None:
    assert list(differing(sent, REGISTERED)) == parts


def test_the_difference_is_said_in_both_languages() -> None:
    fault = uri_fault("redirect_uri", "http://portal.example/callback", [REGISTERED])

    assert explain(failed(fault), VI).happened == (
        "`redirect_uri` gửi `http://portal.example/callback`, "
        "đã đăng ký `https://portal.example/callback`. Khác: giao thức."
    )
    assert explain(failed(fault), EN).happened == (
        "`redirect_uri` sent `http://portal.example/callback`, "
        "registered `https://portal.example/callback`. Different: scheme."
    )


def test_it_is_compared_with_the_address_most_like_it() -> None:
    fault = uri_fault(
        "redirect_uri", "https://portal.example/callback/", ["https://a.example/", REGISTERED]
    )

    assert (fault.registered, fault.differs) == (REGISTERED, (Part.SLASH,))


def test_nothing_of_a_query_is_kept_but_names() -> None:
    fault = uri_fault(
        "redirect_uri", "https://lan:mk@portal.example/cb?cccd=052099001234&a#token", [REGISTERED]
    )

    assert fault.sent == "https://…@portal.example/cb?cccd=…&a=…#…"


def test_where_nothing_is_registered_that_is_said() -> None:
    fault = uri_fault("post_logout_redirect_uri", "https://portal.example/bye", [])

    assert "không có địa chỉ nào" in explain(failed(fault), VI).happened


@pytest.mark.parametrize("language", [VI, EN])
@pytest.mark.parametrize("cause", Cause)
def test_every_cause_has_words(cause: Cause, language: str) -> None:
    fault = Fault(cause=cause, parameter="exp", sent="a", registered="b", seconds=75)

    explanation = explain(failed(fault, "invalid_request"), language)

    for text in (explanation.happened, explanation.fix):
        assert text.endswith((".", "?"))
        assert text.count("`") % 2 == 0
        assert not {"{", "}"} & set(text)
        assert language == VI or all(character in string.printable for character in text)
    assert 1 <= explanation.section <= 15


def test_what_has_no_word_of_its_own_is_told_as_the_log_has_it() -> None:
    other = replace(failed(Fault(cause=Cause.OTHER), "invalid_request"), note="claims is no JSON")

    assert explain(other, VI).happened == (
        "Yêu cầu bị từ chối với mã lỗi `invalid_request`: `claims is no JSON`."
    )


def test_a_clock_that_is_off_is_told_in_seconds() -> None:
    fault = Fault(cause=Cause.JWT_EXPIRED, parameter="exp", seconds=75)

    assert "75 giây" in explain(failed(fault), VI).happened
    assert "75 seconds" in explain(failed(fault), EN).happened


def test_what_was_sent_cannot_leave_the_code_it_stands_in() -> None:
    fault = Fault(cause=Cause.PARAMETER_NOT_SUPPORTED, parameter="prompt", sent="a` b {x} `c")

    words = pieces(explain(failed(fault), VI).happened)

    assert [piece for is_code, piece in words if is_code] == ["prompt", "a' b {x} 'c"]


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("https://u:secret@host/cb?code=secret#secret", "https://…@host/cb?code=…#…"),
        ("https://u:secret@host:port/cb?code=secret#secret", "…@host:port/cb"),
        ("https://[host/cb#id_token=secret", "https://[host/cb"),
    ],
)
def test_of_an_address_nothing_is_kept_that_may_be_somebodys(sent: str, kept: str) -> None:
    """Nor where it can be read by no rule."""
    assert uri_fault("redirect_uri", sent, ["https://host/cb"]).sent == kept


def test_what_was_sent_is_printable_and_short() -> None:
    assert shown("a\x1b[31m\u202eb") == "a�[31m�b"
    assert len(shown("x" * 5000)) == 300
    assert len(claimed_id("x" * 5000)) == 128


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (303, "access_denied"),
        (303, "login_required"),
        (500, "server_error"),
        (503, "temporarily_unavailable"),
        (200, None),
    ],
)
def test_a_citizens_no_and_our_own_faults_are_no_failures_of_a_portal(
    status: int, error: str | None
) -> None:
    assert not is_failure(status, error)
    assert is_failure(429, "temporarily_unavailable")
    assert is_failure(303, "invalid_scope")
