"""
Presses and types where that can be done at once.

Playwright's own way puts a third of a megabyte of script into each page first, and waits for two
frames of it: together they cost as much as the page. What is not there yet, lies under something
else or takes no text is left to Playwright, which waits for it, or says what is in the way.
"""

from collections.abc import Mapping
from typing import Final

from playwright.sync_api import Page

_PLACE: Final = """name => {
    const element = document.getElementById(name);
    if (!element || element.matches(":disabled, [aria-disabled=true]")) return null;
    element.scrollIntoView({behavior: "instant", block: "nearest"});
    const box = element.getBoundingClientRect();
    const x = box.x + box.width / 2, y = box.y + box.height / 2;
    return element.contains(document.elementFromPoint(x, y)) ? [x, y] : null;
}"""
_TYPE: Final = """texts => Object.keys(texts).filter(name => {
    const field = document.getElementById(name), text = texts[name];
    if (!field?.checkVisibility() || !field.matches(":enabled:read-write")) return true;
    field.focus();
    field.select();
    if (!text && !field.value) return false;
    return !document.execCommand(text ? "insertText" : "delete", false, text);
})"""


def click(page: Page, name: str) -> None:
    """Press the mouse on what has this id."""
    place = page.evaluate(_PLACE, name)
    if place is None:
        page.click(f"#{name}")
    else:
        page.mouse.click(*place)


def type_into(page: Page, texts: Mapping[str, str]) -> None:
    """Type each text into the field with its id, instead of what is in it."""
    for name in page.evaluate(_TYPE, dict(texts)):
        page.fill(f"#{name}", texts[name])
