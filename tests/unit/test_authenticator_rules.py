"""The rules of authenticators: what comes first, what is enough, what must stay."""

import tracemalloc
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.account.authenticators.rules import Consequence, consequence
from idp.authenticators.model import AuthenticatorKind, Factors, SecondFactor
from idp.authenticators.rules import (
    CODE_ALPHABET,
    CODE_LENGTH,
    recovery_code_as_shown,
    recovery_code_as_typed,
    ways,
)
from idp.core.phone_number import PhoneNumber
from idp.interactions.model import Prompt
from idp.interactions.rules import Facts, Step, next_step
from idp.login.rules import one_factor_is_enough
from idp.sessions.rules import (
    PASSWORD_ALONE,
    PASSWORD_AND_APP,
    PASSWORD_AND_RECOVERY_CODE,
    PASSWORD_AND_SMS,
    acr_reached,
    authentication_level,
    passkey_methods,
)
from idp.web.device import DeviceName, device_name
from tests.fakes.people import AN, NOON, interaction_of, request_of, session_of

PASSKEY, APP, SMS, CODE = SecondFactor
NOTHING = Factors(
    passkey=False, app=False, recovery_code=False, known=False, remembered=False, number=None
)
PHONE_ALONE = replace(NOTHING, number=PhoneNumber.parse("0912000001"))
EVERYTHING = replace(PHONE_ALONE, passkey=True, app=True, recovery_code=True)


def test_the_strongest_comes_first() -> None:
    assert ways(EVERYTHING) == (PASSKEY, APP, SMS, CODE)
    assert ways(PHONE_ALONE) == (SMS,)
    assert ways(NOTHING) == ()


@given(st.text(CODE_ALPHABET, min_size=CODE_LENGTH, max_size=CODE_LENGTH))
def test_a_recovery_code_is_read_as_it_is_shown_however_it_is_typed(code: str) -> None:
    shown = recovery_code_as_shown(code)

    for typed in (shown, shown.lower(), code, f" {shown} ", shown.replace("0", "O")):
        assert recovery_code_as_typed(typed) == code


@pytest.mark.parametrize(
    ("amr", "level"),
    [
        (PASSWORD_ALONE, 1),
        (PASSWORD_AND_SMS, 2),
        (PASSWORD_AND_APP, 2),
        (PASSWORD_AND_RECOVERY_CODE, 2),
        (passkey_methods(copyable=True), 3),
        (passkey_methods(copyable=False), 3),
        (passkey_methods(copyable=False, with_password=True), 3),
        (("hwk",), 1),
        (("otp", "sms"), 1),
    ],
)
def test_a_sign_in_is_as_strong_as_its_methods(amr: tuple[str, ...], level: int) -> None:
    assert authentication_level(amr) == level


def test_methods_are_named_as_rfc_8176_names_them() -> None:
    assert passkey_methods(copyable=False) == ("hwk", "user", "mfa")
    assert passkey_methods(copyable=True, with_password=True) == ("pwd", "swk", "user", "mfa")
    assert "mfa" not in PASSWORD_ALONE


def test_only_a_passkey_reaches_the_third_class() -> None:
    assert acr_reached(3, authentication_level(PASSWORD_AND_APP))[0] == "LoA2"
    assert acr_reached(3, authentication_level(passkey_methods(copyable=True)))[0] == "LoA3"


@pytest.mark.parametrize(
    ("wishes", "minimum_acr", "enough"),
    [
        ({}, None, "enough"),
        ({"acr_values": ("LoA1",)}, "LoA1", "enough"),
        ({"acr_values": ("LoA2", "LoA1")}, None, "not"),
        ({}, "LoA2", "not"),
        ({"prompt": frozenset({Prompt.LOGIN})}, None, "not"),
        ({"max_age": 0}, None, "not"),
    ],
)
def test_a_remembered_device_is_enough_where_nobody_asks_for_more(
    wishes: dict[str, object], minimum_acr: str | None, enough: str
) -> None:
    interaction = interaction_of(request_of(**wishes))

    assert one_factor_is_enough(interaction, minimum_acr=minimum_acr) is (enough == "enough")


def test_it_is_never_enough_before_what_matters_is_changed() -> None:
    ours = interaction_of(None)

    assert one_factor_is_enough(ours, minimum_acr=None)
    assert not one_factor_is_enough(ours.with_(fresh=True), minimum_acr=None)
    assert not one_factor_is_enough(ours.with_(sign_in_again_from=NOON), minimum_acr=None)


@pytest.mark.parametrize(
    ("wishes", "step"),
    [
        ({"acr_values": ("LoA2",)}, Step.LOGIN),
        ({"acr_values": ("LoA2", "LoA1")}, Step.RESPOND),
        ({"acr_values": ("LoA1",)}, Step.RESPOND),
        ({"acr_values": ("LoA2",), "prompt": frozenset({Prompt.NONE})}, Step.RESPOND),
        ({}, Step.RESPOND),
    ],
)
def test_a_session_of_one_factor_is_not_what_a_higher_class_was_wished_for(
    wishes: dict[str, object], step: Step
) -> None:
    interaction = interaction_of(request_of(**wishes)).with_(account_chosen=True)

    for amr, expected in ((PASSWORD_ALONE, step), (PASSWORD_AND_SMS, Step.RESPOND)):
        assert next_step(interaction, Facts(session_of(amr=amr))) is expected


@pytest.mark.parametrize(
    ("factor", "step"),
    [
        (None, Step.OTP),
        (SMS, Step.OTP),
        (APP, Step.APP_CODE),
        (PASSKEY, Step.PASSKEY),
        (CODE, Step.RECOVERY_CODE),
    ],
)
def test_the_step_after_the_password_is_the_factor_that_was_asked_for(
    factor: SecondFactor | None, step: Step
) -> None:
    interaction = interaction_of(None).with_(password_verified=AN, second_factor=factor)

    assert next_step(interaction, Facts(None)) is step


@pytest.mark.parametrize(
    ("kind", "remaining", "last_passkey", "demanded", "expected"),
    [
        ("device", (), 0, 0, Consequence.NONE),
        ("app", (PASSKEY, SMS), 0, 0, Consequence.NONE),
        ("app", (SMS, CODE), 0, 0, Consequence.LAST_STRONG),
        ("app", (), 0, 0, Consequence.LAST_WAY),
        ("passkey", (CODE,), 1, 1, Consequence.LAST_WAY),
        ("passkey", (APP, SMS), 1, 1, Consequence.NEEDED),
        ("passkey", (PASSKEY, SMS), 0, 1, Consequence.NONE),
        ("passkey", (APP, SMS), 1, 0, Consequence.NONE),
    ],
)
def test_what_follows_is_said_before_one_is_taken_away(
    kind: str,
    remaining: tuple[SecondFactor, ...],
    last_passkey: int,
    demanded: int,
    expected: Consequence,
) -> None:
    found = consequence(
        AuthenticatorKind(kind),
        remaining=remaining,
        is_last_passkey=bool(last_passkey),
        demanded=bool(demanded),
    )

    assert found is expected


@pytest.mark.parametrize(
    ("user_agent", "browser", "system"),
    [
        (
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
                " coc_coc_browser/120 Chrome/114 Safari/537.36"
            ),
            "Cốc Cốc",
            "Windows",
        ),
        (
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15"
                " Version/17.0 Mobile/15E148 Safari/604.1"
            ),
            "Safari",
            "iPhone",
        ),
        (
            (
                "Mozilla/5.0 (Linux; Android 14; SM-A155F) AppleWebKit/537.36 SamsungBrowser/25.0"
                " Chrome/121 Mobile Safari/537.36"
            ),
            "Samsung Internet",
            "Android",
        ),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Firefox/128.0", "Firefox", "Linux"),
        ("curl/8.5", "", ""),
        ("x" * 100_000, "", ""),
    ],
)
def test_a_device_is_named_in_two_words(user_agent: str, browser: str, system: str) -> None:
    assert device_name(user_agent) == DeviceName(browser, system)


def test_nobody_fills_a_process_with_what_a_browser_says_of_itself() -> None:
    tracemalloc.start()
    try:
        for number in range(100):
            device_name(f"{number} {'x' * 60_000}")
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert held < 1_000_000
