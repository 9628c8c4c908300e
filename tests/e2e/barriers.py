"""
What axe finds on many pages that are made of the same parts: each part is looked at once.

A page is an element in an element in an element. What axe says of one depends on what it is and
stands in, on its attributes, on what they refer to, and on the order of what it holds: that is a
part. Of what only sets others one below the other (`_FREE`) the order says nothing: whatever it
holds is a part with it. Left out are words and what only names something (addresses, ids, values):
whether they are there, not what they say. Ids that are there twice are a matter of the whole page,
and `test_web_pages.py` looks for them on each; so are which heading follows which, and the
landmarks, which count as parts. A page on which every part was seen before on another one is not
drawn. Of the others, what holds nothing new is left out, though rules about whole pages see the
whole.

Colours depend on an element and what it stands in alone. In the dark, nothing else differs: what is
new in that is looked at once more.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from playwright.sync_api import Page

AXE: Final = Path(__file__).parent / "axe" / "axe.min.js"
RULES: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_CONTRAST: Final = ["color-contrast"]
_FREE: Final = ["article", "body", "div", "footer", "form", "header", "main", "nav", "section"]
_RUN: Final = """([rules, seen]) => axe.run({exclude: [[`[data-${seen}]`]]}, {
    runOnly: rules, resultTypes: ["violations"]
}).then(result => result.violations.map(
    violation => violation.id + ": " + violation.nodes.map(node => node.target.join(" "))))"""
# Defines `draw`, which writes a page with what was seen before marked, unless that is all. It says
# whether it did (`drawn`), and whether anything in it can have new colours (`painted`).
_DRAW: Final = """free => {
    const names = new Set([
        "action", "alt", "aria-label", "content", "d", "datetime", "height", "href", "id", "name",
        "src", "title", "value", "width", "x", "y",
    ]);
    const references = new Set(["aria-controls", "aria-describedby", "aria-labelledby", "for"]);
    const landmarks = ["header", "nav", "main", "footer", "[role]"].concat(
        ["section", "form"].flatMap(one => [`${one}[aria-label]`, `${one}[aria-labelledby]`]));
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
        let isNew = false, isPainted = false;
        for (const child of element.childNodes) {
            if (child.nodeType === Node.ELEMENT_NODE) {
                inside.push(shape(child));
                parts(child, element.parentElement ? own : "", found);
                isNew ||= child.isNew;
                isPainted ||= child.isPainted;
            } else if (child.nodeType === Node.TEXT_NODE && child.data.trim()) {
                inside.push("text");
            }
        }
        const isFree = free.includes(element.localName);
        const part = `${own}: ${isFree ? inside.includes("text") : once(inside)}`;
        found.add(own).add(part);
        element.isPainted = isPainted || !seen.has(own);
        element.isNew = isNew || !seen.has(part);
    };
    const ofTheWhole = page => {
        const headings = page.querySelectorAll("h1, h2, h3, h4, h5, h6");
        const levels = Array.from(headings, one => one.localName);
        const marks = Array.from(page.querySelectorAll(landmarks.join()), element => [
            element.localName, element.getAttribute("role"), element.getAttribute("aria-label"),
        ].join());
        const following = ["", ...levels].map((one, place) => `${one} < ${levels[place] ?? ""}`);
        return [...following, marks.sort().join(" ")];
    };
    window.draw = async html => {
        const page = new DOMParser().parseFromString(html, "text/html"), found = new Set();
        const root = page.documentElement;
        parts(root, "", found);
        for (const part of ofTheWhole(page)) {
            root.isNew ||= !seen.has(part);
            found.add(part);
        }
        found.forEach(part => seen.add(part));
        if (!root.isNew) return {drawn: false, painted: false};
        for (const element of page.body.querySelectorAll("*")) {
            const around = element.parentElement;
            if (!element.isNew && around.isNew) element.dataset.seen = "";
            if (!element.isPainted && around.isPainted) element.dataset.painted = "";
        }
        document.open();
        const loaded = new Promise(resolve => addEventListener("load", resolve, {once: true}));
        document.write(`<!doctype html>${root.outerHTML}`);
        document.close();
        await loaded;
        return {drawn: true, painted: root.isPainted};
    };
}"""


class Examiner:
    """A window in which pages are looked at, each part once."""

    def __init__(self, page: Page, *, in_the_dark: bool = True) -> None:
        """
        *page*: opened in the light, without motion, after `add_init_script(path=AXE)`, it shows one
        with the styles of all, and keeps its size. *in_the_dark*: they are looked at there too.
        """
        self._page = page
        self._in_the_dark = in_the_dark
        page.evaluate(_DRAW, _FREE)

    def examine(self, html: str) -> list[str]:
        """What axe finds on the page *html*, in the parts that no page before it had."""
        page = self._page
        is_new: dict[str, bool] = page.evaluate("html => draw(html)", html)
        if not is_new["drawn"]:
            return []
        found: list[str] = page.evaluate(_RUN, [RULES, "seen"])
        if self._in_the_dark and is_new["painted"]:
            page.emulate_media(color_scheme="dark")
            found += [f"dark: {fault}" for fault in page.evaluate(_RUN, [_CONTRAST, "painted"])]
            page.emulate_media(color_scheme="light")
        return found


def barriers(page: Page, states: Mapping[str, str]) -> dict[str, list[str]]:
    """What axe finds on each of *states*, pages by their names; see `Examiner`."""
    examiner = Examiner(page)
    # The largest first: what the others are made of.
    ordered = sorted(states.items(), key=lambda state: (-len(state[1]), state[0]))
    found = {name: examiner.examine(html) for name, html in ordered}
    return {name: faults for name, faults in found.items() if faults}
