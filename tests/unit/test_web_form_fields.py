"""The fields of a form are made once, and each form has its own."""

import pytest
from werkzeug.datastructures import ImmutableMultiDict

from idp.web.csrf import CsrfFailed
from idp.web.forms import Form, LineField


class NameForm(Form):
    """One field."""

    name = LineField("Tên")


def form_in(browser: str, **typed: str) -> NameForm:
    """The form as *browser* is shown it, or posts it."""
    return NameForm(ImmutableMultiDict(typed) if typed else None, meta={"csrf_context": browser})


def test_what_one_form_was_given_no_other_form_has() -> None:
    first, second = form_in("a", name="An", csrf_token="a"), form_in("b", name="Bình")
    first["name"].label.text = "Họ"
    first.fail("name", "sai")

    third = form_in("c")

    assert (first["name"].data, second["name"].data, third["name"].data) == ("An", "Bình", "")
    assert (first["name"].label.text, third["name"].label.text) == ("Họ", "Tên")
    assert [len(form["name"].errors) for form in (first, second, third)] == [1, 0, 0]


def test_each_form_is_bound_to_its_own_browser() -> None:
    assert [vars(form_in(browser)["csrf_token"])["current_token"] for browser in "abc"] == [
        "a",
        "b",
        "c",
    ]

    form_in("a", csrf_token="a").check_token()
    with pytest.raises(CsrfFailed):
        form_in("b", csrf_token="a").check_token()
