"""The portal's own session: who signed in, and how surely."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from clients.kit import acr
from clients.kit.id_token import IdToken


@dataclass(frozen=True, slots=True)
class Session:
    """
    A citizen's session at this portal.

    Kept on the server; the browser holds a random handle. The access token is not here: it is
    used once, for userinfo, and forgotten.
    """

    id_token: IdToken
    userinfo: Mapping[str, object] = field(repr=False)
    asked_acr: str | None
    """The highest class this sign-in asked for, so that nobody is asked for it in circles."""

    @property
    def names(self) -> tuple[str, ...]:
        """What the provider may call this session when it ends: its `sid`, or whose it is."""
        sid = self.id_token.claims.get("sid")
        by_subject = name_by_subject(self.id_token.subject)
        return (name_by_sid(sid), by_subject) if isinstance(sid, str) else (by_subject,)

    @property
    def name(self) -> str | None:
        value = self.userinfo.get("name")
        return value if isinstance(value, str) and value else None

    @property
    def verification_level(self) -> int | None:
        """Mức xác minh: how surely the person was identified; the signed value goes first."""
        for claims in (self.id_token.claims, self.userinfo):
            value = claims.get("verification_level")
            if isinstance(value, int) and not isinstance(value, bool):
                return value
        return None

    @property
    def auth_time(self) -> datetime | None:
        value = self.id_token.claims.get("auth_time")
        if isinstance(value, bool) or not isinstance(value, int | float):
            return None
        try:
            return datetime.fromtimestamp(value, UTC)
        except (OverflowError, OSError, ValueError):
            return None

    @property
    def is_below_what_was_asked(self) -> bool:
        return not acr.reaches(self.id_token.acr, self.asked_acr)


def name_by_sid(sid: str) -> str:
    return f"sid:{sid}"


def name_by_subject(subject: str) -> str:
    return f"sub:{subject}"
