"""What a case comes to, from what we saw and what the tester saw."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from idp.core.environment import Environment
from idp.integration_tests.cases import CASES, Must
from idp.integration_tests.model import CaseName, Observed, Outcome, Reason, Screen, Verdict
from idp.integration_tests.rules import (
    can_be_tested,
    class_below,
    class_given,
    is_passed,
    judge,
    may_not_apply,
)
from idp.interactions.model import AuthorizationRequest
from idp.relying_parties.model import ClientId, LogoutAddresses, RelyingParty
from idp.relying_parties.registration import parse_registration
from tests.fakes.registrations import BASIC, registration

AT = datetime(2026, 11, 21, 2, 12, tzinfo=UTC)
IN, AWAY, BROKEN = Screen.SIGNED_IN, Screen.TURNED_AWAY, Screen.BROKEN
PASSED = Verdict(Outcome.PASSED)
ASKED = Observed(asked_at=AT, with_state=True, with_nonce=True, with_level=True)
REDEEMED = replace(ASKED, redeemed_at=AT, code_uses=1)
TOKEN_CASES = [name for name, case in CASES.items() if case.must is Must.REFUSE_TOKEN]


def of(name: CaseName, observed: Observed, screen: Screen) -> Verdict:
    return judge(CASES[name], observed, screen, may_not_apply=False)


def failed(reason: Reason) -> Verdict:
    return Verdict(Outcome.FAILED, reason)


def unclear(reason: Reason) -> Verdict:
    return Verdict(None, reason)


def relying_party(**changes: Any) -> RelyingParty:
    return replace(parse_registration(registration(BASIC)).relying_party, **changes)


def test_each_name_has_its_case_and_its_clause() -> None:
    assert set(CASES) == set(CaseName)
    assert all(case.clause for case in CASES.values())


@pytest.mark.parametrize("name", CaseName)
@pytest.mark.parametrize("screen", [IN, AWAY, BROKEN])
def test_what_never_began_is_not_judged(name: CaseName, screen: Screen) -> None:
    assert of(name, Observed(), screen) == unclear(Reason.NOT_BEGUN)


@pytest.mark.parametrize("name", TOKEN_CASES)
class TestWrongToken:
    def test_refused_in_whatever_words(self, name: CaseName) -> None:
        assert of(name, REDEEMED, AWAY) == PASSED
        assert of(name, REDEEMED, BROKEN) == PASSED

    def test_whoever_uses_the_access_token_believed_it(self, name: CaseName) -> None:
        used = replace(REDEEMED, userinfo_at=AT)

        assert of(name, used, AWAY) == failed(Reason.TOKEN_USED)

    def test_whoever_lets_in_believed_it(self, name: CaseName) -> None:
        assert of(name, REDEEMED, IN) == failed(Reason.LET_IN)

    def test_a_portal_that_never_saw_the_token_has_not_refused_it(self, name: CaseName) -> None:
        assert of(name, ASKED, AWAY) == unclear(Reason.CODE_NOT_REDEEMED)


def test_without_a_nonce_there_is_nothing_to_compare() -> None:
    without = replace(REDEEMED, with_nonce=False)

    assert of(CaseName.WRONG_NONCE, without, AWAY) == failed(Reason.NO_NONCE_SENT)
    assert of(CaseName.WRONG_ISSUER, without, AWAY) == PASSED


def test_a_wrong_state_ends_before_the_code() -> None:
    name = CaseName.WRONG_STATE

    assert of(name, ASKED, AWAY) == PASSED
    assert of(name, replace(ASKED, with_state=False), AWAY) == failed(Reason.NO_STATE_SENT)
    assert of(name, replace(ASKED, code_uses=1), AWAY) == failed(Reason.CODE_REDEEMED)
    assert of(name, ASKED, IN) == failed(Reason.LET_IN)


def test_an_old_answer_is_judged_by_the_code_alone() -> None:
    name, again = CaseName.REPLAYED_CODE, replace(REDEEMED, sent_again=True)

    assert of(name, again, IN) == PASSED
    assert of(name, REDEEMED, AWAY) == unclear(Reason.NOT_SENT_AGAIN)
    assert of(name, ASKED, AWAY) == unclear(Reason.CODE_NOT_REDEEMED)
    assert of(name, replace(again, code_uses=2), AWAY) == failed(Reason.CODE_SENT_TWICE)


@pytest.mark.parametrize("name", [CaseName.GOOD_SIGN_IN, CaseName.UNKNOWN_KEY])
def test_what_is_good_has_to_be_let_in(name: CaseName) -> None:
    assert of(name, REDEEMED, IN) == PASSED
    assert of(name, REDEEMED, AWAY) == failed(Reason.NOT_LET_IN)
    assert of(name, ASKED, IN) == unclear(Reason.CODE_NOT_REDEEMED)


def test_a_refusal_by_the_citizen_has_to_be_explained() -> None:
    name = CaseName.ACCESS_DENIED

    assert of(name, ASKED, AWAY) == PASSED
    assert of(name, ASKED, BROKEN) == failed(Reason.NOT_EXPLAINED)
    assert of(name, ASKED, IN) == failed(Reason.LET_IN)


def test_what_needs_a_level_stays_shut() -> None:
    name = CaseName.LOWER_LEVEL

    assert of(name, replace(REDEEMED, userinfo_at=AT), AWAY) == PASSED  # signed in with less
    assert of(name, REDEEMED, IN) == failed(Reason.LET_IN)
    assert of(name, ASKED, AWAY) == unclear(Reason.CODE_NOT_REDEEMED)
    assert of(name, replace(REDEEMED, with_level=False), AWAY) == unclear(Reason.NO_LEVEL_ASKED)


@pytest.mark.parametrize(
    ("forged", "real", "screen", "verdict"),
    [
        (400, 200, AWAY, PASSED),
        (403, 204, AWAY, PASSED),
        (0, 200, AWAY, PASSED),
        (200, 200, AWAY, failed(Reason.FORGED_TOKEN_TAKEN)),
        (400, 400, AWAY, failed(Reason.LOGOUT_NOT_TAKEN)),
        (0, 0, AWAY, failed(Reason.LOGOUT_NOT_TAKEN)),
        (400, 200, IN, failed(Reason.STILL_SIGNED_IN)),
    ],
)
def test_a_sign_out_is_honoured_when_it_is_genuine(
    forged: int, real: int, screen: Screen, verdict: Verdict
) -> None:
    told = replace(REDEEMED, forged_logout=forged, logout=real)

    assert of(CaseName.SIGN_OUT, told, screen) == verdict


def test_a_sign_out_that_was_not_sent_is_not_judged() -> None:
    assert of(CaseName.SIGN_OUT, REDEEMED, AWAY) == unclear(Reason.NOT_TOLD)


@pytest.mark.parametrize("name", CaseName)
def test_nobody_skips_a_case_by_saying_so(name: CaseName) -> None:
    assert of(name, REDEEMED, Screen.DOES_NOT_APPLY) == unclear(Reason.APPLIES)


def test_what_a_portal_does_not_have_does_not_apply() -> None:
    level, sign_out = CASES[CaseName.LOWER_LEVEL], CASES[CaseName.SIGN_OUT]
    no_level = replace(REDEEMED, with_level=False)
    told = LogoutAddresses(backchannel_uri="https://portal.example/logout")

    assert may_not_apply(level, relying_party(), no_level)
    assert not may_not_apply(level, relying_party(), REDEEMED)
    assert not may_not_apply(level, relying_party(), Observed())  # nobody has looked yet
    assert not may_not_apply(level, relying_party(minimum_acr="LoA2"), no_level)
    assert may_not_apply(sign_out, relying_party(), Observed())
    assert not may_not_apply(sign_out, relying_party(logout=told), Observed())
    assert not may_not_apply(CASES[CaseName.WRONG_ISSUER], relying_party(), no_level)


@pytest.mark.parametrize(
    ("asked", "minimum", "given", "below"),
    [
        ((), None, "LoA2", None),
        (("LoA1",), None, "LoA1", None),
        (("LoA2",), None, "LoA2", "LoA1"),
        (("LoA3", "LoA2"), None, "LoA3", "LoA1"),
        ((), "LoA3", "LoA3", "LoA2"),
        (("LoA2",), "LoA3", "LoA3", "LoA1"),
        (("urn:other",), None, "LoA2", None),
    ],
)
def test_a_lower_class_is_below_all_that_is_asked(
    asked: tuple[str, ...], minimum: str | None, given: str, below: str | None
) -> None:
    request = AuthorizationRequest(
        client_id=ClientId(BASIC), redirect_uri="", scope=("openid",), acr_values=asked
    )
    party = relying_party(minimum_acr=minimum)

    assert class_given(request, party) == given
    assert class_below(request, party) == below


def test_only_what_is_enabled_in_the_sandbox_can_be_tested() -> None:
    assert can_be_tested(relying_party())
    assert not can_be_tested(relying_party(environment=Environment.PRODUCTION))
    assert not can_be_tested(relying_party(enabled=False))
    assert not can_be_tested(None)


def test_a_run_is_passed_when_nothing_failed_and_nothing_is_missing() -> None:
    whole = dict.fromkeys(CASES, Outcome.PASSED)

    assert is_passed(whole)
    assert is_passed(whole | {CaseName.SIGN_OUT: Outcome.NOT_APPLICABLE})
    assert not is_passed(whole | {CaseName.EXPIRED: Outcome.FAILED})
    assert not is_passed({name: Outcome.PASSED for name in CASES if name != CaseName.EXPIRED})
