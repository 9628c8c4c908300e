"""What differs between two registrations, part by part, in the order of the page."""

from typing import Any

from idp.onboarding.diff import FIELDS, FieldChange, diff, lines
from idp.relying_parties.registration import MEMBERS
from tests.fakes.registrations import registration


def changed(**changes: Any) -> list[FieldChange]:
    return list(diff(registration("portal"), registration("portal", **changes)))


def test_the_same_is_no_difference() -> None:
    assert changed() == []


def test_every_member_has_words_in_both_languages() -> None:
    assert set(FIELDS) == MEMBERS
    assert all(words.vi and words.en for words in FIELDS.values())


def test_of_a_list_the_parts_that_go_and_come_are_told() -> None:
    kept, gone = registration("portal")["redirect_uris"]
    [change] = changed(redirect_uris=[kept, "https://new.example/cb"])

    assert change.field == "redirect_uris"
    assert change.removed == (gone,)
    assert change.added == ("https://new.example/cb",)


def test_scopes_are_told_one_by_one() -> None:
    [change] = changed(scope="openid profile email")

    assert set(change.removed) == {"phone", "identity_number"}
    assert change.added == ()


def test_what_is_left_out_or_new_has_no_lines_there() -> None:
    new, gone = changed(initiate_login_uri=None, policy_uri="https://a.example/policy")

    assert (new.field, new.before, new.after) == ("policy_uri", (), ("https://a.example/policy",))
    assert (gone.field, gone.before, gone.after) == (
        "initiate_login_uri",
        ("https://portal.example/start",),
        (),
    )


def test_flags_numbers_and_keys_are_one_line_each() -> None:
    assert lines("require_pkce", False) == ("false",)
    assert lines("default_max_age", 300) == ("300",)
    assert lines("jwks", {"keys": [{"kty": "EC", "kid": "a"}, {"kty": "RSA"}]}) == (
        '{"kid": "a", "kty": "EC"}',
        '{"kty": "RSA"}',
    )


def test_the_order_is_that_of_the_page() -> None:
    fields = [change.field for change in changed(claims=[], sms_name="A", client_name="B")]

    assert fields == ["client_name", "sms_name", "claims"]
