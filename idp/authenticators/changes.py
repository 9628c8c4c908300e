"""What every change of a citizen's authenticators has to pass."""

from typing import Final

from sqlalchemy.orm import Session

from idp.citizens.model import CitizenId
from idp.citizens.rules import bars_changes
from idp.citizens.store import holds_of

LONGEST_NAME: Final = 40


class ChangesBarred(Exception):
    """The account is held, or disputed: everything about it stays as it is."""


class TooMany(Exception):
    """The citizen has as many of that kind as anybody may have."""


class NotThere(Exception):
    """The citizen has none of that id: taken away meanwhile, in another tab."""


def require_no_hold(session: Session, citizen_id: CitizenId) -> None:
    """Raise `ChangesBarred` where a hold stands, within the transaction of the change."""
    if bars_changes(holds_of(session, citizen_id)):
        raise ChangesBarred
