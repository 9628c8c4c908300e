"""The manuals, read by whoever comes: every link of theirs answers, and failures lead into them."""

import re
from html import unescape
from urllib.parse import urljoin, urlsplit

import pytest

from idp.app.api_description import api_description
from idp.app.manuals import manual
from idp.manuals.model import TEXTS
from idp.operators.model import OperatorRole
from tests.fakes.citizen_site import Site
from tests.fakes.console_desk import Desk
from tests.fakes.programs import let_in
from tests.fakes.registrations import registration

NAMES = sorted(TEXTS)


def links_of(html: str) -> set[str]:
    return {unescape(each) for each in re.findall(r' href="([^"]+)"', html)}


def ids_of(html: str) -> set[str]:
    return set(re.findall(r' id="([^"]+)"', html))


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_link_of_a_manual_answers(site: Site, language: str) -> None:
    client = site.app.test_client()
    unread, read = [f"/manual?lang={language}"], dict[str, str]()
    while unread:
        address = unread.pop()
        if address in read:
            continue
        answer = client.get(address)
        assert answer.status_code == 200, address
        read[address] = answer.text
        for link in links_of(answer.text):
            leads_to = urljoin(address, link)
            within = urlsplit(leads_to)
            if within.path.startswith("/manual"):
                unread.append(within._replace(fragment="").geturl())
            elif within.scheme not in {"https", "tel"}:
                assert client.get(leads_to).status_code in {200, 303}, leads_to
    assert {urlsplit(address).path for address in read} == {
        "/manual",
        *(f"/manual/{name}" for name in NAMES),
    }
    for address, html in read.items():
        for link in links_of(html):
            to, _, fragment = urljoin(address, link).partition("#")
            if fragment:
                assert fragment in ids_of(read[to]), link


@pytest.mark.parametrize("name", NAMES)
def test_a_manual_is_everybodys_and_as_strict_as_every_page(site: Site, name: str) -> None:
    for language in ("vi", "en"):
        answer = site.app.test_client().get(f"/manual/{name}?lang={language}")

        assert answer.status_code == 200
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert f'<html lang="{language}">' in answer.text
        assert answer.text.count("<h1>") == 1
        assert " style=" not in answer.text


def test_there_is_no_other_manual(site: Site) -> None:
    for name in ("operating", "integrating.md", "../settings", "%2e%2e%2fapi", "tich-hop"):
        assert site.app.test_client().get(f"/manual/{name}").status_code == 404
    assert site.app.test_client().post("/manual/api").status_code == 405


@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_failure_leads_to_its_section(site: Site, language: str) -> None:
    site.app.test_client().get("/authorize?client_id=binh-dinh&redirect_uri=https%3A%2F%2Fx.vn")
    site.sweep("keep failed requests")
    reader = Desk(site).signed_in("xem", OperatorRole.READ_ONLY)

    html = reader.open(f"/console/failures?lang={language}").html

    (link,) = (each for each in links_of(html) if "#section-" in each)
    assert link == f"{site.settings.server.issuer}/manual/integrating?lang={language}#section-2"
    path, _, fragment = link.removeprefix(site.settings.server.issuer).partition("#")
    answer = site.app.test_client().get(path)
    assert f'<h2 id="{fragment}">2. ' in answer.text
    assert f'<html lang="{language}">' in answer.text
    assert "/manual" in links_of(html)
    client = site.app.test_client()
    client.set_cookie("idp_console", reader.cookie("idp_console"))
    assert link in client.get(f"/console/failures/export?lang={language}").text


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_manual_of_the_api_names_every_call_with_its_scope(site: Site, language: str) -> None:
    place = re.compile(r"\{\w+\}")
    text = place.sub("{}", TEXTS["api"][language].read())
    rows = re.findall(r"^\|.*", text, re.MULTILINE)

    for resource in api_description(site.parts).resources:
        for each in resource.operations:
            path = place.sub("{}", each.path).removeprefix("/relying-parties/{}")
            named = path.removesuffix("/{}") or "/relying-parties/{}"
            if each.answers:
                assert any(f"`{each.permission}`" in row and named in row for row in rows), path
            else:
                assert named in text


def test_the_last_example_of_the_api_changes_a_registration(site: Site) -> None:
    """What it does: the version from the head alone, sent back as it stands there."""
    program = let_in(site)
    body = {"document": registration("thu"), "reason": "để có gì mà sửa"}
    program.call("POST", "/relying-parties", body, headers={"Idempotency-Key": "a"})

    seen = program.call("HEAD", "/relying-parties/thu")
    assert seen.data == b""
    body = {"document": registration("thu", client_name="Cổng khác"), "reason": "commit 0a1b2c3"}
    saved = program.call(
        "PUT", "/relying-parties/thu", body, headers={"If-Match": seen.headers["ETag"]}
    )

    assert saved.status_code == 200, saved.text


def test_a_manual_may_stand_elsewhere(site: Site) -> None:
    elsewhere = "https://tai-lieu.example/tich-hop"
    console = site.settings.console.model_copy(update={"manual_vi": elsewhere})
    address = manual(site.settings.model_copy(update={"console": console}))

    assert address("vi", 5) == elsewhere
    assert address("en", 5).endswith("/manual/integrating?lang=en#section-5")
