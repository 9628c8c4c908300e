"""
The words of every text message.

Unaccented, because Vietnamese marks would switch the network to UCS-2 and 70 characters; one
message each. They name the purpose and the portal, for a code that only says "your code" invites
being read out to a caller. They hold nothing of a person: messages show on locked screens.
"""

from datetime import datetime, timedelta, timezone

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

    *purpose* completes "… la ma …" ("dang nhap", "dat lai mat khau"); *portal_name* is the
    registered ASCII name, shortened at a word if there is no room for all of it, or None where no
    portal is in play; *host* is the host of the page that asks for the code, without a port.
    Raises ValueError when the host leaves no room for the fixed words.
    """
    # The last line is the origin-bound one-time code format of the WICG: browsers offer the code
    # on this host and on no look-alike.
    start, end = f"{code} la ma {purpose}", f", het han sau {minutes} phut."
    end += f" Khong dua ma cho bat ky ai.\n\n@{host} #{code}"
    room = LONGEST_TEXT - len(start) - len(end) - 1
    name = _shortened(portal_name or "", room)
    text = f"{start} {name}{end}" if name else f"{start}{end}"
    if not is_one_message(text):
        raise ValueError("the host or the purpose is too long for a text message")
    return text


def password_changed_text(service: str, at: datetime, hotline: str) -> str:
    """Return the notice to the holder that the password changed at *at* (aware)."""
    return (
        f"Mat khau tai khoan {_shortened(service, 40)} cua ban vua duoc doi luc {_moment(at)}. "
        f"Neu khong phai ban, goi ngay {hotline}."
    )


def phone_moved_text(service: str, at: datetime, hotline: str) -> str:
    """
    Return the notice, by the other numbers, that one number left the account at *at* (aware).

    Does not say which: the reader knows the own numbers, and nobody else shall learn them.
    """
    return (
        f"Mot so dien thoai vua roi tai khoan {_shortened(service, 40)} cua ban luc {_moment(at)}: "
        f"nha mang bao so nay da doi chu. Can giup, goi {hotline}."
    )


def enrolment_finished_text(service: str, at: datetime, hotline: str) -> str:
    """Return the notice that an account was created with this number at *at* (aware)."""
    return (
        f"Tai khoan {_shortened(service, 40)} da duoc tao bang so dien thoai nay "
        f"luc {_moment(at)}. Neu khong phai ban, goi ngay {hotline}."
    )


def _moment(at: datetime) -> str:
    return f"{at.astimezone(_VIETNAM):%H:%M %d/%m/%Y}"


def _shortened(name: str, room: int) -> str:
    words = "".join(char for char in name if char in GSM_7).split()
    while words and len(" ".join(words)) > room:
        words.pop()
    return " ".join(words)
