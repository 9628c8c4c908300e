"""Browser profiles that are handed on: a new one costs as much as half a dozen pages."""

from collections import defaultdict

from playwright.sync_api import Browser, BrowserContext, Error

WIDTHS = {"wide": 1280, "narrow": 320}


class Profiles:
    """
    Profiles of one browser, each with one empty window.

    Nothing in one tells who had it before: a page of ours leaves nothing in a browser but cookies
    and, as in everybody's, styles and letters in its cache.
    """

    def __init__(self, chromium: Browser) -> None:
        self._chromium = chromium
        self._free: dict[tuple[str, bool], list[BrowserContext]] = defaultdict(list)

    def take(self, *, width: str, scripts: bool) -> BrowserContext:
        """One that nobody has."""
        free = self._free[width, scripts]
        return free.pop() if free else self._new(width, scripts=scripts)

    def give_back(self, profile: BrowserContext, *, width: str, scripts: bool) -> None:
        """Forget all, for whoever takes it next; a window that does not let go is closed."""
        first, *others = profile.pages
        for page in others:
            page.close()
        try:
            first.goto("about:blank")
        except Error:
            profile.close()
            return
        profile.clear_cookies()
        self._free[width, scripts].append(profile)

    def _new(self, width: str, *, scripts: bool) -> BrowserContext:
        profile = self._chromium.new_context(
            java_script_enabled=scripts,
            viewport={"width": WIDTHS[width], "height": 900},
            locale="vi-VN",
            timezone_id="Asia/Ho_Chi_Minh",
            reduced_motion="reduce",
        )
        profile.new_page()
        return profile
