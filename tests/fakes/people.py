"""Citizens, sessions and authorization requests that tests begin from."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from idp.citizens.model import (
    Citizen,
    CitizenId,
    CitizenIdentityNumber,
    CitizenStatus,
    Evidence,
    EvidenceKind,
    PasswordCredential,
    Phone,
)
from idp.core.identity_number import IdentityNumber
from idp.core.phone_number import PhoneNumber
from idp.grants.model import Authorization, GrantId
from idp.interactions.model import AuthorizationRequest, Interaction, InteractionId
from idp.relying_parties.model import ClientId
from idp.sessions.model import Authentication, Session, SessionId

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
AN = CitizenId("11111111-1111-4111-8111-111111111111")
BINH = CitizenId("22222222-2222-4222-8222-222222222222")
BINH_DINH = ClientId("binh-dinh")
DAK_LAK = ClientId("dak-lak")
TWO_FACTORS = ("pwd", "otp", "sms", "mfa")


def session_of(
    citizen_id: CitizenId = AN,
    *,
    auth_time: datetime = NOON,
    amr: tuple[str, ...] = TWO_FACTORS,
    session_id: str = "session",
) -> Session:
    """A session of that citizen, begun at *auth_time*."""
    return Session(SessionId(session_id), Authentication(citizen_id, auth_time, amr), auth_time)


def request_of(client_id: ClientId = BINH_DINH, **changes: object) -> AuthorizationRequest:
    """An authorization request of that relying party."""
    values: dict[str, object] = {
        "client_id": client_id,
        "redirect_uri": f"https://{client_id}.example/callback",
        "scope": ("openid", "profile"),
        **changes,
    }
    return AuthorizationRequest(**values)  # type: ignore[arg-type]


def interaction_of(
    request: AuthorizationRequest | None, *, started_at: datetime = NOON, **changes: object
) -> Interaction:
    """An interaction about that request."""
    interaction = Interaction(InteractionId("interaction"), request, started_at, browser="browser")
    return interaction.with_(**changes)


def authorization_of(
    grant_id: str = "grant", *, client_id: ClientId = BINH_DINH, citizen_id: CitizenId = AN
) -> Authorization:
    """What a grant of that citizen to that relying party says."""
    return Authorization(
        grant_id=GrantId(grant_id),
        client_id=client_id,
        citizen_id=citizen_id,
        session_id=SessionId("session"),
        scope=("openid", "profile"),
        claims=("name", "verification_level"),
        acr="LoA2",
        amr=TWO_FACTORS,
        auth_time=NOON,
        verification_level=2,
        authentication_level=2,
    )


def citizen_of(
    citizen_id: CitizenId = AN,
    *,
    numbers: Sequence[str] = ("052090000001",),
    phone: str | None = "+84912000001",
    name: str = "Nguyễn Văn An",
    birth_date: str = "1990-01-02",
    at: datetime = NOON,
) -> Citizen:
    """A citizen with a carrier's evidence, which rests on the phone; not stored yet."""
    phones = []
    if phone is not None:
        number = PhoneNumber.parse(phone)
        phones = [Phone(number=number.e164, active=True, is_default=True, verified_at=at)]
    return Citizen(
        id=citizen_id,
        status=CitizenStatus.ACTIVE,
        name_text=name,
        birth_date_text=birth_date,
        email=None,
        created_at=at,
        updated_at=at,
        identity_numbers=[
            CitizenIdentityNumber(
                kind=IdentityNumber.parse(number).kind, value=number, active=True, created_at=at
            )
            for number in numbers
        ],
        phones=phones,
        evidence=[],
        credential=PasswordCredential(hash="$argon2id$of-a-test", changed_at=at),
    )


def evidence_of(
    kind: EvidenceKind = EvidenceKind.CARRIER_MATCH,
    *,
    citizen_id: CitizenId = AN,
    phone_id: int | None = None,
    verified_at: datetime = NOON,
    expires_at: datetime | None = None,
    lapsed_at: datetime | None = None,
) -> Evidence:
    """A record of that kind; not stored yet."""
    return Evidence(
        citizen_id=citizen_id,
        kind=kind,
        verifier="viettel",
        reference="question-1",
        attributes=["full_name"],
        spelling=None,
        phone_id=phone_id,
        verified_at=verified_at,
        expires_at=expires_at,
        lapsed_at=lapsed_at,
    )


DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)
