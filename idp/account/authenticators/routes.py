"""The pages put together."""

from typing import Final

from flask import Blueprint

from idp.account.authenticators.views import (
    PATH,
    Add,
    AddKey,
    List,
    RecoveryCodes,
    Remove,
    Rename,
    SetUp,
)
from idp.account.frame import AccountFrame
from idp.authenticators.add_app import AddApp
from idp.authenticators.add_passkey import AddPasskey
from idp.authenticators.make_recovery_codes import MakeRecoveryCodes
from idp.authenticators.model import AuthenticatorKind
from idp.authenticators.remove_authenticator import RemoveAuthenticator
from idp.authenticators.rename_authenticator import RenameAuthenticator
from idp.core.clock import Clock
from idp.db.database import Database
from idp.phones.begin_phone import TrustSignIn
from idp.relying_parties.ports import RelyingParties

_SECURITY: Final = "/account/security"
_FOLDERS: Final = {
    AuthenticatorKind.APP: "apps",
    AuthenticatorKind.PASSKEY: "passkeys",
    AuthenticatorKind.DEVICE: "devices",
}


def authenticator_routes(
    *,
    frame: AccountFrame,
    add_app: AddApp,
    add_passkey: AddPasskey,
    make_recovery_codes: MakeRecoveryCodes,
    rename: RenameAuthenticator,
    remove: RemoveAuthenticator,
    trust: TrustSignIn,
    service: str,
    relying_parties: RelyingParties,
    database: Database,
    clock: Clock,
) -> Blueprint:
    """The blueprint; *service* is what an app lists the account under."""
    blueprint = Blueprint("authenticators", __name__)
    here = (frame, database, relying_parties, trust, clock)
    for path, view in (
        (PATH, List.as_view("list", *here)),
        (f"{_SECURITY}/apps/add", Add.as_view("add_app", *here, add=add_app)),
        (
            f"{_SECURITY}/apps/<one>",
            SetUp.as_view("set_up_app", *here, add=add_app, service=service),
        ),
        (f"{_SECURITY}/passkeys/add", AddKey.as_view("add_passkey", *here, add=add_passkey)),
        (
            f"{_SECURITY}/recovery-codes",
            RecoveryCodes.as_view("recovery_codes", *here, make=make_recovery_codes),
        ),
    ):
        blueprint.add_url_rule(path, view_func=view)
    for kind, folder in _FOLDERS.items():
        blueprint.add_url_rule(
            f"{_SECURITY}/{folder}/<one>/rename",
            view_func=Rename.as_view(f"rename_{kind}", *here, kind=kind, rename=rename),
        )
        blueprint.add_url_rule(
            f"{_SECURITY}/{folder}/<one>/remove",
            view_func=Remove.as_view(f"remove_{kind}", *here, kind=kind, remove=remove),
        )
    return blueprint
