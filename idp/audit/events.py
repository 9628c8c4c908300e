"""
The security events, one class each.

A field is an id, a name from a fixed list, a number or a moment: never a person's data.
Unless its class says more, *by* is an operator's name, `api:…` for a program, and empty where
somebody at the machine's shell, or the service itself, did it.
"""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityEvent:
    """What every event has; the class name is its kind."""

    citizen_id: str | None = None
    client_id: str | None = None


# --- signing in -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInSucceeded(SecurityEvent):
    """Password and one-time password were right."""

    amr: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordRefused(SecurityEvent):
    """A password was wrong; no citizen_id where the number belongs to nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OtpRefused(SecurityEvent):
    """A one-time password was wrong, late or one too many."""

    purpose: str
    verdict: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondFactorRefused(SecurityEvent):
    """An app's code, a passkey or a recovery code was no good."""

    factor: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryCodeUsed(SecurityEvent):
    """A recovery code stood in for the second factor."""

    left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneDoubted(SecurityEvent):
    """A code was not enough: the SIM is too new, the number recycled or the carrier silent."""

    during: str
    reason: str
    possible_from: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordChanged(SecurityEvent):
    """The citizen, signed in, replaced the password."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordReset(SecurityEvent):
    """A forgotten password was replaced."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneRecoveryBegun(SecurityEvent):
    """A phone is said to be lost: the password may be reset by another one, after a wait."""

    recovery_id: str
    possible_from: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneRecoveryRefused(SecurityEvent):
    """A proved subscription of the person was not enough to recover the account by it."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneRecoveryCancelled(SecurityEvent):
    """The link in a notice ended a recovery by another phone."""

    recovery_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneRecovered(SecurityEvent):
    """Another phone took the place of the lost one."""

    recovery_id: str


# --- signing out ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedOut(SecurityEvent):
    """A session ended by sign-out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionsEnded(SecurityEvent):
    """Every session of a citizen ended."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LogoutConfirmed(SecurityEvent):
    """A relying party confirmed that it ended its session."""

    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LogoutUnconfirmed(SecurityEvent):
    """A relying party was told in vain: it refused, or did not answer for a day."""

    attempts: int
    state: str
    reason: str


# --- enrolling, and proving more ------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class CarrierAsked(SecurityEvent):
    """A carrier compared a person with its record."""

    carrier: str | None
    outcome: str
    spelling: str | None
    reference: str
    asked: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CarrierUnanswered(SecurityEvent):
    """No carrier could say whose the number is, or the holder's did not answer."""

    carriers: tuple[str, ...]
    during: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolmentFoundAccount(SecurityEvent):
    """Somebody with a matching subscription wanted to enrol a number that has an account."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolmentTakenUp(SecurityEvent):
    """An unfinished enrolment was gone on with in another browser, whose owner held the phone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CitizenEnrolled(SecurityEvent):
    """An account was made; the hash tells which notice was shown."""

    notice_version: str
    notice_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterVisitAsked(SecurityEvent):
    """The citizen got a code for a visit to a counter."""

    visit_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterVisitShown(SecurityEvent):
    """An officer typed the code of a visit, and saw whose it is."""

    visit_id: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterVisitConfirmed(SecurityEvent):
    """An officer saw the citizen and a document at the counter."""

    visit_id: str
    document: str
    by: str


# --- numbers, phones and mail ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityNumberLinked(SecurityEvent):
    """A second number, CCCD or CMND, was added to an account, on a carrier's or operator's word."""

    number_kind: str
    evidence: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkFoundAccount(SecurityEvent):
    """A carrier confirmed a number for somebody's account, and it is this other account's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityNumberReleased(SecurityEvent):
    """An identity number left this account, and waits for whose it is; its evidence is void."""

    dispute: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneAdded(SecurityEvent):
    """The citizen proved another number; *confirmed*: a carrier says that it is in their name."""

    confirmed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DefaultPhoneChanged(SecurityEvent):
    """Codes go to another of the citizen's numbers from now on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneRemoved(SecurityEvent):
    """The citizen took a number away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneMoved(SecurityEvent):
    """A carrier named a new holder: the number left this citizen's account."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneLost(SecurityEvent):
    """A carrier said that the number is not this citizen's any more: it left the account."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailAsked(SecurityEvent):
    """A link went to an address that the citizen gave."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailVerified(SecurityEvent):
    """The link was answered: mail to the citizen goes to that address from now on."""


# --- authenticators and devices -------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthenticatorAdded(SecurityEvent):
    """An authenticator app or a passkey was added."""

    authenticator: str
    authenticator_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthenticatorRenamed(SecurityEvent):
    """An authenticator app, a passkey or a device got another name."""

    authenticator: str
    authenticator_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthenticatorRemoved(SecurityEvent):
    """An authenticator app or a passkey was taken away, or a device forgotten."""

    authenticator: str
    authenticator_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthenticatorsEnded(SecurityEvent):
    """Every app, passkey and recovery code of an account was taken away at its end."""

    authenticators: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryCodesMade(SecurityEvent):
    """A new set of recovery codes was made; the one before is void."""

    codes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceRemembered(SecurityEvent):
    """The citizen wished to be spared the second factor on a device."""

    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DevicesForgotten(SecurityEvent):
    """Every device of a citizen was forgotten."""

    devices: int


# --- holds, closing, data -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountHeld(SecurityEvent):
    """An account was held; *by* is an operator's name, or what placed the hold."""

    hold: str
    reference: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountReleased(SecurityEvent):
    """A hold was lifted."""

    hold: str
    reference: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InactivityNoticed(SecurityEvent):
    """The citizen was told that the account will be locked for want of use, for the nth time."""

    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountClosed(SecurityEvent):
    """An account was closed for good; *by* is "citizen", or what decided it."""

    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityUnrecognised(SecurityEvent):
    """The citizen says that something was not their doing; *event_id*: what was pointed at."""

    report: str
    event_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorLookedUp(SecurityEvent):
    """
    An operator looked at an account; no citizen_id where nobody has the number.

    *reason* is the operator's own text, at most 200 characters, which the citizen reads: whoever
    types it is told to name nobody, and numbers of persons are refused.
    """

    by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DataExported(SecurityEvent):
    """The citizen took a copy of what is held about them."""

    form: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DataRequestFiled(SecurityEvent):
    """The citizen asked something about the own data."""

    request: str
    request_kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DataRequestAnswered(SecurityEvent):
    """An operator answered a request about data, carried it out or refused it."""

    request: str
    state: str
    by: str


# --- disputes -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeFiled(SecurityEvent):
    """Somebody proved, by phone and carrier, that this account's identity number is theirs."""

    dispute: str
    carrier: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeAnswered(SecurityEvent):
    """One side of a dispute said something, or had a carrier asked."""

    dispute: str
    side: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeMoreAsked(SecurityEvent):
    """An operator asked one side of a dispute for more."""

    dispute: str
    side: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeExtended(SecurityEvent):
    """An operator gave the holder of an account more time to answer."""

    dispute: str
    until: datetime
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeDecided(SecurityEvent):
    """One operator decided a dispute; two have to decide the same."""

    dispute: str
    outcome: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeResolved(SecurityEvent):
    """Two operators decided the same, and it was carried out."""

    dispute: str
    outcome: str


# --- consents, grants, tokens ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentGiven(SecurityEvent):
    """The citizen agreed to share claims."""

    claims: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentRefused(SecurityEvent):
    """The citizen did not agree."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentWithdrawn(SecurityEvent):
    """The citizen shares nothing with a relying party any more."""

    claims: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeIssued(SecurityEvent):
    """An authorization code went to a relying party."""

    grant_id: str
    acr: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TokensIssued(SecurityEvent):
    """A code was redeemed."""

    grant_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeReplayed(SecurityEvent):
    """A spent code came again: its grant was revoked."""

    grant_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshTokenReused(SecurityEvent):
    """A refresh token came again long after it was spent: its family was revoked."""

    grant_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshTokenRevoked(SecurityEvent):
    """A relying party gave its refresh token back."""

    grant_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientRefused(SecurityEvent):
    """A relying party did not prove itself."""


# --- relying parties and proposals ----------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class RelyingPartyRegistered(SecurityEvent):
    """
    A registration was added or changed; *by* is empty where no operator did it.

    *changes* has each member with what it was and what it is, but for people's addresses.
    """

    changed: tuple[str, ...]
    version: int = 1
    changes: tuple[tuple[str, str, str], ...] = ()
    by: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RelyingPartyAssigned(SecurityEvent):
    """A registration became another team's; `None` is nobody's but the operators'."""

    before: str | None
    team: str | None
    by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RelyingPartyDisabled(SecurityEvent):
    """A relying party may not be used any more."""

    by: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RelyingPartyEnabled(SecurityEvent):
    """A relying party that was disabled may be used again."""

    by: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretAdded(SecurityEvent):
    """A relying party got a secret beside the one it has; *secret* is its number, not its value."""

    secret: int
    until: datetime
    by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretRetired(SecurityEvent):
    """A secret of a relying party counts no more."""

    secret: int
    by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretRotated(SecurityEvent):
    """A relying party got a new secret, and the older ones end."""

    by: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialLapses(SecurityEvent):
    """A relying party's contacts were reminded that a secret or a key of theirs ends."""

    credential: str
    days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductionProposed(SecurityEvent):
    """A registration for production, or a change of one, waits for another operator."""

    proposal: int
    changed: tuple[str, ...]
    by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductionDecided(SecurityEvent):
    """An operator approved or refused what *proposed_by* had proposed."""

    proposal: int
    approved: bool
    proposed_by: str
    by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductionWithdrawn(SecurityEvent):
    """A proposal was taken back before it was decided."""

    proposal: int
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IntegrationTestBegun(SecurityEvent):
    """An operator, or whoever has the machine's shell, lets a portal's team try how it refuses."""

    run: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IntegrationTestFinished(SecurityEvent):
    """Every case of a run has a result; *failed*: how many of them failed."""

    run: str
    failed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TestPeopleRenewed(SecurityEvent):
    """The invented people of a team were made, or made anew; *set_number* is in their numbers."""

    team: str
    set_number: int
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnouncementPublished(SecurityEvent):
    """Portals were told something; *mails* is how many contacts get it by mail."""

    announcement: str
    audience: str
    mails: int
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnouncementWithdrawn(SecurityEvent):
    """What portals had been told was taken back."""

    announcement: str
    by: str


# --- operators, teams, programs -------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorInvited(SecurityEvent):
    """Somebody got a link to become an operator by, and a member of *team* where it names one."""

    operator: str
    role: str
    by: str
    team: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorAdded(SecurityEvent):
    """Somebody became an operator; *by* is empty for the first one."""

    operator: str
    role: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorRoleChanged(SecurityEvent):
    """An operator may do other things from now on; *reason* is the administrator's own text."""

    operator: str
    before: str
    after: str
    by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorPasswordChanged(SecurityEvent):
    """An operator chose another password; the sessions ended."""

    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorDisabled(SecurityEvent):
    """An operator's account was taken away; *reason* is the administrator's own text."""

    operator: str
    by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorSignedIn(SecurityEvent):
    """An operator signed in to the console."""

    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorVerified(SecurityEvent):
    """An operator showed password and code."""

    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorRefused(SecurityEvent):
    """An operator's password or code was wrong or used; no name where nobody has the typed one."""

    by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorSignedOut(SecurityEvent):
    """An operator signed out of the console."""

    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamCreated(SecurityEvent):
    """A team was made, for relying parties to belong to."""

    team: str
    name: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamRenamed(SecurityEvent):
    """A team is called otherwise from now on."""

    team: str
    before: str
    after: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamMemberAdded(SecurityEvent):
    """An operator belongs to a team from now on."""

    team: str
    operator: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamMemberRemoved(SecurityEvent):
    """An operator belongs to a team no more; *reason* is the own text of who decided it."""

    team: str
    operator: str
    by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiClientAdded(SecurityEvent):
    """An operator let a program in."""

    api_client: str
    role: str
    team: str
    scopes: tuple[str, ...]
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiClientRenewed(SecurityEvent):
    """A program got another secret; *by* answers for it from then on, *reason* is their text."""

    api_client: str
    by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiClientDisabled(SecurityEvent):
    """A program was kept out; *reason* is the operator's own text."""

    api_client: str
    by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiTokenIssued(SecurityEvent):
    """A program proved itself by its secret; *by* is its name in this log (`api:…`)."""

    scopes: tuple[str, ...]
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiClientRefused(SecurityEvent):
    """A secret was wrong, expired or of a disabled program; no name where there is none such."""

    by: str | None


# --- the service itself ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetExceeded(SecurityEvent):
    """A throttle said no."""

    budget: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CarrierBudgetExceeded(SecurityEvent):
    """More texts were wanted for numbers of one carrier, by their prefixes, than it is allowed."""

    budget: str
    carrier: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SmsUndelivered(SecurityEvent):
    """The gateway did not take a text."""

    purpose: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningKeysChanged(SecurityEvent):
    """A signing key was announced, activated or retired; *by* is empty at a shell, or by time."""

    change: str
    kid: str
    reason: str
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogExported(SecurityEvent):
    """An operator took so many of these events as a file."""

    by: str
    events: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificationPersonKept(SecurityEvent):
    """A person was made, or changed, by a file: certification mode is on."""
