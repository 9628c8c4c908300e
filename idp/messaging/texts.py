"""
The words of every text message.

Unaccented, because Vietnamese marks would switch the network to UCS-2 and 70 characters; one
message each. They name the purpose and the portal, for a code that only says "your code" invites
being read out to a caller. They hold nothing of a person: messages show on locked screens.
Names (of a portal, of the service) are the registered ASCII names, and lose their last words where
there is no room for all of them. Each function raises ValueError if even the fixed words have none,
which only a setting can bring about (a host, a hotline).
"""

from collections.abc import Callable
from datetime import datetime, timedelta, timezone

Notice = Callable[[str, datetime, str], str]
"""
A notice's text, from the service's ASCII name, the moment, and the number to call.

Of what the citizen may not have done, also with a link in the place of that number.
"""

LONGEST_TEXT = 160

# 3GPP TS 23.038 §6.2.1: the basic alphabet. The extension table (^ { } [ ] ~ | \ €) costs two
# places a character and is left out.
GSM_7 = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà",
)

_VIETNAM = timezone(timedelta(hours=7))  # no daylight saving


def is_one_message(text: str) -> bool:
    """Whether *text* goes as one message: 160 characters of the GSM 7-bit basic alphabet."""
    return len(text) <= LONGEST_TEXT and GSM_7.issuperset(text)


def otp_text(purpose: str, code: str, portal_name: str | None, minutes: int, host: str) -> str:
    """
    Return the message that carries a one-time password.

    *purpose* completes "… la ma …" ("dang nhap", "dat lai mat khau"); *portal_name* is None where
    no portal is in play; *host* is the host of the page that asks for the code, without a port.
    """
    # The last line is the origin-bound one-time code format of the WICG: browsers offer the code
    # on this host and on no look-alike.
    end = f", het han sau {minutes} phut. Khong dua ma cho bat ky ai.\n\n@{host} #{code}"
    return _one_message(f"{code} la ma {purpose}", portal_name or "", end)


def password_changed_text(service: str, at: datetime, hotline: str) -> str:
    """Return the notice to the holder that the password changed at *at* (aware)."""
    return _one_message(
        "Mat khau tai khoan",
        service,
        f" cua ban vua duoc doi luc {_moment(at)}.{_if_not_you(hotline)}",
    )


def enrolment_finished_text(service: str, at: datetime, hotline: str) -> str:
    """Return the notice that an account was created with this number at *at* (aware)."""
    return _one_message(
        "Tai khoan",
        service,
        f" da duoc tao bang so dien thoai nay luc {_moment(at)}.{_if_not_you(hotline)}",
    )


def authenticator_added_text(service: str, at: datetime, hotline: str) -> str:
    """Return the notice that an app or a passkey was added at *at* (aware)."""
    return _one_message(
        "Tai khoan",
        service,
        f" vua them mot cach dang nhap luc {_moment(at)}.{_if_not_you(hotline)}",
    )


def authenticator_removed_text(service: str, at: datetime, hotline: str) -> str:
    """Return the notice that an app or a passkey was taken away at *at* (aware)."""
    return _one_message(
        "Tai khoan",
        service,
        f" vua bo mot cach dang nhap luc {_moment(at)}.{_if_not_you(hotline)}",
    )


def recovery_codes_made_text(service: str, at: datetime, hotline: str) -> str:
    """Return the notice that a new set of recovery codes was made at *at* (aware)."""
    return _one_message(
        "Tai khoan",
        service,
        f" vua tao bo ma du phong moi luc {_moment(at)}.{_if_not_you(hotline)}",
    )


def recovery_code_used_text(service: str, at: datetime, hotline: str) -> str:
    """Return the notice that a recovery code completed a sign-in at *at* (aware)."""
    return _one_message(
        "Tai khoan",
        service,
        f" vua dung mot ma du phong de dang nhap luc {_moment(at)}.{_if_not_you(hotline)}",
    )


def phone_lost_text(service: str, at: datetime, hotline: str) -> str:
    """Return the notice, to another number, that a carrier disowned one at *at* (aware)."""
    return _one_message(
        "Tai khoan",
        service,
        f" da bo mot so dien thoai luc {_moment(at)}: nha mang bao so da doi chu. Goi {hotline}.",
    )


def level_raised_text(service: str, at: datetime, hotline: str) -> str:
    """Return the notice that an officer confirmed the citizen at a counter at *at* (aware)."""
    return _one_message(
        "Tai khoan",
        service,
        f" duoc xac minh tai quay luc {_moment(at)}.{_if_not_you(hotline)}",
    )


def email_verified_text(service: str, at: datetime, hotline: str) -> str:
    """Return the notice that an e-mail address was verified at *at* (aware)."""
    return _one_message(
        "Dia chi thu dien tu cua tai khoan",
        service,
        f" vua duoc xac nhan luc {_moment(at)}.{_if_not_you(hotline)}",
    )


def phone_replaced_text(service: str, at: datetime, hotline: str) -> str:
    """Return the notice that another phone number took the place of the account's at *at*."""
    return _one_message(
        "So dien thoai cua tai khoan",
        service,
        f" vua duoc thay luc {_moment(at)}.{_if_not_you(hotline)}",
    )


def identity_number_added_text(service: str, at: datetime, hotline: str) -> str:
    """Return the notice that a second identity number was added at *at* (aware)."""
    return _one_message(
        "Tai khoan",
        service,
        f" vua them mot so giay to luc {_moment(at)}.{_if_not_you(hotline)}",
    )


def phone_added_text(service: str, at: datetime, hotline: str) -> str:
    """Return the notice that another phone number was added at *at* (aware)."""
    return _one_message(
        "Tai khoan",
        service,
        f" vua them mot so dien thoai luc {_moment(at)}.{_if_not_you(hotline)}",
    )


def default_phone_changed_text(service: str, at: datetime, hotline: str) -> str:
    """Return the notice that codes go to another number since *at* (aware)."""
    return _one_message(
        "Ma OTP cua tai khoan",
        service,
        f" duoc gui toi so khac tu luc {_moment(at)}.{_if_not_you(hotline)}",
    )


def phone_removed_text(service: str, at: datetime, hotline: str) -> str:
    """Return the notice that a phone number was taken away at *at* (aware)."""
    return _one_message(
        "Tai khoan",
        service,
        f" vua bo mot so dien thoai luc {_moment(at)}.{_if_not_you(hotline)}",
    )


def data_exported_text(service: str, at: datetime, hotline: str) -> str:
    """Return the notice that the citizen's data were downloaded at *at* (aware)."""
    return _one_message(
        "Du lieu cua tai khoan",
        service,
        f" vua duoc tai ve luc {_moment(at)}.{_if_not_you(hotline)}",
    )


def unrecognised_activity_text(service: str, at: datetime, hotline: str) -> str:
    """Return the notice that the account was locked at *at* (aware), as its owner wished."""
    return _one_message(
        "Tai khoan",
        service,
        f" da bi khoa luc {_moment(at)} vi ban bao hoat dong la. De mo khoa, goi {hotline}.",
    )


def account_closed_text(service: str, at: datetime, hotline: str) -> str:
    """Return the notice that the account was closed by its owner at *at* (aware)."""
    return _one_message(
        "Tai khoan",
        service,
        f" da dong luc {_moment(at)} theo yeu cau cua ban. Neu khong phai ban, goi {hotline}.",
    )


def data_request_filed_text(service: str, at: datetime, hotline: str) -> str:
    """Return the receipt of a request about data, filed at *at* (aware)."""
    return _one_message(
        "Yeu cau ve du lieu cua tai khoan",
        service,
        f" da duoc tiep nhan luc {_moment(at)}. Dang nhap de theo doi. Hoi: {hotline}.",
    )


def data_request_answered_text(service: str, at: datetime, hotline: str) -> str:
    """Return the notice that a request about data was answered at *at* (aware)."""
    return _one_message(
        "Yeu cau ve du lieu cua tai khoan",
        service,
        f" da duoc tra loi luc {_moment(at)}. Dang nhap de xem. Hoi: {hotline}.",
    )


def inactive_text(service: str, at: datetime, hotline: str) -> str:
    """Return the notice of *at* (aware) that the account will be locked for want of use."""
    return _one_message(
        "Tai khoan",
        service,
        f" lau khong dung (bao luc {_moment(at)}). Dang nhap de khong bi khoa. Hoi: {hotline}.",
    )


def inactive_locked_text(service: str, at: datetime, hotline: str) -> str:
    """Return the notice that the account was locked at *at* (aware) for want of use."""
    return _one_message(
        "Tai khoan",
        service,
        f" bi khoa luc {_moment(at)} vi lau khong dang nhap. Dang nhap de mo lai. Hoi: {hotline}.",
    )


def reactivated_text(service: str, at: datetime, hotline: str) -> str:
    """Return the notice that a locked account was opened again at *at* (aware)."""
    return _one_message(
        "Tai khoan", service, f" da duoc mo khoa luc {_moment(at)}.{_if_not_you(hotline)}"
    )


def other_phone_text(service: str, link: str) -> str:
    """Return the notice that somebody recovers the account with another number, and how to stop."""
    return _one_message(
        "Co nguoi xin lay lai tai khoan", service, f" bang so khac. Khong phai ban? Huy: {link}"
    )


def other_phone_ready_text(service: str, site: str) -> str:
    """Return the word to the new number that the wait is over; *site* is our host."""
    return _one_message(
        "Ban da co the dat lai mat khau tai khoan",
        service,
        f" bang so nay: mo {site}, chon Quen mat khau, nhap so giay to va so nay.",
    )


def other_phone_cancelled_text(service: str, at: datetime, hotline: str) -> str:
    """Return the word to the new number that the request was cancelled at *at* (aware)."""
    return _one_message(
        "Yeu cau lay lai tai khoan",
        service,
        f" bang so nay da bi huy luc {_moment(at)}. Can giup do, goi {hotline}.",
    )


def dispute_opened_text(service: str, at: datetime, hotline: str) -> str:
    """Return the notice that somebody disputes the account since *at* (aware)."""
    return _one_message(
        "Co khieu nai ve tai khoan",
        service,
        f" cua ban luc {_moment(at)}. Dang nhap de xem va tra loi. Hoi: {hotline}.",
    )


def dispute_more_needed_text(service: str, at: datetime, hotline: str) -> str:
    """Return the notice that operators want to know more from the holder since *at* (aware)."""
    return _one_message(
        "Can ban bo sung thong tin cho khieu nai ve tai khoan",
        service,
        f" ({_moment(at)}). Dang nhap de xem. Hoi: {hotline}.",
    )


def dispute_kept_text(service: str, at: datetime, hotline: str) -> str:
    """Return the notice that the account stays the holder's, as decided at *at* (aware)."""
    return _one_message(
        "Khieu nai ve tai khoan",
        service,
        f" da giai quyet luc {_moment(at)}: tai khoan van la cua ban. Hoi: {hotline}.",
    )


def dispute_transferred_text(service: str, at: datetime, hotline: str) -> str:
    """Return the notice that the identity number left the account at *at* (aware)."""
    return _one_message(
        "Khieu nai ve tai khoan",
        service,
        f" da giai quyet luc {_moment(at)}: so giay to thuoc ve nguoi khac. Hoi: {hotline}.",
    )


def dispute_closed_text(service: str, at: datetime, hotline: str) -> str:
    """Return the notice that the account was closed because of a dispute at *at* (aware)."""
    return _one_message(
        "Khieu nai ve tai khoan",
        service,
        f" da giai quyet luc {_moment(at)}: tai khoan da dong. Hoi: {hotline}.",
    )


def claim_received_text(number: str, service: str, site: str) -> str:
    """Return the receipt of a complaint; *number* is the case's, *site* our host."""
    return _one_message(
        f"Khieu nai {number} da duoc",
        service,
        f" tiep nhan. Theo doi tai {site}/dispute/follow",
    )


def claim_more_needed_text(number: str, service: str, site: str) -> str:
    """Return the word to a claimant that operators want to know more."""
    return _one_message(
        f"Khieu nai {number} gui",
        service,
        f" can ban bo sung thong tin. Xem tai {site}/dispute/follow",
    )


def claim_resolved_text(number: str, service: str, site: str) -> str:
    """Return the word to a claimant that the case is decided; not how."""
    return _one_message(
        f"Khieu nai {number} gui",
        service,
        f" da duoc giai quyet. Xem ket qua tai {site}/dispute/follow",
    )


def _if_not_you(way_out: str) -> str:
    """What to do about what one has not done: open that link, which nothing may follow; or call."""
    if "://" in way_out:
        return f" Khong phai ban? Mo {way_out}"
    return f" Neu khong phai ban, goi ngay {way_out}."


def _moment(at: datetime) -> str:
    return f"{at.astimezone(_VIETNAM):%H:%M %d/%m/%Y}"


def _one_message(start: str, name: str, end: str) -> str:
    """Put as many words of *name* as there is room for between *start* and *end*."""
    words = "".join(char for char in name if char in GSM_7).split()
    while words and len(start) + 1 + len(" ".join(words)) + len(end) > LONGEST_TEXT:
        words.pop()
    text = " ".join([start, *words]) + end
    if not is_one_message(text):
        raise ValueError("the fixed words leave no room: the host or the hotline is too long")
    return text
