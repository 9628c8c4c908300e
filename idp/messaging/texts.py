"""
The words of every text message.

Unaccented, because Vietnamese marks would switch the network to UCS-2 and 70 characters; one
message each. They name the purpose and the portal, for a code that only says "your code" invites
being read out to a caller. They hold nothing of a person: messages show on locked screens.
Names (of a portal, of the service) are the registered ASCII names, and lose their last words where
there is no room for all of them. Each function raises ValueError if even the fixed words have none,
which only a setting can bring about (a host, a hotline).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from idp.core.vietnam import written
from idp.messaging.model import NoticeKind

LONGEST_TEXT = 160

# 3GPP TS 23.038 §6.2.1: the basic alphabet. The extension table (^ { } [ ] ~ | \ €) costs two
# places a character and is left out.
GSM_7 = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà",
)


# {service} gives up its last words where there is no room; {if_not_you} is a link or a number.
_NOTICES: Final[Mapping[NoticeKind, str]] = {
    NoticeKind.PASSWORD_CHANGED: (
        "Mat khau tai khoan {service} cua ban vua duoc doi luc {at}. {if_not_you}"
    ),
    NoticeKind.ENROLMENT_FINISHED: (
        "Tai khoan {service} da duoc tao bang so dien thoai nay luc {at}. {if_not_you}"
    ),
    NoticeKind.DISPUTE_OPENED: (
        "Co khieu nai ve tai khoan {service} cua ban luc {at}. Dang nhap de xem va tra loi. "
        "Hoi: {hotline}."
    ),
    NoticeKind.DISPUTE_MORE_NEEDED: (
        "Can ban bo sung thong tin cho khieu nai ve tai khoan {service} ({at}). "
        "Dang nhap de xem. Hoi: {hotline}."
    ),
    NoticeKind.DISPUTE_KEPT: (
        "Khieu nai ve tai khoan {service} da giai quyet luc {at}: tai khoan van la cua ban. "
        "Hoi: {hotline}."
    ),
    NoticeKind.DISPUTE_TRANSFERRED: (
        "Khieu nai ve tai khoan {service} da giai quyet luc {at}: so giay to thuoc ve nguoi "
        "khac. Hoi: {hotline}."
    ),
    NoticeKind.DISPUTE_CLOSED: (
        "Khieu nai ve tai khoan {service} da giai quyet luc {at}: tai khoan da dong. "
        "Hoi: {hotline}."
    ),
    NoticeKind.PHONE_LOST: (
        "Tai khoan {service} da bo mot so dien thoai luc {at}: nha mang bao so da doi chu. "
        "Goi {hotline}."
    ),
    NoticeKind.LEVEL_RAISED: "Tai khoan {service} duoc xac minh tai quay luc {at}. {if_not_you}",
    NoticeKind.AUTHENTICATOR_ADDED: (
        "Tai khoan {service} vua them mot cach dang nhap luc {at}. {if_not_you}"
    ),
    NoticeKind.AUTHENTICATOR_REMOVED: (
        "Tai khoan {service} vua bo mot cach dang nhap luc {at}. {if_not_you}"
    ),
    NoticeKind.RECOVERY_CODES_MADE: (
        "Tai khoan {service} vua tao bo ma du phong moi luc {at}. {if_not_you}"
    ),
    NoticeKind.RECOVERY_CODE_USED: (
        "Tai khoan {service} vua dung mot ma du phong de dang nhap luc {at}. {if_not_you}"
    ),
    NoticeKind.EMAIL_VERIFIED: (
        "Dia chi thu dien tu cua tai khoan {service} vua duoc xac nhan luc {at}. {if_not_you}"
    ),
    NoticeKind.PHONE_REPLACED: (
        "So dien thoai cua tai khoan {service} vua duoc thay luc {at}. {if_not_you}"
    ),
    NoticeKind.IDENTITY_NUMBER_ADDED: (
        "Tai khoan {service} vua them mot so giay to luc {at}. {if_not_you}"
    ),
    NoticeKind.PHONE_ADDED: "Tai khoan {service} vua them mot so dien thoai luc {at}. {if_not_you}",
    NoticeKind.DEFAULT_PHONE_CHANGED: (
        "Ma OTP cua tai khoan {service} duoc gui toi so khac tu luc {at}. {if_not_you}"
    ),
    NoticeKind.PHONE_REMOVED: "Tai khoan {service} vua bo mot so dien thoai luc {at}. {if_not_you}",
    NoticeKind.UNRECOGNISED_ACTIVITY: (
        "Tai khoan {service} da bi khoa luc {at} vi ban bao hoat dong la. "
        "De mo khoa, goi {hotline}."
    ),
    NoticeKind.DATA_EXPORTED: (
        "Du lieu cua tai khoan {service} vua duoc tai ve luc {at}. {if_not_you}"
    ),
    NoticeKind.ACCOUNT_CLOSED: (
        "Tai khoan {service} da dong luc {at} theo yeu cau cua ban. "
        "Neu khong phai ban, goi {hotline}."
    ),
    NoticeKind.DATA_REQUEST_FILED: (
        "Yeu cau ve du lieu cua tai khoan {service} da duoc tiep nhan luc {at}. "
        "Dang nhap de theo doi. Hoi: {hotline}."
    ),
    NoticeKind.DATA_REQUEST_ANSWERED: (
        "Yeu cau ve du lieu cua tai khoan {service} da duoc tra loi luc {at}. Dang nhap de xem. "
        "Hoi: {hotline}."
    ),
    NoticeKind.INACTIVE: (
        "Tai khoan {service} lau khong dung (bao luc {at}). Dang nhap de khong bi khoa. "
        "Hoi: {hotline}."
    ),
    NoticeKind.INACTIVE_LOCKED: (
        "Tai khoan {service} bi khoa luc {at} vi lau khong dang nhap. Dang nhap de mo lai. "
        "Hoi: {hotline}."
    ),
    NoticeKind.REACTIVATED: "Tai khoan {service} da duoc mo khoa luc {at}. {if_not_you}",
}


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


def notice_text(kind: NoticeKind, service: str, at: datetime, way_out: str) -> str:
    """
    Return the notice that *kind* happened to the citizen's account at *at* (aware).

    *way_out* is the number to call; of what the citizen may not have done, also a link.
    """
    start, _, end = _NOTICES[kind].partition(" {service}")
    told = end.format(at=written(at), hotline=way_out, if_not_you=_if_not_you(way_out))
    return _one_message(start, service, told)


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
        f" bang so nay da bi huy luc {written(at)}. Can giup do, goi {hotline}.",
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
        return f"Khong phai ban? Mo {way_out}"
    return f"Neu khong phai ban, goi ngay {way_out}."


def _one_message(start: str, name: str, end: str) -> str:
    """Put as many words of *name* as there is room for between *start* and *end*."""
    words = "".join(char for char in name if char in GSM_7).split()
    while words and len(start) + 1 + len(" ".join(words)) + len(end) > LONGEST_TEXT:
        words.pop()
    text = " ".join([start, *words]) + end
    if not is_one_message(text):
        raise ValueError("the fixed words leave no room: the host or the hotline is too long")
    return text
