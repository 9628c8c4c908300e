"""What a citizen has, for the pages to show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from idp.account.authenticators.rules import Consequence, consequence
from idp.authenticators import store
from idp.authenticators.model import (
    AuthenticatorApp,
    AuthenticatorKind,
    KnownDevice,
    Passkey,
    SecondFactor,
)
from idp.citizens.model import CitizenId
from idp.consents.store import consented_parties
from idp.relying_parties.ports import RelyingParties
from idp.sessions.rules import PHISHING_RESISTANT, levels_wanted

FACTOR_OF: Final[Mapping[AuthenticatorKind, SecondFactor]] = {
    AuthenticatorKind.APP: SecondFactor.APP,
    AuthenticatorKind.PASSKEY: SecondFactor.PASSKEY,
}


@dataclass(frozen=True, slots=True)
class Held:
    """Everything of a citizen, each list the oldest first and devices the last used first."""

    apps: Sequence[AuthenticatorApp]
    passkeys: Sequence[Passkey]
    devices: Sequence[KnownDevice]
    codes_left: int
    codes_made_at: datetime | None
    ways: Sequence[SecondFactor]
    demands_passkey: bool

    @classmethod
    def read(
        cls,
        session: Session,
        citizen_id: CitizenId,
        relying_parties: RelyingParties,
        at: datetime,
    ) -> "Held":
        """As it is stored now."""
        left, made_at = store.recovery_codes_left(session, citizen_id)
        used = map(relying_parties.find, consented_parties(session, citizen_id))
        minimums = {each.minimum_acr for each in used if each is not None}
        return cls(
            apps=store.apps_of(session, citizen_id),
            passkeys=store.passkeys_of(session, citizen_id),
            devices=store.devices_of(session, citizen_id),
            codes_left=left,
            codes_made_at=made_at,
            ways=store.ways_of(session, citizen_id, at),
            demands_passkey=any(
                levels_wanted(acr)[1] >= PHISHING_RESISTANT for acr in minimums if acr is not None
            ),
        )

    def find(
        self, kind: AuthenticatorKind, one: str
    ) -> AuthenticatorApp | Passkey | KnownDevice | None:
        """The one of that kind and id."""
        return next((each for each in self._of(kind) if each.id == one), None)

    def consequence(self, kind: AuthenticatorKind) -> Consequence:
        """What follows when one of that kind is taken away."""
        is_last = len(self._of(kind)) == 1
        gone = {FACTOR_OF[kind]} if is_last and kind in FACTOR_OF else set()
        return consequence(
            kind,
            remaining=[way for way in self.ways if way not in gone],
            is_last_passkey=is_last and kind is AuthenticatorKind.PASSKEY,
            demanded=self.demands_passkey,
        )

    def _of(
        self, kind: AuthenticatorKind
    ) -> Sequence[AuthenticatorApp] | Sequence[Passkey] | Sequence[KnownDevice]:
        match kind:
            case AuthenticatorKind.APP:
                return self.apps
            case AuthenticatorKind.PASSKEY:
                return self.passkeys
            case AuthenticatorKind.DEVICE:
                return self.devices
