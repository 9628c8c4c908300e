"""
Pages: the one object views render with.

Given its brand and its keys by the composition root, it puts on an app what every page needs:
languages, files, headers, the pages for errors. Views call `render` and `form`, nothing else.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Protocol, TypeVar

import flask_babel
from babel import Locale
from flask import Flask, Response, current_app
from jinja2 import FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context

from idp.core.mac import Mac
from idp.core.waiting import whole_minutes, whole_seconds
from idp.web.address import query_of
from idp.web.application import Ready
from idp.web.at_hand import request
from idp.web.blank_pages import BlankPages
from idp.web.browser import BrowserCookie
from idp.web.csrf import CookieMissing, form_token
from idp.web.error_pages import add_error_pages
from idp.web.forms import Form
from idp.web.headers import SecurityHeaders
from idp.web.help_views import help_routes
from idp.web.locale import DEFAULT, LANGUAGES, LanguageCookie, switch_url
from idp.web.localized_templates import localize
from idp.web.ports import ShownPages
from idp.web.shown_pages import AnswersByGet
from idp.web.static_files import StaticFiles
from idp.web.translations import catalogue

TEMPLATES = Path(__file__).parent / "templates"
TIMEZONE = "Asia/Ho_Chi_Minh"

_LOCALES = {language: Locale(language) for language in LANGUAGES}  # flask-babel parses names

_NONE: Final[Mapping[str, Any]] = MappingProxyType({})

F = TypeVar("F", bound=Form)


class NamedRelyingParty(Protocol):
    """What a page says of the portal that asks."""

    @property
    def client_id(self) -> str: ...

    @property
    def initiate_login_uri(self) -> str | None: ...

    @property
    def logo(self) -> str | None: ...

    @property
    def policy_uri(self) -> str | None: ...

    @property
    def tos_uri(self) -> str | None: ...

    def name(self, locale: str) -> str: ...


@dataclass(frozen=True, slots=True)
class _Shown:
    """All that a page which is kept may show of a portal: its keys, say, are none of that."""

    client_id: str
    called: str
    initiate_login_uri: str | None
    logo: str | None
    policy_uri: str | None
    tos_uri: str | None

    @classmethod
    def of(cls, relying_party: NamedRelyingParty, locale: str) -> "_Shown":
        return cls(
            client_id=relying_party.client_id,
            called=relying_party.name(locale),
            initiate_login_uri=relying_party.initiate_login_uri,
            logo=relying_party.logo,
            policy_uri=relying_party.policy_uri,
            tos_uri=relying_party.tos_uri,
        )

    def name(self, _locale: str) -> str:
        return self.called


@dataclass(frozen=True)
class Brand:
    """Who runs the service, as shown at the top and the foot of every page."""

    name_vi: str = "Cổng Dịch vụ công Quốc gia"
    name_en: str = "National Public Service Portal"
    sub_vi: str = "Tài khoản đăng nhập một lần"
    sub_en: str = "Single sign-on account"
    trial_band: bool = True
    hotline: str = "1800 1096"
    emblem: str = "icon.svg"

    def name(self, locale: str) -> str:
        return self.name_en if locale == "en" else self.name_vi

    def sub(self, locale: str) -> str:
        return self.sub_en if locale == "en" else self.sub_vi

    @property
    def hotline_uri(self) -> str:
        """The hotline as an address a telephone dials."""
        return "tel:" + "".join(c for c in self.hotline if c.isdigit() or c == "+")


class Pages:
    """
    Renders templates and makes forms for the request at hand.

    `issuer` is what a portal is told when a page leads back to it. `certification` adds the band
    that says passwords and codes mean nothing here; `strict_transport` lets browsers be told to
    insist on https, where we speak it.
    """

    def __init__(
        self,
        *,
        brand: Brand,
        issuer: str,
        csrf_key: bytes,
        cookies: BrowserCookie,
        shown: ShownPages,
        static: StaticFiles | None = None,
        certification: bool = False,
        strict_transport: bool = True,
    ) -> None:
        self._brand = brand
        self._issuer = issuer
        self._csrf_key = Mac(csrf_key)
        self._cookies = cookies
        self._static = static or StaticFiles()
        self._certification = certification
        self._language = LanguageCookie(secure=cookies.secure)
        self._answers = AnswersByGet(shown, cookies)
        self._blank = BlankPages()
        self._headers = SecurityHeaders(strict_transport=cookies.secure and strict_transport)

    def init_app(self, app: Flask) -> None:
        """Put languages, templates, files, headers, help and error pages on *app*; once per app."""
        translations = {
            language: catalogue(language) for language in LANGUAGES if language != DEFAULT
        }
        localize(
            app,
            {DEFAULT: str, **{name: each.gettext for name, each in translations.items()}},
            FileSystemLoader(TEMPLATES),
            {
                "brand": self._brand,
                "certification": self._certification,
                "static": self._static.url,
            },
        )
        babel = flask_babel.Babel(
            app,
            default_locale=DEFAULT,
            default_timezone=TIMEZONE,
            locale_selector=lambda: _LOCALES[self._language.locale()],
        )
        with app.app_context():
            texts = babel.domain_instance
        for language, translation in translations.items():
            # flask-babel looks here before it looks for compiled files, which we do not have.
            texts.cache[language, texts.domain[0]] = translation
        app.jinja_env.undefined = StrictUndefined
        app.jinja_env.trim_blocks = True
        app.jinja_env.lstrip_blocks = True
        app.jinja_env.filters["combined"] = lambda first, second: {**first, **second}
        app.jinja_env.globals |= {
            "page_url": _page_url,
            "start_url": self._start_url,
        }
        self._static.init_app(app)
        app.wsgi_app = self._headers.around(app.wsgi_app)  # type: ignore[method-assign, assignment]
        app.after_request(self._language.remember)
        self._answers.init_app(app)
        app.register_blueprint(help_routes(self))
        add_error_pages(app, self)

    def _start_url(self, initiate_login_uri: str) -> str:
        """Where a sign-in begins at a portal, which wants to know whose (OIDC Core §4)."""
        joint = "&" if "?" in initiate_login_uri else "?"
        return f"{initiate_login_uri}{joint}{query_of({'iss': [self._issuer]})}"

    def render(
        self,
        template: str,
        *,
        status: int = 200,
        **context: object,
    ) -> Response:
        """
        Render *template* in the language of this request.

        In answer to a form of ours the browser gets the page by a GET of its own (`AnswersByGet`).

        *context* may name `relying_party` (`NamedRelyingParty`) and `i`, the interaction's id; that
        is otherwise the one in the query, and links of the page stay within it.
        """
        locale = self._language.locale()
        of_address = {"i": request.args.get("i"), "switch_url": switch_url(locale)}
        html = _html(template, locale, of_address | context)
        return Ready(html, status)

    def too_many(
        self, wait: timedelta, *, template: str = "errors/too_many.html", **context: object
    ) -> Response:
        """Render *template* for somebody who has to *wait*, which it says in `minutes`: 429."""
        response = self.render(template, status=429, minutes=whole_minutes(wait), **context)
        response.headers["Retry-After"] = str(whole_seconds(wait))
        return response

    def render_blank(
        self,
        template: str,
        *,
        i: str | None,
        relying_party: NamedRelyingParty | None = None,
        forms: Mapping[str, type[Form]] = _NONE,
        words: Mapping[str, str | None] = _NONE,
        **facts: Hashable,
    ) -> Response:
        """
        Render *template* as `render` does, with blank *forms*, for a GET: most often by filling in
        what was rendered before.

        *words* are shown as they are, or are not there (`None`): nothing else depends on them. The
        page is kept for each combination of *facts*, so nothing of a person belongs to those.
        """
        locale = self._language.locale()
        asking = None if relying_party is None else _Shown.of(relying_party, locale)
        maybe = {"i": i, "switch_url": switch_url(locale), **words}
        shown = {name: word for name, word in maybe.items() if word}
        if forms:
            browser = self._cookies.ensure()
            for name, form in forms.items():
                shown[name] = form_token(self._csrf_key, browser, form.__name__)

        def render(marks: Mapping[str, str]) -> str:
            made = {
                name: form(None, meta={"csrf_context": marks[name]}) for name, form in forms.items()
            }
            absent = dict.fromkeys(maybe)
            return _html(
                template,
                locale,
                {**absent, **marks, **made, "relying_party": asking, **facts},
            )

        page = (template, locale, asking, tuple(shown), tuple(facts.items()))
        return Ready(self._blank.filled(page, shown, render))

    def form(self, form_class: type[F], **data: Any) -> F:  # noqa: ANN401 (each form's own)
        """
        Make a form: filled from what was posted, or with *data* when the page is first shown.

        Raises `CookieMissing` or `CsrfFailed` for a POST that is not this browser's own; both
        have their pages. What *data* names beside fields goes to the form's constructor.
        """
        if request.method != "POST":
            return self.blank_form(form_class, **data)
        browser = self._cookies.handle()
        if browser is None:
            raise CookieMissing
        token = form_token(self._csrf_key, browser, form_class.__name__)
        form = form_class(request.form, meta={"csrf_context": token}, **data)
        form.check_token()
        self._answers.form_is_own()
        return form

    def blank_form(self, form_class: type[F], **data: Any) -> F:  # noqa: ANN401 (each form's own)
        """Make a form to be shown, not read: for a second form on a page that was posted to."""
        token = form_token(self._csrf_key, self._cookies.ensure(), form_class.__name__)
        return form_class(None, meta={"csrf_context": token}, **data)


def _html(template: str, locale: str, context: Mapping[str, Any]) -> str:
    known: dict[str, Any] = {
        "within": f"?{query_of({'i': [context['i']]})}" if context["i"] else "",
        "relying_party": None,
        "locale": locale,
    }
    # Not by Flask, which tells listeners of it and adds names: we have and use none.
    found = current_app.jinja_env.get_template(f"{locale}/{template}")
    return found.render({**known, **context})


@pass_context
def _page_url(context: Context, path: str) -> str:
    """Give the address of a page of ours, within this interaction where there is one."""
    return f"{path}{context.get('within', '')}"
