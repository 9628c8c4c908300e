"""In which window a journey is walked every day; in the other one at night."""

import pytest

_AT_NIGHT = pytest.mark.nightly

at_a_desk = pytest.mark.parametrize(
    "walk", ["wide", pytest.param("narrow", marks=_AT_NIGHT)], indirect=True
)
"""The wide window, with scripts."""

on_a_phone = pytest.mark.parametrize(
    "walk", ["narrow", pytest.param("wide", marks=_AT_NIGHT)], indirect=True
)
"""The narrow window, without scripts."""
