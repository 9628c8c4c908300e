"""That a team's people are made anew."""

from idp.web.forms import Form


class RenewForm(Form):
    """Nothing to fill in: whoever is signed in may."""
