"""A Chromium of this machine, without a window: the shell made for that where there is one."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from typing import Final

import pytest
from playwright.sync_api import Browser, sync_playwright

# The shell first: the same engine without the frame around pages that nobody sees, which costs
# more than the pages, most of all for each new profile.
BROWSERS: Final = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)
ARGUMENTS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    # One process for all pages of a profile, whichever sites they are of: each further one costs as
    # much as two pages. Cookies, policies and origins are kept apart all the same.
    "--renderer-process-limit=1",
    "--disable-site-isolation-trials",
)


@contextmanager
def running_chromium() -> Iterator[Browser]:
    """Start it; the test is skipped, with the reason, where none can be driven."""
    found = _found()
    if found is None:
        pytest.skip("no Chromium on this machine (apt-get install chromium-headless-shell)")
    with ExitStack() as stack:
        try:
            playwright = stack.enter_context(sync_playwright())
        except Exception as error:  # noqa: BLE001 (Playwright raises no other)
            pytest.skip(f"Playwright's driver does not start here: {error} (libatomic1?)")
        browser = playwright.chromium.launch(executable_path=found, args=[*ARGUMENTS])
        stack.callback(browser.close)
        yield browser


@contextmanager
def running_undrawn(browser: Browser) -> Iterator[Browser]:
    """
    Start another one beside *browser*, whose pages are laid out and never drawn.

    Drawing is a third of what a page costs. What waits for the next frame waits for ever: this one
    is for looking at pages, not for pressing anything.
    """
    undrawn = browser.browser_type.launch(
        executable_path=_found(), args=[*ARGUMENTS, "--disable-threaded-compositing"]
    )
    with closing(undrawn):
        yield undrawn


def _found() -> str | None:
    return next(filter(None, map(shutil.which, BROWSERS)), None)
