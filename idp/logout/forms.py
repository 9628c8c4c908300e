"""What a citizen answers when asked whether to sign out."""

from idp.web.forms import Form


class SignOutForm(Form):
    """One button; that it was posted from our own page is all it says."""
