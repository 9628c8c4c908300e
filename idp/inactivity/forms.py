"""What a citizen answers to open the account again: a button."""

from idp.web.forms import Form


class ReactivateForm(Form):
    """Have a code sent, or the carrier asked once more; only a token to check."""
