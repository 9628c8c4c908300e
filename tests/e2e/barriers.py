"""
What axe finds on many pages that are made of the same parts: each part is looked at once.

A page is an element in an element in an element. What axe says of one depends on what it is and
stands in, on its attributes, on what they refer to, and on the order of what it holds: that is a
part. Left out are words and what only names something (addresses, ids, values): whether they are
there, not what they say. Ids that are there twice are a matter of the whole page, and
`test_web_pages.py` looks for them on each; so is the order of headings and landmarks, which counts
as one more part. A page on which every part was seen before on another one is not drawn. Of the
others, what holds nothing new is left out, though rules about whole pages see the whole.

Colours depend on an element and what it stands in alone.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from playwright.sync_api import Page

AXE: Final = Path(__file__).parent / "axe" / "axe.min.js"
RULES: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
CONTRAST: Final = ["color-contrast"]
_WRITE: Final = """async html => {
    document.open();
    const loaded = new Promise(resolve => addEventListener("load", resolve, {once: true}));
    document.write(html);
    document.close();
    await loaded;
}"""
_RUN: Final = """rules => axe.run({exclude: [["[data-seen]"]]}, {
    runOnly: rules, resultTypes: ["violations"]
}).then(result => result.violations.map(
    violation => violation.id + ": " + violation.nodes.map(node => node.target.join(" "))))"""
# Defines `unseen`, which gives the page with what was seen before marked, or null if that is all.
_UNSEEN: Final = """inOrder => {
    const names = new Set([
        "action", "alt", "aria-label", "content", "d", "datetime", "height", "href", "id", "name",
        "src", "title", "value", "width", "x", "y",
    ]);
    const references = new Set(["aria-controls", "aria-describedby", "aria-labelledby", "for"]);
    const outlined = "h1, h2, h3, h4, h5, h6, header, nav, main, footer, section, form, [role]";
    const seen = new Set(), numbers = new Map();
    const number = text => numbers.get(text)
        ?? numbers.set(text, String(numbers.size)).get(text);
    const once = list => list.filter((one, place) => one !== list[place - 1]).join(" ");
    const told = ({name, value, ownerElement}) => {
        if (references.has(name)) {
            const document = ownerElement.ownerDocument;
            const named = value.split(" ").map(id => document.getElementById(id)?.localName);
            return `${name}=${named.join()}`;
        }
        const counts = !names.has(name) && !name.startsWith("data-");
        return counts ? `${name}=${value}` : `${name}${value && "=…"}`;
    };
    const shape = element => number([
        element.localName, element.labels?.length, ...Array.from(element.attributes, told).sort(),
    ].join(" "));
    // The language, which the root has, is nothing that a part stands in.
    const parts = (element, around, found) => {
        const own = number(`${around} ${shape(element)}`), inside = [];
        let isNew = false;
        for (const child of element.childNodes) {
            if (child.nodeType === Node.ELEMENT_NODE) {
                inside.push(shape(child));
                isNew = parts(child, element.parentElement ? own : "", found) || isNew;
            } else if (child.nodeType === Node.TEXT_NODE && child.data.trim()) {
                inside.push("text");
            }
        }
        const part = inOrder ? `${own}: ${once(inside)}` : own;
        found.add(part);
        return element.isNew = isNew || !seen.has(part);
    };
    window.unseen = html => {
        const page = new DOMParser().parseFromString(html, "text/html"), found = new Set();
        const root = page.documentElement;
        parts(root, "", found);
        if (inOrder) {
            const outline = once(Array.from(page.querySelectorAll(outlined), element => [
                element.localName, element.getAttribute("role"), element.getAttribute("aria-label"),
            ].join()));
            found.add(outline);
            root.isNew ||= !seen.has(outline);
        }
        found.forEach(part => seen.add(part));
        if (!root.isNew) return null;
        for (const element of page.body.querySelectorAll("*"))
            if (!element.isNew && element.parentElement.isNew) element.dataset.seen = "";
        return `<!doctype html>${root.outerHTML}`;
    };
}"""


class Examiner:
    """A window in which pages are looked at, each part once."""

    def __init__(self, page: Page, rules: list[str]) -> None:
        """
        *page*: opened after `add_init_script(path=AXE)`, it shows one with the styles of all.

        It keeps its size and colour scheme.
        """
        self._page = page
        self._rules = rules
        page.evaluate(_UNSEEN, rules != CONTRAST)

    def examine(self, html: str) -> list[str]:
        """What axe finds on the page *html*, in the parts that no page before it had."""
        marked = self._page.evaluate("html => unseen(html)", html)
        if marked is None:
            return []
        self._page.evaluate(_WRITE, marked)
        found: list[str] = self._page.evaluate(_RUN, self._rules)
        return found


def barriers(page: Page, states: Mapping[str, str], rules: list[str]) -> dict[str, list[str]]:
    """What axe finds on each of *states*, pages by their names; see `Examiner`."""
    examiner = Examiner(page, rules)
    # The largest first: what the others are made of.
    ordered = sorted(states.items(), key=lambda state: (-len(state[1]), state[0]))
    found = {name: examiner.examine(html) for name, html in ordered}
    return {name: faults for name, faults in found.items() if faults}
