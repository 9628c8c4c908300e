import re
from collections.abc import Mapping
from pathlib import Path

import pytest

import sandbox.phone
from sandbox.people import Kind
from sandbox.phone.texts import TEXTS, Language
from tests.fakes.carrier_client import SMS_API_KEY, CarrierClient, sandbox_with_client

NUMBER = "+84912000001"


@pytest.fixture
def client() -> CarrierClient:
    return sandbox_with_client()


def send(client: CarrierClient, text: str, to: str = NUMBER, reference: str = "1") -> None:
    message = {"to": to, "text": text, "reference": reference}
    headers = {"Authorization": f"Bearer {SMS_API_KEY}"}
    assert client.http.post("/sms/v1/messages", json=message, headers=headers).status_code == 202


def page(client: CarrierClient, **query: str) -> str:
    return client.http.get("/", query_string=query).text


def test_the_page_trusts_nothing_but_itself(client: CarrierClient) -> None:
    headers = client.http.get("/").headers

    assert headers["Content-Security-Policy"] == (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        "font-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'; "
        "form-action 'self'"
    )
    assert headers["Cache-Control"] == "no-store"


def test_the_page_says_that_it_is_a_simulation(client: CarrierClient) -> None:
    assert "Đây là mô phỏng." in page(client)
    assert "This is a simulation." in page(client, lang="en")


def test_everybody_is_on_the_page_with_what_to_type(client: CarrierClient) -> None:
    shown = page(client)

    for typed in ("052090000001", "Nguyễn Văn Mẫu", "02/01/1990", "0912000001", "1948"):
        assert f'<span class="typed">{typed}</span>' in shown
    for kind in Kind:
        assert TEXTS[Language.VIETNAMESE][kind] in shown


def test_the_record_of_the_carrier_is_not_on_the_page(client: CarrierClient) -> None:
    shown = page(client)

    assert "052060000033" not in shown
    assert "DANG THI HOA" not in shown


def test_without_scripts_the_page_reloads_until_it_is_held(client: CarrierClient) -> None:
    refresh = '<noscript><meta http-equiv="refresh" content="3"></noscript>'

    assert refresh in page(client)
    assert refresh not in page(client, hold="1")


def test_the_phone_that_rang_last_comes_first(client: CarrierClient) -> None:
    send(client, "111111 la ma", to=NUMBER, reference="1")
    send(client, "222222 la ma", to="+84962000001", reference="2")

    shown = page(client)
    assert shown.index("222222") < shown.index("111111")


def test_a_phone_alone_shows_the_newest_code_large(client: CarrierClient) -> None:
    send(client, "111111 la ma", reference="1")
    send(client, "222222 la ma", reference="2")
    send(client, "333333 la ma", to="+84962000001", reference="3")

    shown = client.http.get("/?phone=+84912000001").text
    assert re.findall('<strong class="code">([0-9]+)</strong>', shown) == ["222222"]
    assert "111111 la ma" in shown
    assert "333333" not in shown


def test_a_message_is_text_never_markup(client: CarrierClient) -> None:
    send(client, "<script>alert(1)</script>")

    assert "<script>alert" not in page(client)
    assert "<script>alert" not in client.http.get("/phones").text


@pytest.mark.parametrize("typed", ["abc", "0281234567", '"><script>'])
def test_what_is_no_number_is_asked_for_again(client: CarrierClient, typed: str) -> None:
    answer = client.http.get("/", query_string={"phone": typed})

    assert answer.status_code == 400
    assert "Nhập số di động Việt Nam gồm 10 chữ số" in answer.text
    assert "><script>" not in answer.text.replace("</script>", "")


def test_the_language_stays_with_every_link(client: CarrierClient) -> None:
    shown = page(client, lang="en", phone=NUMBER)

    assert '<html lang="en">' in shown
    assert 'href="/?lang=en"' in shown
    assert 'data-source="/phones?lang=en&amp;phone=%2B84912000001"' in shown


def test_the_script_is_told_when_a_message_comes(client: CarrierClient) -> None:
    send(client, "111111 la ma", reference="1")
    send(client, "222222 la ma", reference="2")

    answer = client.http.get("/events?after=0")
    told = iter(answer.response)

    assert answer.mimetype == "text/event-stream"
    assert [next(told), next(told)] == [b"retry: 1000\n\n", b"id: 2\ndata: 2\n\n"]
    answer.close()


def test_a_page_from_before_a_restart_is_told_too(client: CarrierClient) -> None:
    send(client, "111111 la ma")

    answer = client.http.get("/events?after=0", headers={"Last-Event-ID": "300"})
    told = iter(answer.response)

    assert [next(told), next(told)][1] == b"id: 1\ndata: 1\n\n"
    answer.close()


def test_both_languages_say_the_same_things() -> None:
    assert TEXTS[Language.VIETNAMESE].keys() == TEXTS[Language.ENGLISH].keys()


@pytest.mark.parametrize("unwanted", ["hủy", "khóa", "hóa", "vui lòng", "không hợp lệ"])
def test_vietnamese_is_spelled_one_way(unwanted: str) -> None:
    words: Mapping[str, str] = TEXTS[Language.VIETNAMESE]

    assert not [text for text in words.values() if unwanted in text.lower()]


def test_nothing_on_the_page_comes_from_elsewhere() -> None:
    folder = Path(sandbox.phone.__file__).parent
    sources = [*folder.glob("templates/*.html"), *folder.glob("static/*.[cj]s*")]

    assert sources
    for source in sources:
        assert not re.search(r"(src|href|url\()=?[\"']?https?:", source.read_text("utf-8")), source
