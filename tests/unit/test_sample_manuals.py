"""The samples' own files can be followed to the letter, and leave nothing to mend."""

import re
import tomllib
from pathlib import Path

import pytest

from idp.relying_parties.registration import parse_registration

ROOT = Path(__file__).parents[2]
SAMPLES = sorted(path.parent for path in (ROOT / "clients" / "samples").glob("*/registration.toml"))
NAMES = [folder.name for folder in SAMPLES]


def test_there_are_three() -> None:
    assert NAMES == ["flask_authlib", "node", "php"]


@pytest.mark.parametrize("folder", SAMPLES, ids=NAMES)
def test_the_registration_is_accepted_and_is_the_portals_own(folder: Path) -> None:
    document = tomllib.loads((folder / "registration.toml").read_text("utf-8"))
    portal = next(folder.glob("portal.*")).read_text("utf-8")
    [callback] = document["redirect_uris"]
    base = callback.removesuffix("/callback")

    parse_registration(document)
    assert document["post_logout_redirect_uris"] == [f"{base}/signed-out"]
    assert f"'{base}'" in portal.replace('"', "'")
    assert f"'{document['client_id']}'" in portal.replace('"', "'")
    assert f"<{base}>" in (folder / "README.md").read_text("utf-8")


@pytest.mark.parametrize("folder", SAMPLES, ids=NAMES)
def test_the_commands_shown_lead_to_files(folder: Path) -> None:
    [commands] = re.findall(
        r"```sh\n(.*?)```", (folder / "README.md").read_text("utf-8"), re.DOTALL
    )
    paths = re.findall(r"clients/samples/[\w/.]+", commands)

    assert [path for path in paths if not (ROOT / path).exists()] == []
    assert len(commands.strip().splitlines()) <= 3
    started = commands.strip().splitlines()[-1].split()[-1]
    assert (folder / started).exists()


@pytest.mark.parametrize("folder", SAMPLES, ids=NAMES)
def test_a_sample_is_whole_without_the_rest_of_this(folder: Path) -> None:
    for path in (*folder.glob("*.py"), *folder.glob("*.js"), *folder.glob("*.php")):
        assert not re.search(
            r"\b(from|import) ?\(?['\"]?(idp|clients|sandbox|\.\.)", path.read_text()
        )
