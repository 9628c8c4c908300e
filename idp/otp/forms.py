"""What a person fills in on the page of the one-time password: the code, or a resend."""

import re

from idp.web.forms import Form, LineField, digits_as_typed, refuse
from idp.web.texts import lazy_gettext as _

RESEND = "resend"
REMEMBER = "yes"

_SIX_DIGITS = re.compile(r"[0-9]{6}")


class OtpForm(Form):
    """The code as the text message gave it."""

    otp = LineField(_("Mã OTP"))
    remember = LineField()  # where the page offers it: a box that nobody ticked beforehand

    def validate_otp(self, _field: LineField) -> None:
        code = self.code
        if not code:
            refuse(_("Nhập mã OTP"))
        if not _SIX_DIGITS.fullmatch(code):
            refuse(_("Mã OTP gồm 6 chữ số"))

    @property
    def code(self) -> str:
        """The typed code without spaces, dots and hyphens."""
        return digits_as_typed(self.otp.data)

    @property
    def wants_to_be_remembered(self) -> bool:
        """Whether the box was ticked: this device is to be remembered."""
        return self.remember.data == REMEMBER

    def fail_wrong(self, tries_left: int) -> None:
        """Say that the code is wrong and how many tries this challenge still has."""
        self.fail("otp", _("Mã OTP không đúng. Bạn còn %(n)d lần thử", n=tries_left))

    def fail_expired(self) -> None:
        """Say that the code has reached its end."""
        self.fail("otp", _("Mã OTP đã hết hạn. Nhấn Gửi lại OTP để nhận mã mới"))


class ResendForm(Form):
    """
    The wish for another code.

    Posted to the page of the code itself with `action=resend`, so that the path stays; a view
    tells the two by `is_resend` before it makes a form.
    """

    action = LineField(id="otp-resend")  # where the error summary leads to

    def fail_too_early(self, seconds: int) -> None:
        """Say how long the wait still is: without the script the button cannot count down."""
        self.fail("action", _("Gửi lại được sau %(n)d giây", n=seconds))


def is_resend(action: str | None) -> bool:
    """Whether a post to the page of the code, with this `action`, asks for another code."""
    return action == RESEND
