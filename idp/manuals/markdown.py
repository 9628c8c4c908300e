"""
A manual's Markdown as HTML that stands within a page of ours.

Tables and code are boxes that scroll in themselves, by the keyboard too, and have the name of their
section. Links between manuals lead to their pages. What only some readers have is named and not
linked to: files of the source, and addresses of the reader's own machine.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import takewhile
from typing import Final
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from markupsafe import Markup

from idp.manuals.model import BY_FILE, MANUAL, Heading, Manual, Text, section_anchor

_NUMBERED: Final = re.compile(r"(\d+)\. ")
_AFTER_A_PART: Final = re.compile(r"(?<=\w[_/=&])(?=\w)")
_NO_WORD: Final = re.compile(r"\W+")
_OWN_MACHINE: Final = frozenset({"localhost", "127.0.0.1"})
_SOURCE: Final = "../"  # what of the source does not stand in docs/
_TITLE: Final = 3  # its tokens: opening, text, closing
_SECTION: Final = "section"


def manual_of(text: Text) -> Manual:
    """The page of *text*. Raises `ValueError` for a link that would lead nowhere."""
    markdown = MarkdownIt("commonmark", renderer_cls=_Renderer).enable("table")
    # Comments are for whoever writes the text.
    tokens = [each for each in markdown.parse(text.read()) if each.type != "html_block"]
    for token in tokens:
        if token.children:
            token.children = list(_with_links(token.children, text))
    headings = list(_named_headings(tokens))
    if tokens[0].tag != "h1":
        raise ValueError(f"{text.file} does not begin with its title")
    html = markdown.renderer.render(tokens[_TITLE:], markdown.options, {})
    return Manual(
        title=headings[0][1].text,
        contents=_contents(headings),
        html=Markup(html),  # noqa: S704 (of a text of ours)
    )


class _Renderer(RendererHTML):
    """Makes boxes of tables and code; names in code may be broken after their parts."""

    def table_open(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType
    ) -> str:
        table = self.renderToken(tokens, idx, options, env)
        return f'<div class="table"{_box(tokens[idx])}>\n{table}'

    def table_close(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType
    ) -> str:
        return f"{self.renderToken(tokens, idx, options, env)}</div>\n"

    def fence(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:  # noqa: ARG002 (markdown-it's)
        token = tokens[idx]
        return f"<pre{_box(token)}><code>{escapeHtml(token.content)}</code></pre>\n"

    def code_inline(
        self,
        tokens: Sequence[Token],
        idx: int,
        options: OptionsDict,  # noqa: ARG002 (markdown-it's)
        env: EnvType,  # noqa: ARG002
    ) -> str:
        parts = _AFTER_A_PART.split(tokens[idx].content)
        return f"<code>{'<wbr>'.join(map(escapeHtml, parts))}</code>"


def _box(token: Token) -> str:
    name = escapeHtml(token.meta[_SECTION])
    return f' role="group" aria-label="{name}" tabindex="0"'


def _named_headings(tokens: Iterable[Token]) -> Iterator[tuple[str, Heading]]:
    """
    Give each heading its anchor, and each box the name of its section.

    Yields the headings with their tags.
    """
    section, opened = "", None
    for token in tokens:
        if token.type == "heading_open":
            opened = token
        elif token.type == "th_open":
            token.attrSet("scope", "col")
        elif token.type in {"table_open", "fence"}:
            token.meta[_SECTION] = section
        elif opened is not None:
            section = _plain(token.children or ())
            anchor = _anchor(section)
            opened.attrSet("id", anchor)
            yield opened.tag, Heading(anchor, section)
            opened = None


def _anchor(heading: str) -> str:
    numbered = _NUMBERED.match(heading)
    if numbered:
        return section_anchor(int(numbered[1]))
    return _NO_WORD.sub("-", heading.lower()).strip("-")


def _plain(tokens: Iterable[Token]) -> str:
    return "".join(token.content for token in tokens)


def _contents(headings: Iterable[tuple[str, Heading]]) -> Sequence[Heading]:
    found: list[Heading] = []
    for tag, heading in headings:
        if tag == "h2":
            found.append(heading)
        elif tag == "h3":
            above = found.pop()
            found.append(Heading(above.anchor, above.text, (*above.below, heading)))
    return tuple(found)


def _with_links(tokens: Iterable[Token], text: Text) -> Iterator[Token]:
    """*tokens* of a paragraph, with links to where this reader finds what they name."""
    rest = iter(tokens)
    for token in rest:
        if token.type == "link_open":
            label = list(takewhile(lambda each: each.type != "link_close", rest))
            yield from _link(token, label, text)
        else:
            yield token


def _link(opened: Token, label: Sequence[Token], text: Text) -> Sequence[Token]:
    link = str(opened.attrGet("href"))
    found = urlsplit(link)
    if found.hostname in _OWN_MACHINE or link.startswith(_SOURCE):
        named = _piece("code_inline", link.removeprefix(_SOURCE))
        if _plain(label) == link:
            return [named]
        return [*label, _piece("text", " ("), named, _piece("text", ")")]
    if link in BY_FILE:
        there = BY_FILE[link]
        opened.attrSet("href", _address(there, text.language))
        if there.language != text.language:
            opened.attrSet("hreflang", there.language)
            opened.attrSet("lang", there.language)
    elif found.scheme != "https":
        raise ValueError(f"{text.file} links to {link}, which is no page")
    return [opened, *label, Token("link_close", "a", -1)]


def _address(text: Text, language: str) -> str:
    """Where *text* is read by somebody who reads *language* now."""
    page = f"{MANUAL}/{text.name}"
    return page if text.language == language else f"{page}?lang={text.language}"


def _piece(kind: str, content: str) -> Token:
    return Token(kind, "code" if kind == "code_inline" else "", 0, content=content)
