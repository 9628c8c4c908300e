"""The device behind a request, in the two words people know it by."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from idp.web.at_hand import request

# The first that fits: most browsers name those they descend from as well.
_BROWSERS: Final = (
    ("Cốc Cốc", re.compile(r"coc_coc_browser/", re.IGNORECASE)),
    ("Edge", re.compile(r"\bEdg(e|A|iOS)?/")),
    ("Opera", re.compile(r"\b(OPR|OPT)/")),
    ("Samsung Internet", re.compile(r"\bSamsungBrowser/")),
    ("Firefox", re.compile(r"\b(Firefox|FxiOS)/")),
    ("Chrome", re.compile(r"\b(Chrome|CriOS|HeadlessChrome)/")),
    ("Safari", re.compile(r"\bSafari/")),
)
_SYSTEMS: Final = (
    ("iPhone", re.compile(r"\biPhone\b")),
    ("iPad", re.compile(r"\biPad\b")),
    ("Android", re.compile(r"\bAndroid\b")),
    ("Windows", re.compile(r"\bWindows\b")),
    ("macOS", re.compile(r"\bMac OS X\b")),
    ("ChromeOS", re.compile(r"\bCrOS\b")),
    ("Linux", re.compile(r"\bLinux\b")),
)
_LONGEST_LOOKED_AT: Final = 512


@dataclass(frozen=True, slots=True)
class DeviceName:
    """Names from fixed lists; empty where none fits. What a browser says of itself is kept not."""

    browser: str
    system: str


def device_name(user_agent: str) -> DeviceName:
    """Return the names for a `User-Agent`; made-up ones do no harm: this is for people to read."""
    return _name_in(user_agent[:_LONGEST_LOOKED_AT])


# Most people have what others have. What is kept is cut: else a thousand made-up ones, of 64 KB
# each, would double a process.
@lru_cache(maxsize=1024)
def _name_in(text: str) -> DeviceName:
    def first(names: tuple[tuple[str, re.Pattern[str]], ...]) -> str:
        return next((name for name, pattern in names if pattern.search(text)), "")

    return DeviceName(first(_BROWSERS), first(_SYSTEMS))


def client_device() -> DeviceName:
    """The device of the client of this Flask request."""
    return device_name(request.user_agent.string)
