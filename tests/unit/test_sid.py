"""The session's name in tokens."""

import re

from idp.citizens.rules import pairwise_subject
from idp.core.mac import Mac
from idp.sessions.model import SessionId
from idp.sessions.rules import sid
from tests.fakes.people import BINH, NOON, session_of

KEY = Mac(b"k" * 32)
SESSION = SessionId("session")


def test_portals_of_two_sectors_cannot_join_their_citizens_by_it() -> None:
    assert sid(KEY, "binh-dinh", SESSION) != sid(KEY, "dak-lak", SESSION)


def test_it_is_the_same_each_time_and_another_for_each_session() -> None:
    assert sid(KEY, "binh-dinh", SESSION) == sid(KEY, "binh-dinh", SESSION)
    assert sid(KEY, "binh-dinh", SESSION) != sid(KEY, "binh-dinh", SessionId("another"))


def test_it_cannot_be_told_from_the_session_without_the_key() -> None:
    assert sid(KEY, "binh-dinh", SESSION) != sid(Mac(b"l" * 32), "binh-dinh", SESSION)
    assert re.fullmatch(r"[A-Za-z0-9_-]{32}", sid(KEY, "binh-dinh", SESSION))


def test_it_shares_nothing_with_subjects_made_by_the_same_key() -> None:
    assert sid(KEY, "s", SessionId(BINH)) != pairwise_subject(KEY, "s", BINH)


def test_signing_in_again_keeps_the_name() -> None:
    session = session_of()
    later = session_of(auth_time=NOON).authentication

    assert session.signed_in_again(later).id == session.id
