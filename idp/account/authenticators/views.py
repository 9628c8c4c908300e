"""`/account/security/authenticators` and the pages that lead on from there."""

from typing import Any, ClassVar, Final

from flask import Response
from flask_babel import gettext as _

from idp.account.authenticators.forms import (
    ConfirmForm,
    NameForm,
    PasskeyNameForm,
    ProveAppForm,
)
from idp.account.authenticators.held import Held
from idp.account.authenticators.rules import Consequence
from idp.account.device_words import device_words
from idp.account.frame import AccountFrame, AccountPage, Section, Visitor
from idp.authenticators import store
from idp.authenticators.add_app import AddApp
from idp.authenticators.add_passkey import AddPasskey
from idp.authenticators.changes import NotThere, TooMany
from idp.authenticators.make_recovery_codes import MakeRecoveryCodes
from idp.authenticators.model import AuthenticatorKind, KnownDevice
from idp.authenticators.passkeys import PasskeyRefused
from idp.authenticators.remove_authenticator import LastWay, RemoveAuthenticator
from idp.authenticators.rename_authenticator import RenameAuthenticator
from idp.authenticators.rules import recovery_code_as_shown
from idp.authenticators.verify_app_code import WrongCode
from idp.carriers.model import Guarded
from idp.citizens.store import citizen
from idp.core.clock import Clock
from idp.db.database import Database
from idp.phones.begin_phone import NotTrustedNow, TrustSignIn
from idp.relying_parties.ports import RelyingParties
from idp.throttling.ports import BudgetSpent
from idp.totp.codes import in_groups, setting_up_uri
from idp.totp.qr import qr_svg
from idp.web.at_hand import request
from idp.web.device import client_device
from idp.web.see_other import see_other
from idp.web.shown_time import shown_moment

PATH: Final = "/account/security/authenticators"


class AuthenticatorPage(AccountPage):
    """
    A page about authenticators; one that was taken away meanwhile leads back to the list.

    What is added is trusted with the phones at once: so a sign-in by text message adds nothing
    while the phones would not be trusted to it.
    """

    section: ClassVar[Section] = Section.SECURITY
    sensitive: ClassVar[bool] = True

    def __init__(
        self,
        frame: AccountFrame,
        database: Database,
        relying_parties: RelyingParties,
        trust: TrustSignIn,
        clock: Clock,
    ) -> None:
        super().__init__(frame)
        self._trust = trust
        self._database = database
        self._relying_parties = relying_parties
        self._clock = clock

    def post(self, **address: str) -> Response:
        """What the page is for."""
        try:
            return super().post(**address)
        except NotThere:
            return self.to_list()
        except TooMany:
            return self.render("account/authenticators/too_many.html")
        except NotTrustedNow as error:
            return self.render(
                "account/authenticators/not_now.html",
                reason=error.doubt.reason,
                possible_from=shown_moment(error.doubt.possible_from),
            )

    def ensure_trusted(self, visitor: Visitor) -> None:
        """Raise `NotTrustedNow` where the sign-in is worth no more than a SIM in doubt."""
        self._trust(visitor.session.authentication, during=Guarded.NEW_AUTHENTICATOR)

    def held(self, visitor: Visitor) -> Held:
        """What the citizen has now."""
        with self._database.reading() as reading:
            return Held.read(reading, visitor.citizen_id, self._relying_parties, self._clock.now())

    def to_list(self, done: str | None = None) -> Response:
        """Back to the list, which says what was *done*."""
        return see_other(PATH if done is None else f"{PATH}?done={done}")


class List(AuthenticatorPage):
    """`/account/security/authenticators`: everything the citizen has."""

    sensitive = False

    def show(self, visitor: Visitor, **address: str) -> Response:
        held, now = self.held(visitor), self._clock.now()
        return self.render(
            "account/authenticators/list.html",
            apps=[_shown(each, each.name) for each in held.apps],
            passkeys=[_shown(each, each.name) for each in held.passkeys],
            devices=[
                _shown(each, _name_of(each))
                | {
                    "remembered_until": shown_moment(each.skips_code_until)
                    if each.skips_code_until is not None and each.skips_code_until > now
                    else None
                }
                for each in held.devices
            ],
            codes_left=held.codes_left,
            codes_made_at=shown_moment(held.codes_made_at),
            done=request.args.get("done"),
        )


class Add(AuthenticatorPage):
    """`/account/security/apps/add`: what to call the app, before its secret is made."""

    def __init__(self, *here: Any, add: AddApp) -> None:  # noqa: ANN401 (the base's)
        super().__init__(*here)
        self._add = add

    def show(self, visitor: Visitor, **address: str) -> Response:
        return self._render(self._pages.form(NameForm, name=_("Ứng dụng xác thực")))

    def act(self, visitor: Visitor, **address: str) -> Response:
        """Make the secret, and lead to where it is shown."""
        form = self._pages.form(NameForm)
        if not form.validate():
            return self._render(form)
        self.ensure_trusted(visitor)
        app_id = self._add.begin(visitor.citizen_id, form.typed_name)
        return see_other(f"/account/security/apps/{app_id}")

    def _render(self, form: NameForm) -> Response:
        return self.render("account/authenticators/add_app.html", form=form)


class SetUp(AuthenticatorPage):
    """`/account/security/apps/<one>`: the secret, until the app has shown a right code."""

    def __init__(self, *here: Any, add: AddApp, service: str) -> None:  # noqa: ANN401
        super().__init__(*here)
        self._add = add
        self._service = service

    def show(self, visitor: Visitor, **address: str) -> Response:
        """The picture, the text, and the field."""
        return self._render(visitor, address["one"], self._pages.form(ProveAppForm))

    def act(self, visitor: Visitor, **address: str) -> Response:
        form = self._pages.form(ProveAppForm)
        if not form.validate():
            return self._render(visitor, address["one"], form)
        self.ensure_trusted(visitor)
        try:
            self._add.confirm(visitor.citizen_id, address["one"], form.code)
        except WrongCode:
            form.fail_wrong()
        except BudgetSpent as spent:
            form.fail_too_often(spent.minutes)
            return self._render(visitor, address["one"], form, status=429)
        else:
            return self.to_list("app_added")
        return self._render(visitor, address["one"], form)

    def _render(
        self, visitor: Visitor, one: str, form: ProveAppForm, *, status: int = 200
    ) -> Response:
        with self._database.reading() as reading:
            app = store.pending_app(reading, visitor.citizen_id, one)
        if app is None:
            return self.to_list()
        uri = setting_up_uri(app.secret, account=app.name, issuer=self._service)
        return self.render(
            "account/authenticators/set_up_app.html",
            status=status,
            form=form,
            uri=uri,
            qr=qr_svg(uri),
            secret=in_groups(app.secret),
        )


class AddKey(AuthenticatorPage):
    """`/account/security/passkeys/add`: a new passkey, made by the browser at hand."""

    def __init__(self, *here: Any, add: AddPasskey) -> None:  # noqa: ANN401
        super().__init__(*here)
        self._add = add

    def show(self, visitor: Visitor, **address: str) -> Response:
        """The form; the browser is asked when the button is pressed."""
        device = client_device()
        return self._render(
            visitor,
            self._pages.form(PasskeyNameForm, name=device_words(device.browser, device.system)),
        )

    def act(self, visitor: Visitor, **address: str) -> Response:
        """Keep what the browser made."""
        form = self._pages.form(PasskeyNameForm)
        if not form.validate():
            return self._render(visitor, form)
        self.ensure_trusted(visitor)
        try:
            self._add(visitor.citizen_id, form.answer, name=form.typed_name)
        except PasskeyRefused:
            form.fail_refused()
            return self._render(visitor, form)
        return self.to_list("passkey_added")

    def _render(self, visitor: Visitor, form: PasskeyNameForm) -> Response:
        with self._database.reading() as reading:
            full_name = citizen(reading, visitor.citizen_id).full_name.value
        return self.render(
            "account/authenticators/add_passkey.html",
            form=form,
            options=self._add.options(visitor.citizen_id, shown_name=full_name),
        )


class RecoveryCodes(AuthenticatorPage):
    """`/account/security/recovery-codes`: a new set, shown once."""

    def __init__(self, *here: Any, make: MakeRecoveryCodes) -> None:  # noqa: ANN401
        super().__init__(*here)
        self._make = make

    def show(self, visitor: Visitor, **address: str) -> Response:
        """What they are for, and that the former set ends."""
        held = self.held(visitor)
        return self.render(
            "account/authenticators/recovery_codes.html",
            form=self._pages.form(ConfirmForm),
            has_codes=held.codes_made_at is not None,
        )

    def act(self, visitor: Visitor, **address: str) -> Response:
        """The codes; no other page ever shows them."""
        self._pages.form(ConfirmForm)
        self.ensure_trusted(visitor)
        codes = self._make(visitor.citizen_id)
        return self.render(
            "account/authenticators/new_recovery_codes.html",
            codes=[recovery_code_as_shown(code) for code in codes],
        )


class Rename(AuthenticatorPage):
    """`/account/security/<kind>/<one>/rename`."""

    def __init__(self, *here: Any, kind: AuthenticatorKind, rename: RenameAuthenticator) -> None:  # noqa: ANN401
        super().__init__(*here)
        self._kind = kind
        self._rename = rename

    def show(self, visitor: Visitor, **address: str) -> Response:
        """The form, with the name it has."""
        one = self.held(visitor).find(self._kind, address["one"])
        if one is None:
            return self.to_list()
        return self._render(self._pages.form(NameForm, name=_name_of(one)))

    def act(self, visitor: Visitor, **address: str) -> Response:
        form = self._pages.form(NameForm)
        if not form.validate():
            return self._render(form)
        self._rename(visitor.citizen_id, self._kind, address["one"], name=form.typed_name)
        return self.to_list("renamed")

    def _render(self, form: NameForm) -> Response:
        return self.render("account/authenticators/rename.html", form=form)


class Remove(AuthenticatorPage):
    """`/account/security/<kind>/<one>/remove`: what follows, and the button."""

    def __init__(self, *here: Any, kind: AuthenticatorKind, remove: RemoveAuthenticator) -> None:  # noqa: ANN401
        super().__init__(*here)
        self._kind = kind
        self._remove = remove

    def show(self, visitor: Visitor, **address: str) -> Response:
        """The question, or why it stays."""
        held = self.held(visitor)
        one = held.find(self._kind, address["one"])
        if one is None:
            return self.to_list()
        return self._render(_name_of(one), held.consequence(self._kind))

    def act(self, visitor: Visitor, **address: str) -> Response:
        """Take it away, unless it has to stay."""
        self._pages.form(ConfirmForm)
        held = self.held(visitor)
        one = held.find(self._kind, address["one"])
        if one is None:
            return self.to_list()
        if held.consequence(self._kind) is Consequence.NEEDED:
            return self._render(_name_of(one), Consequence.NEEDED)
        try:
            self._remove(visitor.citizen_id, self._kind, address["one"])
        except LastWay:
            return self._render(_name_of(one), Consequence.LAST_WAY)
        return self.to_list("removed")

    def _render(self, name: str, consequence: Consequence) -> Response:
        return self.render(
            "account/authenticators/remove.html",
            form=self._pages.blank_form(ConfirmForm),
            kind=self._kind,
            name=name,
            consequence=consequence,
        )


def _shown(one: Any, name: str) -> dict[str, Any]:  # noqa: ANN401 (an app, a passkey or a device)
    return {
        "id": one.id,
        "name": name,
        "created_at": shown_moment(one.created_at),
        "last_used_at": shown_moment(one.last_used_at),
    }


def _name_of(one: Any) -> str:  # noqa: ANN401
    if isinstance(one, KnownDevice):
        return one.name or device_words(one.browser, one.system)
    name: str = one.name
    return name
