"""`/console/keys`: the ring, and having another key sign."""

from collections.abc import Sequence
from typing import ClassVar, Final

from flask import Response

from idp.console.frame import ConsoleForm, ConsoleFrame, ConsolePage, Section
from idp.console.keys.forms import RotateForm, RotateNowForm
from idp.core.clock import Clock
from idp.core.reason import Reason
from idp.key_ring.rotate_keys import RotateKeys
from idp.key_ring.rules import outlook
from idp.operators.model import VerifiedOperator
from idp.operators.permissions import Permission, may
from idp.signing.material import SigningAlgorithm
from idp.signing.model import RotationPolicy
from idp.signing.ports import KeyStoreUnwritable
from idp.signing.rules import AlreadyAnnounced
from idp.signing.signer import Signer
from idp.web.see_other import see_other
from idp.web.shown_time import shown_moment

KEYS: Final = "/console/keys"


class Keys(ConsolePage):
    """`/console/keys`: each key, how old it is, what comes next."""

    permission = Permission.SEE_KEYS
    section = Section.KEYS

    def __init__(
        self, frame: ConsoleFrame, signer: Signer, policy: RotationPolicy, clock: Clock
    ) -> None:
        super().__init__(frame)
        self._signer = signer
        self._policy = policy
        self._clock = clock

    def show(self, **address: str) -> Response:
        now, ring = self._clock.now(), self._signer.ring()
        return self.render(
            "console/keys/list.html",
            rows=[
                {
                    "kid": each.key.kid,
                    "algorithm": each.key.algorithm.value,
                    "state": each.key.state.value,
                    "created_at": shown_moment(each.key.created_at),
                    "days": (now - each.key.created_at).days,
                    "next": each.next.kind.value,
                    "at": shown_moment(each.next.at),
                    "urgency": each.urgency.value,
                    "days_left": max(0, (each.next.at - now).days),
                }
                for each in outlook(ring, now, self._policy)
            ],
            dropped=sorted(ring.dropped),
            rotates=may(self.operator.role, Permission.ROTATE_KEYS),
        )


class Rotate(ConsoleForm):
    """`/console/keys/rotate`: a successor, announced before it signs."""

    permission = Permission.ROTATE_KEYS
    section = Section.KEYS
    template: ClassVar[str] = "console/keys/rotate.html"
    form_class: ClassVar[type[RotateForm]] = RotateForm

    def __init__(
        self, frame: ConsoleFrame, signer: Signer, rotate: RotateKeys, policy: RotationPolicy
    ) -> None:
        super().__init__(frame)
        self._signer = signer
        self._rotate = rotate
        self._policy = policy

    def show(self, **address: str) -> Response:
        return self._ask(self._pages.form(self.form_class))

    def act(self, **address: str) -> Response:
        form = self._pages.form(self.form_class)
        by = self._frame.prove(self.operator.name, form) if form.validate() else None
        if by is None:
            return self._ask(form)
        chosen = (form.chosen,) if form.chosen else self._signer.ring().algorithms
        try:
            self.do(chosen, by, form.given_reason)
        except AlreadyAnnounced:
            form.fail_waiting()
            return self._ask(form)
        except KeyStoreUnwritable:
            form.fail_unwritable()
            return self._ask(form)
        return see_other(KEYS)

    def do(self, chosen: Sequence[SigningAlgorithm], by: VerifiedOperator, reason: Reason) -> None:
        """Announce."""
        self._rotate.announce(chosen, by=by, reason=reason)

    def _ask(self, form: RotateForm) -> Response:
        hours = round(self._policy.announce.total_seconds() / 3600)
        return self.render(self.template, form=form, hours=hours)


class RotateNow(Rotate):
    """`/console/keys/rotate-now`: another key signs at once."""

    template = "console/keys/rotate_now.html"
    form_class = RotateNowForm

    def do(self, chosen: Sequence[SigningAlgorithm], by: VerifiedOperator, reason: Reason) -> None:
        """Replace."""
        self._rotate.at_once(chosen, by=by, reason=reason)
