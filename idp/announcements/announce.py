"""Telling portals something, and taking it back."""

from collections.abc import Iterable, Sequence

from idp.announcements import store
from idp.announcements.model import AnnouncementId, Audience
from idp.announcements.ports import RelyingPartyDirectory
from idp.announcements.rules import Draft, DraftProblem, InvalidDraft
from idp.audit.events import AnnouncementPublished, AnnouncementWithdrawn
from idp.audit.log import record
from idp.core.clock import Clock
from idp.core.email_address import EmailAddress, InvalidEmailAddress
from idp.core.handles import new_uuid
from idp.db.database import Database
from idp.operators.add_operator import NotAllowed
from idp.operators.model import VerifiedOperator
from idp.operators.permissions import Permission, may
from idp.relying_parties.model import RelyingParty


class NoSuchAnnouncement(Exception):
    """There is none of that id, or it was withdrawn before."""


class PublishAnnouncement:
    """Publishes an announcement: teams see it from now on, contacts get it by mail."""

    def __init__(
        self, *, directory: RelyingPartyDirectory, database: Database, clock: Clock
    ) -> None:
        self._directory = directory
        self._database = database
        self._clock = clock

    def __call__(self, draft: Draft, *, by: VerifiedOperator) -> AnnouncementId:
        """
        The id of the announcement; its mails stand in the outbox.

        A disabled relying party gets none. Raises `NotAllowed`; `InvalidDraft` where it names
        somebody who is not registered.
        """
        _require(by)
        self._directory.catch_up_now()
        addressees = _addressees(draft, self._directory.all())
        announcement_id, now = AnnouncementId(new_uuid()), self._clock.now()
        addresses = _addresses(addressees)
        with self._database.transaction() as transaction:
            store.add(transaction, announcement_id, draft, by=by.name, at=now)
            store.add_mails(transaction, announcement_id, addresses, now)
            published = AnnouncementPublished(
                announcement=announcement_id,
                audience=draft.audience,
                mails=len(addresses),
                by=by.name,
            )
            record(transaction, published, now)
        return announcement_id


class WithdrawAnnouncement:
    """Takes an announcement back; mails that are on their way arrive all the same."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def __call__(self, announcement_id: AnnouncementId, *, by: VerifiedOperator) -> None:
        """Do so. Raises `NotAllowed`, `NoSuchAnnouncement`."""
        _require(by)
        now = self._clock.now()
        with self._database.transaction() as transaction:
            if not store.withdraw(transaction, announcement_id, now):
                raise NoSuchAnnouncement(announcement_id)
            withdrawn = AnnouncementWithdrawn(announcement=announcement_id, by=by.name)
            record(transaction, withdrawn, now)


def _require(by: VerifiedOperator) -> None:
    if not may(by.role, Permission.ANNOUNCE):
        raise NotAllowed(f"{by.name} may not announce")


def _addressees(draft: Draft, registered: Iterable[RelyingParty]) -> Sequence[RelyingParty]:
    if draft.audience is Audience.NAMED:
        named = [each for each in registered if each.client_id in draft.client_ids]
        if len(named) < len(draft.client_ids):
            raise InvalidDraft({"client_ids": DraftProblem.UNKNOWN})
        return named
    if draft.audience is Audience.EVERYBODY:
        return list(registered)
    return [each for each in registered if each.environment.value == draft.audience.value]


def _addresses(addressees: Iterable[RelyingParty]) -> Sequence[EmailAddress]:
    """Each address once, however many portals it looks after; some contacts are no address."""
    found: dict[str, EmailAddress] = {}
    for relying_party in addressees:
        for contact in relying_party.contacts if relying_party.enabled else ():
            try:
                address = EmailAddress.parse(contact)
            except InvalidEmailAddress:
                continue
            found.setdefault(address.value.casefold(), address)
    return list(found.values())
