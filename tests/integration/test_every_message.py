"""Every notice there is, sent as the worker sends it: short, plain, and with nobody's data."""

import pytest

from idp.core.phone_number import PhoneNumber
from idp.messaging.model import NoticeKind
from idp.messaging.texts import is_one_message, otp_text
from idp.otp.delivery import PURPOSES
from idp.otp.model import OtpPurpose
from tests.fakes.citizen_site import Site
from tests.fakes.residents import Resident

BUOI = Resident("052190000001", "Nguyễn Thị Bưởi", PhoneNumber("+84912000001"))
ADDRESS = "buoi@example.vn"
PERSONAL = ("Buoi", "Bưởi", "Nguyen", "Nguyễn", "0521", "0001", "912", "1990", ADDRESS)
LONG_NAME = "Cong Dich vu cong truc tuyen Uy ban nhan dan Thanh pho Ho Chi Minh"
LONG_HOST = "dangnhap.dichvucong.gov.vn"


@pytest.mark.parametrize("kind", NoticeKind)
def test_a_notice_is_one_plain_text_message_and_a_mail_and_names_nobody(
    site: Site, kind: NoticeKind
) -> None:
    citizen_id = BUOI.keep_account(site, email=ADDRESS)

    site.parts.jobs.tell(kind, citizen_id, site.clock.now())

    [text] = site.sms.to(BUOI.phone)
    [mail] = site.mail.to(ADDRESS)
    assert is_one_message(text)
    for word in PERSONAL:
        assert word not in text.partition("?k=")[0]
        assert word not in mail.partition("?k=")[0]


@pytest.mark.parametrize("purpose", OtpPurpose)
def test_a_code_says_what_it_is_for_in_one_message(purpose: OtpPurpose) -> None:
    text = otp_text(PURPOSES[purpose], "123456", LONG_NAME, 30, LONG_HOST)

    assert is_one_message(text)
    assert f"la ma {PURPOSES[purpose]}" in text


def test_no_two_purposes_are_told_in_the_same_words_save_where_that_would_tell() -> None:
    alike = {OtpPurpose.OTHER_PHONE: OtpPurpose.RECOVERY}

    told = {alike.get(purpose, purpose): PURPOSES[purpose] for purpose in OtpPurpose}

    assert len(set(told.values())) == len(told)
