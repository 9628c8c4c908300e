"""Templates that carry the texts of their language."""

import pytest
from flask import Flask, render_template
from jinja2 import DictLoader, TemplateAssertionError
from markupsafe import Markup

from idp.web.localized_templates import localize

ENGLISH = {"Chào <b>%(name)s</b>": "Hello <b>%(name)s</b>", "Trợ giúp 100%%": "Help 100%%"}


def _app(**templates: str) -> Flask:
    app = Flask("texts", static_folder=None)
    named = {f"{name}.html": source for name, source in templates.items()}
    localize(app, {"vi": str, "en": lambda text: ENGLISH.get(text, text)}, DictLoader(named))
    return app


def _shown(app: Flask, template: str, **values: object) -> str:
    with app.test_request_context():
        return render_template(template, **values)


def test_each_language_has_its_own_text() -> None:
    app = _app(page='{{ _("Trợ giúp 100%%") }}')

    assert [_shown(app, "vi/page.html"), _shown(app, "en/page.html")] == [
        "Trợ giúp 100%",
        "Help 100%",
    ]


def test_markup_of_ours_stays_and_values_are_escaped() -> None:
    app = _app(page='{{ _("Chào <b>%(name)s</b>", name=who) }}')

    assert _shown(app, "en/page.html", who="<script>") == "Hello <b>&lt;script&gt;</b>"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("%(a)s và %(b)s, rồi %(a)s", "&lt; và <i>, rồi &lt;"),
        ("%(a)s: 100%%", "&lt;: 100%"),
        ("%(n)d phút, %(a)s", "5 phút, &lt;"),
        ("không gì", "không gì"),
    ],
)
def test_values_stand_where_the_text_has_them(text: str, shown: str) -> None:
    values = "a=a, b=b, n=n"
    app = _app(
        page=f'{{{{ _("{text}", {values}) }}}}',
        kept=f'{{% set kept = _("{text}", {values}) %}}{{{{ kept }}}}',
    )

    for page in ("vi/page.html", "vi/kept.html"):
        assert _shown(app, page, a="<", b=Markup("<i>"), n=5) == shown


def test_what_a_template_extends_and_imports_speaks_the_same_language() -> None:
    app = _app(
        base='{% from "macros.html" import greet %}{% block body %}{% endblock %}{{ greet("A") }}',
        macros='{% macro greet(who) %}{{ _("Chào <b>%(name)s</b>", name=who) }}{% endmacro %}',
        page='{% extends "base.html" %}{% block body %}{{ _("Trợ giúp 100%%") }} {% endblock %}',
    )

    assert _shown(app, "en/page.html") == "Help 100% Hello <b>A</b>"
    assert _shown(app, "vi/page.html") == "Trợ giúp 100% Chào <b>A</b>"


def test_a_text_that_is_put_together_is_refused() -> None:
    app = _app(page="{{ _(greeting) }}")

    with pytest.raises(TemplateAssertionError, match="a text is a constant"):
        _shown(app, "vi/page.html", greeting="Chào")


class Name:
    """Something whose name depends on the language."""

    short = "A & B"

    def name(self, locale: str) -> str:
        return {"vi": "Cổng", "en": "Portal"}[locale]


def test_what_means_the_same_everywhere_is_worked_out_once() -> None:
    calls: list[str] = []

    def static(name: str) -> str:
        calls.append(name)
        return f"/static/{name}"

    app = Flask("constants", static_folder=None)
    source = '{{ static("a.css") }} {{ brand.name(locale) }} {{ brand.short }} {{ static(file) }}'
    localize(
        app,
        {"vi": str, "en": str},
        DictLoader({"page.html": source}),
        {"static": static, "brand": Name()},
    )

    shown = [_shown(app, "en/page.html", file=file) for file in ("b.css", "c.css")]

    assert shown == [
        "/static/a.css Portal A &amp; B /static/b.css",
        "/static/a.css Portal A &amp; B /static/c.css",
    ]
    assert calls == ["a.css", "b.css", "c.css"]
