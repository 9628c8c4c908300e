"""What an attempt comes to, and what an answer to it says: pure."""

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Final

from idp.backchannel.model import DeliveryState
from idp.backchannel.rules import answered
from idp.core.acr import ACR_CLASSES
from idp.core.environment import Environment
from idp.integration_tests.cases import CASES, Case, Must
from idp.integration_tests.model import CaseName, Observed, Outcome, Reason, Screen, Verdict
from idp.interactions.model import AuthorizationRequest
from idp.relying_parties.model import RelyingParty

MARK: Final = "integration-test."
"""What codes and access tokens of cases begin with: nothing else is ever looked up among them."""

RUN_LASTS: Final = timedelta(hours=24)
WAITS_FOR: Final = timedelta(minutes=15)
"""How long after "begin" the browser's next request is the case's."""
USUAL_CLASS: Final = "LoA2"

_PASSED: Final = Verdict(Outcome.PASSED)


def can_be_tested(relying_party: RelyingParty | None) -> bool:
    """Whether answers to it may be altered: never for one that real citizens sign in to."""
    return (
        relying_party is not None
        and relying_party.enabled
        and relying_party.environment is Environment.SANDBOX
    )


def judge(case: Case, observed: Observed, screen: Screen, *, may_not_apply: bool) -> Verdict:
    """
    What the case comes to.

    What we saw ourselves goes before what the tester saw. No outcome where the portal never came as
    far as the thing that was wrong: it cannot have refused that.
    """
    if screen is Screen.DOES_NOT_APPLY:
        if may_not_apply:
            return Verdict(Outcome.NOT_APPLICABLE)
        return Verdict(None, Reason.APPLIES)
    if observed.asked_at is None:
        return Verdict(None, Reason.NOT_BEGUN)
    match case.must:
        case Must.LET_IN:
            return _let_in(observed, screen)
        case Must.REFUSE_TOKEN:
            return _token_refused(case, observed, screen)
        case Must.REFUSE_LEVEL:
            return _level_refused(observed, screen)
        case Must.REFUSE_ANSWER:
            return _answer_refused(observed, screen)
        case Must.SPEND_STATE:
            return _state_spent(observed)
        case Must.EXPLAIN:
            return _explained(screen)
        case Must.SIGN_OUT:
            return _signed_out(observed, screen)


def may_not_apply(case: Case, relying_party: RelyingParty, observed: Observed) -> bool:
    """Whether the portal may have nothing that the case could try."""
    if case.must is Must.REFUSE_LEVEL:
        return (
            relying_party.minimum_acr is None
            and observed.asked_at is not None
            and not observed.with_level
        )
    return case.must is Must.SIGN_OUT and relying_party.logout.backchannel_uri is None


def _let_in(observed: Observed, screen: Screen) -> Verdict:
    if screen is not Screen.SIGNED_IN:
        return Verdict(Outcome.FAILED, Reason.NOT_LET_IN)
    if observed.redeemed_at is None:
        return Verdict(None, Reason.CODE_NOT_REDEEMED)
    return _PASSED


def _token_refused(case: Case, observed: Observed, screen: Screen) -> Verdict:
    if case.name is CaseName.WRONG_NONCE and not observed.with_nonce:
        return Verdict(Outcome.FAILED, Reason.NO_NONCE_SENT)
    if observed.userinfo_at is not None:
        return Verdict(Outcome.FAILED, Reason.TOKEN_USED)
    if screen is Screen.SIGNED_IN:
        return Verdict(Outcome.FAILED, Reason.LET_IN)
    if observed.redeemed_at is None:
        return Verdict(None, Reason.CODE_NOT_REDEEMED)
    return _PASSED


def _level_refused(observed: Observed, screen: Screen) -> Verdict:
    if not observed.with_level:
        return Verdict(None, Reason.NO_LEVEL_ASKED)
    if screen is Screen.SIGNED_IN:
        return Verdict(Outcome.FAILED, Reason.LET_IN)
    if observed.redeemed_at is None:
        return Verdict(None, Reason.CODE_NOT_REDEEMED)
    return _PASSED


def _answer_refused(observed: Observed, screen: Screen) -> Verdict:
    if not observed.with_state:
        return Verdict(Outcome.FAILED, Reason.NO_STATE_SENT)
    if observed.code_uses:
        return Verdict(Outcome.FAILED, Reason.CODE_REDEEMED)
    if screen is Screen.SIGNED_IN:
        return Verdict(Outcome.FAILED, Reason.LET_IN)
    return _PASSED


def _state_spent(observed: Observed) -> Verdict:
    if observed.redeemed_at is None:
        return Verdict(None, Reason.CODE_NOT_REDEEMED)
    if not observed.sent_again:
        return Verdict(None, Reason.NOT_SENT_AGAIN)
    if observed.code_uses > 1:
        return Verdict(Outcome.FAILED, Reason.CODE_SENT_TWICE)
    return _PASSED


def _explained(screen: Screen) -> Verdict:
    if screen is Screen.SIGNED_IN:
        return Verdict(Outcome.FAILED, Reason.LET_IN)
    if screen is Screen.BROKEN:
        return Verdict(Outcome.FAILED, Reason.NOT_EXPLAINED)
    return _PASSED


def _signed_out(observed: Observed, screen: Screen) -> Verdict:
    if observed.redeemed_at is None:
        return Verdict(None, Reason.CODE_NOT_REDEEMED)
    if observed.forged_logout is None or observed.logout is None:
        return Verdict(None, Reason.NOT_TOLD)
    if _is_taken(observed.forged_logout):
        return Verdict(Outcome.FAILED, Reason.FORGED_TOKEN_TAKEN)
    if not _is_taken(observed.logout):
        return Verdict(Outcome.FAILED, Reason.LOGOUT_NOT_TAKEN)
    if screen is Screen.SIGNED_IN:
        return Verdict(Outcome.FAILED, Reason.STILL_SIGNED_IN)
    return _PASSED


def _is_taken(status: int) -> bool:
    return answered(status) is DeliveryState.DELIVERED


def class_given(request: AuthorizationRequest, relying_party: RelyingParty) -> str:
    """The class that the invented person reaches: the highest that is asked, or the usual one."""
    asked = _asked(request, relying_party)
    return max(asked, key=ACR_CLASSES.index) if asked else USUAL_CLASS


def class_below(request: AuthorizationRequest, relying_party: RelyingParty) -> str | None:
    """The class just below the least that is asked; `None` where none is, or the lowest."""
    asked = _asked(request, relying_party)
    if not asked:
        return None
    least = min(map(ACR_CLASSES.index, asked))
    return ACR_CLASSES[least - 1] if least else None


def _asked(request: AuthorizationRequest, relying_party: RelyingParty) -> Collection[str]:
    minimum = relying_party.minimum_acr
    named = (*request.acr_values, *(() if minimum is None else (minimum,)))
    return [name for name in named if name in ACR_CLASSES]


def is_passed(outcomes: Mapping[CaseName, Outcome]) -> bool:
    """Whether each case of today's table was passed, or does not apply."""
    return all(name in outcomes and outcomes[name] is not Outcome.FAILED for name in CASES)
