"""What is on a page: its title and headings, where its links lead, and what its forms can send."""

from dataclasses import dataclass, field
from functools import lru_cache
from html.parser import HTMLParser


@dataclass
class ReadForm:
    """
    A form: *hidden* fields, *fields* for typing with their values, and *choices* to tick.

    Each of *buttons* is what pressing it adds; a form whose button has no name has an empty one.
    """

    action: str
    method: str
    hidden: dict[str, str] = field(default_factory=dict)
    fields: dict[str, str] = field(default_factory=dict)
    choices: dict[str, list[str]] = field(default_factory=dict)
    buttons: list[dict[str, str]] = field(default_factory=list)

    @property
    def names(self) -> tuple[str, ...]:
        """The names a person can answer to, and the buttons' values."""
        pressed = (f"{name}={value}" for each in self.buttons for name, value in each.items())
        fixed = (f"{name}={value}" for name, value in self.hidden.items() if name == "action")
        return (*self.fields, *self.choices, *pressed, *fixed)


@dataclass
class ReadPage:
    """
    *links* are those of the page's own part, *sections* those of the navigation beside it, and
    *frame_links* those that every page has around it.
    """

    title: str = ""
    headings: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    sections: list[str] = field(default_factory=list)
    frame_links: list[str] = field(default_factory=list)
    forms: list[ReadForm] = field(default_factory=list)
    refreshes: bool = False


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.page = ReadPage()
        self._into = self.page.frame_links
        self._reading: str | None = None
        self._form: ReadForm | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        of = {name: value or "" for name, value in attrs}
        if tag == "main":
            self._into = self.page.links
        elif tag == "nav" and of.get("class") == "sections":
            self._into = self.page.sections
        elif tag == "title" and not self.page.title:
            self._reading = tag
        elif tag == "h1":
            self._reading = tag
            self.page.headings.append("")
        elif tag == "a" and of.get("href"):
            self._into.append(of["href"])
        elif tag == "meta" and of.get("http-equiv", "").lower() == "refresh":
            self.page.refreshes = True
        elif tag == "form":
            self._form = ReadForm(of.get("action", ""), of.get("method", "get").lower())
            self.page.forms.append(self._form)
        elif self._form is not None:
            self._control(self._form, tag, of)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_data(self, data: str) -> None:
        if self._reading == "title":
            self.page.title += data
        elif self._reading == "h1":
            self.page.headings[-1] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "main" or (tag == "nav" and self._into is self.page.sections):
            self._into = self.page.frame_links
        elif tag == "form":
            self._form = None
        elif tag == self._reading:
            self._reading = None

    @staticmethod
    def _control(form: ReadForm, tag: str, of: dict[str, str]) -> None:
        name, kind = of.get("name", ""), of.get("type", "text")
        if tag == "button":
            form.buttons.append({name: of.get("value", "")} if name else {})
        elif tag == "textarea" and name:
            form.fields[name] = ""
        elif tag == "input" and name:
            if kind == "hidden":
                form.hidden[name] = of.get("value", "")
            elif kind in {"radio", "checkbox"}:
                form.choices.setdefault(name, []).append(of.get("value", "on"))
            else:
                form.fields[name] = of.get("value", "")


@lru_cache(maxsize=8)  # the crawler comes back to the page that it has just read
def read_page(html: str) -> ReadPage:
    """Read *html*; what is read is not to be changed."""
    reader = _Reader()
    reader.feed(html)
    return reader.page
