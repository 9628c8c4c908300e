"""The words of mails, and the links in them."""

from datetime import UTC, datetime, timedelta

import pytest

from idp.messaging.links import Links
from idp.messaging.mails import (
    LapsingCredential,
    Writer,
    lapse_mail,
    notice_mail,
    other_phone_mail,
    verify_address_mail,
)
from idp.messaging.model import Mail, NoticeKind

AT = datetime(2026, 11, 22, 2, 12, tzinfo=UTC)
WRITER = Writer("Cổng Dịch vụ công Quốc gia", "National Public Service Portal", "1800 1096")
LINK = "https://id.example.vn/email?k=abc"
ENDING = LapsingCredential("binh-dinh", "Cổng Bình Định", "Binh Dinh Portal", "…1a2b")
MAILS = [
    *(notice_mail(WRITER, kind, AT) for kind in NoticeKind),
    *(lapse_mail(WRITER, ENDING, AT, is_key=is_key) for is_key in (True, False)),
    verify_address_mail(WRITER, LINK, timedelta(days=1)),
    other_phone_mail(WRITER, LINK, AT),
]


@pytest.mark.parametrize("mail", MAILS)
def test_every_mail_speaks_both_languages_and_names_the_service(mail: Mail) -> None:
    vietnamese, english = mail.text.split("\n\n---\n\n")

    assert WRITER.name_vi in vietnamese
    assert WRITER.name_en in english
    assert " / " in mail.subject
    assert "\n" not in mail.subject


@pytest.mark.parametrize("kind", NoticeKind)
def test_a_notice_tells_the_time_in_vietnam_and_whom_to_call(kind: NoticeKind) -> None:
    text = notice_mail(WRITER, kind, AT).text

    assert text.count("09:12 22/11/2026") == 2
    assert text.count("1800 1096") == 2
    assert "http" not in text


@pytest.mark.parametrize(("is_key", "named"), [(True, "Khoá công khai"), (False, "Mã bí mật")])
def test_a_mail_calls_what_ends_by_its_name(is_key: bool, named: str) -> None:  # noqa: FBT001
    vietnamese = lapse_mail(WRITER, ENDING, AT, is_key=is_key).text

    assert f"{named} …1a2b của Cổng Bình Định" in vietnamese
    assert ("khoá" in vietnamese) == is_key
    assert ("mã mới" in vietnamese) == (not is_key)


@pytest.mark.parametrize("mail", MAILS[-2:])
def test_a_link_is_there_in_both_languages(mail: Mail) -> None:
    assert mail.text.count(f"\n{LINK}\n") == 2


def test_a_link_tells_nothing_of_its_row_and_opens_one_page_only() -> None:
    links = Links("https://id.example.vn", b"k" * 32)

    link = links.link("/email", "row")

    assert link.startswith("https://id.example.vn/email?k=")
    assert "row" not in link
    assert links.handle("/email", "row") == links.handle("/email", "row")
    handles = {
        links.handle("/email", "row"),
        links.handle("/email", "other"),
        links.handle("/c", "row"),
        Links("https://id.example.vn", b"j" * 32).handle("/email", "row"),
    }
    assert len(handles) == 4
    assert all(len(handle) == 22 for handle in handles)
