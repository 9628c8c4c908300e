"""The end of an account, as its citizen wishes."""

from idp.audit.events import AccountClosed, ConsentWithdrawn
from idp.audit.log import record
from idp.authenticators.forget_devices import end_authenticators
from idp.citizens.close_account import close_account
from idp.citizens.holds import ensure_changeable
from idp.citizens.model import CitizenId
from idp.citizens.number_store import drop_claimed_number
from idp.citizens.store import lock
from idp.consents import store as consents
from idp.core.clock import Clock
from idp.db.database import Database
from idp.emails import store as emails
from idp.follow_ups.follow_ups import FollowUps
from idp.follow_ups.model import FollowUpId
from idp.messaging.model import NoticeKind
from idp.phones import store as phones


class CloseOwnAccount:
    """
    Closes an account with everything that hangs on it; the portals are told.

    The numbers are free for another enrolment, which makes another citizen: with other subjects, so
    that no portal takes the new account for the old one.
    """

    def __init__(self, *, database: Database, follow_ups: FollowUps, clock: Clock) -> None:
        self._database = database
        self._follow_ups = follow_ups
        self._clock = clock

    def __call__(self, citizen_id: CitizenId, *, shown: str) -> None:
        """Do so; the text that was *shown* is kept. Raises `ChangesBarred`."""
        now = self._clock.now()
        owed: list[FollowUpId] = []
        with self._database.transaction() as transaction:
            consents.lock_all(transaction, citizen_id)
            lock(transaction, citizen_id)
            ensure_changeable(transaction, citizen_id)
            closed = close_account(transaction, citizen_id, now)
            if closed:
                end_authenticators(transaction, citizen_id, now)
                text_hash = consents.keep_text(transaction, shown, now)
                withdrawn = consents.withdraw_all(
                    transaction, citizen_id=citizen_id, text_hash=text_hash, at=now
                )
                for client_id, claims in withdrawn.items():
                    event = ConsentWithdrawn(
                        citizen_id=citizen_id, client_id=client_id, claims=tuple(sorted(claims))
                    )
                    record(transaction, event, now)
                drop_claimed_number(transaction, citizen_id)
                emails.forget_of(transaction, citizen_id)
                phones.forget_pending_of(transaction, citizen_id)
                record(transaction, AccountClosed(citizen_id=citizen_id, by="citizen"), now)
                owed = [
                    self._follow_ups.owe_end(transaction, citizen_id, "account_closed", now),
                    self._follow_ups.owe_notice(
                        transaction, NoticeKind.ACCOUNT_CLOSED, citizen_id, now
                    ),
                ]
        self._follow_ups.do(*owed)
