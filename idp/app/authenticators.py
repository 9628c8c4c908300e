"""Authenticators: what proves them at a sign-in, and what changes them."""

from functools import cached_property

from idp.adapters.redis.passkey_challenges import RedisPasskeyChallenges
from idp.app.parts import Parts
from idp.app.policies import second_factor_budgets
from idp.authenticators.add_app import AddApp
from idp.authenticators.add_passkey import AddPasskey
from idp.authenticators.attempts import Attempts
from idp.authenticators.make_recovery_codes import MakeRecoveryCodes
from idp.authenticators.ports import PasskeyCeremonies
from idp.authenticators.remove_authenticator import RemoveAuthenticator
from idp.authenticators.rename_authenticator import RenameAuthenticator
from idp.authenticators.verify_app_code import VerifyAppCode
from idp.authenticators.verify_passkey import VerifyPasskey
from idp.authenticators.verify_recovery_code import VerifyRecoveryCode
from idp.core.once import Once


class Authenticators:
    """The use cases, made of what the processes share."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._at_most = parts.settings.authenticators.at_most
        self._budgets = second_factor_budgets(parts.settings)
        self._ceremonies = Once(self._make_ceremonies)
        self._attempts = Attempts(
            database=parts.database, throttle=parts.throttle, clock=parts.clock
        )

    def _make_ceremonies(self) -> PasskeyCeremonies:
        from idp.authenticators.webauthn import WebauthnCeremonies  # noqa: PLC0415 (3 MB)

        settings = self._parts.settings
        return WebauthnCeremonies(
            issuer=settings.server.issuer,
            site=settings.server.site,
            name=settings.brand.name_vi,
            challenges=RedisPasskeyChallenges(self._parts.redis),
        )

    @cached_property
    def verify_app_code(self) -> VerifyAppCode:
        return VerifyAppCode(
            database=self._parts.database,
            attempts=self._attempts,
            budget=self._budgets.app_code,
            clock=self._parts.clock,
        )

    @cached_property
    def verify_passkey(self) -> VerifyPasskey:
        return VerifyPasskey(
            database=self._parts.database,
            ceremonies=self._ceremonies,
            attempts=self._attempts,
            clock=self._parts.clock,
        )

    @cached_property
    def verify_recovery_code(self) -> VerifyRecoveryCode:
        return VerifyRecoveryCode(
            database=self._parts.database,
            index=self._parts.index,
            attempts=self._attempts,
            budget=self._budgets.recovery_code,
            follow_ups=self._parts.follow_ups,
            clock=self._parts.clock,
        )

    @cached_property
    def add_app(self) -> AddApp:
        return AddApp(
            database=self._parts.database,
            attempts=self._attempts,
            budget=self._budgets.app_code,
            follow_ups=self._parts.follow_ups,
            at_most=self._at_most,
            clock=self._parts.clock,
        )

    @cached_property
    def add_passkey(self) -> AddPasskey:
        return AddPasskey(
            database=self._parts.database,
            ceremonies=self._ceremonies,
            follow_ups=self._parts.follow_ups,
            at_most=self._at_most,
            clock=self._parts.clock,
        )

    @cached_property
    def make_recovery_codes(self) -> MakeRecoveryCodes:
        return MakeRecoveryCodes(
            database=self._parts.database,
            index=self._parts.index,
            follow_ups=self._parts.follow_ups,
            clock=self._parts.clock,
        )

    @cached_property
    def rename(self) -> RenameAuthenticator:
        return RenameAuthenticator(database=self._parts.database, clock=self._parts.clock)

    @cached_property
    def remove(self) -> RemoveAuthenticator:
        return RemoveAuthenticator(
            database=self._parts.database,
            follow_ups=self._parts.follow_ups,
            clock=self._parts.clock,
        )
