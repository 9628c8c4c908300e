"""What a citizen fills in on these pages."""

from idp.core.email_address import EmailAddress, InvalidEmailAddress
from idp.web.forms import Form, LineField, refuse
from idp.web.texts import lazy_gettext as _


class EndSessionForm(Form):
    """One button for each session; *session* is the digest of its id."""

    session = LineField()


class EndOthersForm(Form):
    """One button for all but the session at hand."""


class EmailForm(Form):
    """The address that notices are to go to as well."""

    email = LineField(_("Thư điện tử"))

    def validate_email(self, field: LineField) -> None:
        try:
            EmailAddress.parse(field.data or "")
        except InvalidEmailAddress:
            refuse(_("Nhập địa chỉ như ten@vidu.vn"))

    @property
    def address(self) -> EmailAddress:
        """The address; after a `validate` that found it good."""
        return EmailAddress.parse(self.email.data or "")

    def fail_too_often(self, minutes: int) -> None:
        """Say that mail to strangers is limited."""
        self.fail(
            "email", _("Bạn đã yêu cầu quá nhiều liên kết. Thử lại sau %(n)d phút", n=minutes)
        )
