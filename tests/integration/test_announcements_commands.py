"""`idp announcements`, as an operator uses it at a shell."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from idp.announcements.commands import announcements_commands
from idp.app.operations import announcement_desk
from idp.operators.model import OperatorRole
from tests.fakes.citizen_site import Site
from tests.fakes.operators import PASSWORD, code_at, keep_operator

Run = Callable[..., Result]


@pytest.fixture
def publish(tmp_path: Path) -> tuple[str, ...]:
    for language, text in (("vi", "Từ 23:00.\n\nCổng không phải làm gì.\n"), ("en", "From 23:00.")):
        (tmp_path / f"{language}.txt").write_text(text, "utf-8")
    titles = ("--title-vi", "Bảo trì", "--title-en", "Maintenance")
    texts = ("--text-vi", f"{tmp_path}/vi.txt", "--text-en", f"{tmp_path}/en.txt")
    return ("publish", *titles, *texts)


@pytest.fixture
def run(site: Site) -> Run:
    for name, role in (("lan", OperatorRole.OPERATOR), ("xem", OperatorRole.READ_ONLY)):
        keep_operator(site.database, site.hasher, name, role, site.clock.now())
    group = announcements_commands(lambda: announcement_desk(site.parts))

    def run(*arguments: str, who: str | None = None) -> Result:
        site.clock.advance(timedelta(seconds=30))
        typed = f"{PASSWORD}\n{code_at(site.clock.now())}\n"
        named = () if who is None else ("--as", who)
        return CliRunner().invoke(group, [*arguments, *named], input=typed)

    return run


def test_it_is_published_mailed_and_taken_back(
    site: Site, run: Run, publish: tuple[str, ...]
) -> None:
    assert "no announcement yet" in run("list").output
    made = run(*publish, "--audience", "named", "--to", "binh-dinh", who="lan")
    name = made.output.splitlines()[-1]
    site.sweep("send announcements")

    assert [mail.to.value for mail in site.mail.sent] == ["ky-thuat@binh-dinh.example"]
    assert "Cổng không phải làm gì." in site.mail.sent[0].text
    assert f"{name}  " in run("list").output
    assert "1/1 mails  Maintenance" in run("list").output
    assert run("withdraw", name, who="lan").exit_code == 0
    assert "withdrawn" in run("list").output
    assert "there is no announcement" in run("withdraw", name, who="lan").output


@pytest.mark.parametrize(
    ("more", "who", "told"),
    [
        (("--audience", "named"), "lan", "client_ids: missing"),
        (("--audience", "named", "--to", "nobody"), "lan", "client_ids: unknown"),
        (("--audience", "everybody", "--title-en", " "), "lan", "title_en: missing"),
        (("--audience", "everybody"), "xem", "may not do this"),
    ],
)
def test_what_cannot_be_is_told_in_a_line(
    site: Site, run: Run, publish: tuple[str, ...], more: tuple[str, ...], who: str, told: str
) -> None:
    refused = run(*publish, *more, who=who)

    assert refused.exit_code == 1
    assert told in refused.output
    assert "no announcement yet" in run("list").output
