"""The page that asks for a code: the same for every purpose, with the same limits."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final, Literal

from flask import Response
from flask_babel import format_datetime

from idp.core.clock import Clock
from idp.core.phone_number import PhoneNumber
from idp.core.waiting import whole_minutes, whole_seconds
from idp.otp.forms import RESEND, OtpForm, ResendForm
from idp.otp.model import Challenge, OtpPurpose, Verdict
from idp.otp.one_time_passwords import OneTimePasswords, Paused, ResendTooEarly
from idp.throttling.ports import BudgetSpent
from idp.web.at_hand import request
from idp.web.forms import Form
from idp.web.network import client_network
from idp.web.pages import Pages
from idp.web.see_other import see_other

ACCEPTED: Final = "accepted"
Accepted = Literal["accepted"]
_CLOCK_TIME: Final = "HH:mm"


@dataclass(frozen=True, slots=True)
class OtpQuestion:
    """
    What one such page is about.

    *page* is the context every page of the interaction has; *beside* and *forms_beside* are what
    the page of the code shows besides, by their names there, and nothing of a person. *number* is
    shown by its last three digits; `None` on a page that must not tell whether any text went out
    (recovery). *begin* starts a new challenge when this one is used up, and notes it in the
    interaction. *offers_other_phone*: the number is the registered one, and whoever has lost it can
    go on with another.
    """

    purpose: OtpPurpose
    person: str | None
    interaction_id: str
    challenge: Challenge | None
    page: dict[str, Any]
    begin: Callable[[], Challenge]
    number: PhoneNumber | None = None
    step: str | None = None
    edit_phone_url: str | None = None
    offers_other_phone: bool = False
    beside: Mapping[str, Hashable] = field(default_factory=dict)
    forms_beside: Mapping[str, type[Form]] = field(default_factory=dict)


class OtpPage:
    """Shows the question, judges what was typed, sends another code."""

    def __init__(self, *, pages: Pages, otp: OneTimePasswords, clock: Clock) -> None:
        self._pages = pages
        self._otp = otp
        self._clock = clock

    def show(self, question: OtpQuestion) -> Response:
        """The page, for a GET: it sends nothing, for whatever prefetches pages would send too."""
        challenge = question.challenge
        if challenge is None:
            return self._ask_to_send(question)
        if self._otp.is_exhausted(challenge):
            return self._used_up(question)
        return self._pages.render_blank(
            "otp/otp.html",
            forms={"form": OtpForm, "resend_form": ResendForm, **question.forms_beside},
            words=self._words(question),
            **self._facts(question),
            **question.page,
        )

    def post(self, question: OtpQuestion) -> Response | Accepted:
        """
        Judge the typed code, or resend.

        Returns what to answer, or `ACCEPTED`, once: the caller then does what the code was for.
        """
        if request.form.get("action") == RESEND:
            return self._resend(question)
        form = self._pages.form(OtpForm)
        if not form.validate():
            return self._render(question, form, self._pages.blank_form(ResendForm))
        checked = self._otp.check(
            question.challenge.id if question.challenge else None,
            form.code,
            purpose=question.purpose,
            person=question.person,
            interaction_id=question.interaction_id,
        )
        if checked.verdict is Verdict.ACCEPTED:
            return ACCEPTED
        if checked.verdict is Verdict.EXHAUSTED:
            return self._used_up(question)
        if checked.verdict is Verdict.WRONG:
            form.fail_wrong(checked.tries_left)
        else:
            form.fail_expired()
        return self._render(question, form, self._pages.blank_form(ResendForm))

    def limited(self, error: BudgetSpent | Paused, page: dict[str, Any]) -> Response:
        """The page for somebody who asked for too many codes."""
        wait = error.retry_after if isinstance(error, BudgetSpent) else error.wait
        return self._pages.too_many(wait, template="otp/limit.html", **page)

    def _resend(self, question: OtpQuestion) -> Response:
        form = self._pages.form(ResendForm)
        challenge = question.challenge
        if challenge is None:
            return self._begin_anew(question)
        try:
            if self._otp.is_exhausted(challenge):
                return self._after_used_up(question, challenge, form)
            self._otp.resend(challenge, network=client_network())
        except ResendTooEarly as early:
            form.fail_too_early(whole_seconds(early.wait))
            return self._render(question, self._pages.blank_form(OtpForm), form)
        except (BudgetSpent, Paused) as limit:
            return self.limited(limit, question.page)
        return self._to_self(question, resent=True)

    def _after_used_up(
        self, question: OtpQuestion, challenge: Challenge, form: ResendForm
    ) -> Response:
        wait = challenge.resend_from - self._clock.now()
        if wait > timedelta(0):
            form.fail_too_early(whole_seconds(wait))
            return self._used_up(question, form)
        question.begin()
        return self._to_self(question)

    def _ask_to_send(self, question: OtpQuestion) -> Response:
        return self._pages.render(
            "otp/ask.html",
            form=self._pages.blank_form(ResendForm),
            last_three=question.number.last_three if question.number else None,
            step=question.step,
            **question.page,
        )

    def _begin_anew(self, question: OtpQuestion) -> Response:
        try:
            question.begin()
        except (BudgetSpent, Paused) as limit:
            return self.limited(limit, question.page)
        return self._to_self(question)

    def _used_up(self, question: OtpQuestion, form: ResendForm | None = None) -> Response:
        challenge = question.challenge
        wait = challenge.resend_from - self._clock.now() if challenge else timedelta(0)
        return self._pages.render(
            "otp/too_many.html",
            status=429,
            form=form or self._pages.blank_form(ResendForm),
            wait_seconds=whole_seconds(wait),
            tries=self._otp.policy.attempts,
            **question.page,
        )

    def _render(self, question: OtpQuestion, form: OtpForm, resend_form: ResendForm) -> Response:
        forms = question.forms_beside.items()
        beside: dict[str, Any] = {name: self._pages.blank_form(each) for name, each in forms}
        return self._pages.render(
            "otp/otp.html",
            form=form,
            resend_form=resend_form,
            **beside,
            **self._words(question),
            **self._facts(question),
            **question.page,
        )

    def _words(self, question: OtpQuestion) -> dict[str, Any]:
        """What the page shows of this person's code, at this moment."""
        challenge = question.challenge
        codes = challenge.codes if challenge else ()
        wait = whole_seconds(challenge.resend_from - self._clock.now()) if challenge else 0
        resent = "resent" in request.args and len(codes) > 1
        sent_at = codes[-1].expires_at - self._otp.policy.lifetime if codes else None
        return {
            "last_three": question.number.last_three if question.number else None,
            "wait_seconds": str(wait) if wait else None,
            "resent_at": format_datetime(sent_at, _CLOCK_TIME) if resent and sent_at else None,
            "edit_phone_url": question.edit_phone_url,
        }

    def _facts(self, question: OtpQuestion) -> dict[str, Any]:
        """What else decides how the page looks."""
        challenge = question.challenge
        return {
            "minutes": whole_minutes(self._otp.policy.lifetime),
            "is_cooling": challenge is not None and not challenge.codes,
            "is_undelivered": bool(question.number and challenge and challenge.delivery_failed),
            "step": question.step,
            "offers_other_phone": question.offers_other_phone,
            **question.beside,
        }

    @staticmethod
    def _to_self(question: OtpQuestion, *, resent: bool = False) -> Response:
        mark = "&resent=1" if resent else ""
        return see_other(f"{request.path}?i={question.interaction_id}{mark}")
