"""How a site and a browser at it stand, to be brought back as often as wanted."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import redis

from idp.db.database import Database
from tests.fakes.citizen_site import Browser, Site

_ROLLS_BACK = (
    b"\x01\x01"  # the file format's bytes 18 and 19; a copy in memory has no other journal
)


def remembered(site: Site, browser: Browser) -> Callable[[], None]:
    """
    Remember the database, Redis, the clock, the world outside, and *browser*.

    What is returned brings all of it back, and costs less than to walk there anew.
    """
    rows, entries, now = _rows(site.database), _entries(site.redis), site.clock.now()
    subscriptions, silent = dict(site.carriers.subscriptions), set(site.carriers.silent)
    texts, mails = list(site.sms.sent), list(site.mail.sent)
    page, cookies = dict(vars(browser)), dict(browser._client._cookies or {})

    def bring_back() -> None:
        _bring_back_rows(site.database, rows)
        _bring_back_entries(site.redis, entries)
        site.clock.set(now)
        site.carriers.subscriptions = dict(subscriptions)
        site.carriers.silent = set(silent)
        site.sms.sent[:], site.mail.sent[:] = texts, mails
        vars(browser).update(page)
        browser._client._cookies = dict(cookies)

    return bring_back


@contextmanager
def _file(database: Database) -> Iterator[sqlite3.Connection]:
    with closing(database.engine.raw_connection()) as pooled:
        assert isinstance(pooled.dbapi_connection, sqlite3.Connection)
        yield pooled.dbapi_connection


def _rows(database: Database) -> bytes:
    with _file(database) as connection:
        whole = connection.serialize()
    return whole[:18] + _ROLLS_BACK + whole[20:]


def _bring_back_rows(database: Database, rows: bytes) -> None:
    with closing(sqlite3.connect(":memory:")) as kept, _file(database) as connection:
        kept.deserialize(rows)
        kept.backup(connection)


def _entries(client: redis.Redis) -> list[tuple[bytes, int, bytes]]:
    keys = client.keys()
    with client.pipeline(transaction=False) as asking:
        for key in keys:
            asking.pttl(key)
            asking.dump(key)
        answers = asking.execute()
    lives, values = answers[::2], answers[1::2]
    return [
        (key, max(0, left), value)  # 0: for ever
        for key, left, value in zip(keys, lives, values, strict=True)
        if value is not None
    ]


def _bring_back_entries(client: redis.Redis, entries: list[tuple[bytes, int, bytes]]) -> None:
    with client.pipeline(transaction=False) as bringing:
        bringing.flushdb()
        for entry in entries:
            bringing.restore(*entry)
        bringing.execute()
