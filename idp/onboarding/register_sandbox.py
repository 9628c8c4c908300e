"""Registering a portal to be tried, and changing that: at once, with nobody else's word."""

from collections.abc import Mapping

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from idp.core.clock import Clock
from idp.core.environment import Environment
from idp.core.handles import Handle, new_handle
from idp.core.reason import NO_REASON, Reason
from idp.db.database import Database
from idp.db.turns import take_turn
from idp.onboarding import store, versions
from idp.onboarding.access import NotThere, own, require
from idp.onboarding.model import Registered, Saved, Stale
from idp.onboarding.rules import OnboardingPolicy, checked
from idp.operators import store as operators
from idp.operators.model import TeamId, VerifiedOperator
from idp.operators.permissions import Permission, may_see
from idp.relying_parties import store as relying_parties
from idp.relying_parties.logos import Logos
from idp.relying_parties.model import (
    ClientAuthentication,
    ClientId,
    RelyingParty,
    RelyingPartyRecord,
)
from idp.relying_parties.ports import RegistryVersion
from idp.relying_parties.problems import Problem, Rule, problem
from idp.relying_parties.registration import InvalidRegistration, Registration
from idp.relying_parties.secrets import SecretHasher


class RegisterSandbox:
    """Makes the registration that a team tries its portal with."""

    def __init__(
        self,
        *,
        policy: OnboardingPolicy,
        hasher: SecretHasher,
        logos: Logos,
        database: Database,
        version: RegistryVersion,
        clock: Clock,
    ) -> None:
        self._policy = policy
        self._hasher = hasher
        self._logos = logos
        self._database = database
        self._version = version
        self._clock = clock

    def __call__(
        self,
        document: Mapping[str, object],
        *,
        team: str | None,
        by: VerifiedOperator,
        reason: Reason = NO_REASON,
    ) -> Registered:
        """
        Register it for *team*, `None` for one that only operators look after.

        Raises `InvalidRegistration`, `MayNot`, and `NotThere` for a team that is another's.
        """
        require(by, Permission.MANAGE_OWN_RELYING_PARTIES)
        if not may_see(by, team):
            raise NotThere(team)
        registration = checked(document, self._policy)
        party = registration.relying_party
        if party.environment is not Environment.SANDBOX:
            raise InvalidRegistration([problem("environment", Rule.NEEDS_A_PROPOSAL)])
        taken = InvalidRegistration(
            [problem("client_id", Rule.CLIENT_ID_TAKEN, value=party.client_id)]
        )
        self._version.require()
        try:
            secret = self._store(registration, team, by, reason, taken)
        except IntegrityError:  # somebody was faster by a moment
            raise taken from None
        self._version.bump()
        if party.logo_uri is not None:
            self._logos.refresh(party.client_id, party.logo_uri)
        return Registered(party.client_id, secret)

    def _store(
        self,
        registration: Registration,
        team: str | None,
        by: VerifiedOperator,
        reason: Reason,
        taken: InvalidRegistration,
    ) -> Handle | None:
        party, now = registration.relying_party, self._clock.now()
        with self._database.transaction() as transaction:
            if relying_parties.record_of(transaction, party.client_id) is not None:
                raise taken
            refuse_unknown_team(transaction, team)
            refuse_taken_sector(transaction, party, by)
            versions.add(
                transaction,
                registration,
                by=by.name,
                reason=reason,
                team=team,
                key_lasts=self._policy.key_lasts,
                at=now,
            )
            if party.client_authentication is ClientAuthentication.PRIVATE_KEY_JWT:
                return None
            secret = new_handle()
            relying_parties.add_secret(
                transaction,
                party.client_id,
                hash_=self._hasher.hash(secret),
                last_four=secret[-4:],
                at=now,
                expires_at=now + self._policy.secret_lasts,
            )
        return secret


class ChangeSandbox:
    """Changes a registration that is being tried."""

    def __init__(
        self,
        *,
        policy: OnboardingPolicy,
        logos: Logos,
        database: Database,
        version: RegistryVersion,
        clock: Clock,
    ) -> None:
        self._policy = policy
        self._logos = logos
        self._database = database
        self._version = version
        self._clock = clock

    def __call__(
        self,
        client_id: ClientId,
        document: Mapping[str, object],
        *,
        base_version: int,
        by: VerifiedOperator,
        reason: Reason,
    ) -> Saved | Stale:
        """
        Put *document* in the place of the version *base_version*, the one that was looked at.

        `Stale` where somebody else has changed it since: nothing of theirs is lost, nor of what was
        typed. Raises `InvalidRegistration`, `NotThere`, `MayNot`.
        """
        require(by, Permission.MANAGE_OWN_RELYING_PARTIES)
        registration = checked(document, self._policy)
        party, now = registration.relying_party, self._clock.now()
        self._version.require()
        with self._database.transaction() as transaction:
            row = own(transaction, client_id, by)
            refuse_other(row, party, Environment.SANDBOX)
            stale = versions.stale(transaction, row, base_version)
            if stale is not None:
                return stale
            changes = versions.replace(
                transaction,
                row,
                registration,
                by=by.name,
                reason=reason,
                key_lasts=self._policy.key_lasts,
                at=now,
            )
            saved = Saved(row.version, changes)
        if changes:
            self._version.bump()
        if any(change.field == "logo_uri" for change in changes):
            self._logos.refresh(client_id, party.logo_uri)
        return saved


def refuse_other(row: RelyingPartyRecord, party: RelyingParty, environment: Environment) -> None:
    """Raise `InvalidRegistration` where *party* would make another registration of the row's."""
    found: list[Problem] = []
    if row.client_metadata is not None:
        found.append(problem("client_id", Rule.MANAGES_ITSELF))
    if party.client_id != row.client_id:
        found.append(problem("client_id", Rule.CLIENT_ID_CHANGED, value=party.client_id))
    if party.sector != row.sector:
        # Portals key their records on `sub`, and `sub` is made of the sector.
        detail = f"{row.client_id} has {row.sector}, for ever"
        found.append(problem("sector", Rule.SECTOR_CHANGED, detail))
    if environment is Environment.SANDBOX and row.environment is Environment.PRODUCTION:
        found.append(problem("environment", Rule.NEEDS_A_PROPOSAL))
    elif party.environment is not row.environment:
        found.append(problem("environment", Rule.ENVIRONMENT_CHANGED))
    if found:
        raise InvalidRegistration(found)


def refuse_unknown_team(session: Session, team: str | None) -> None:
    """Raise `NotThere` for a team that is not there: nobody could ever look after what it has."""
    if team is not None and operators.team(session, TeamId(team)) is None:
        raise NotThere(team)


def refuse_taken_sector(session: Session, party: RelyingParty, by: VerifiedOperator) -> None:
    """
    Raise `InvalidRegistration` where the sector is one of portals that the operator cannot see.

    Two teams with one sector could lay their records of a citizen side by side. Portals of the old
    kind may: theirs is one for all.
    """
    if party.sector == party.profile.default_sector:
        return
    take_turn(session, f"sector {party.sector}")  # of two teams that want it at once one gets it
    if any(not may_see(by, team) for team in store.teams_of_sector(session, party.sector)):
        raise InvalidRegistration([problem("sector", Rule.SECTOR_TAKEN, value=party.sector)])
