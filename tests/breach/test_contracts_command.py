"""`manage.py contracts`: what docs/law-data.md shows is entered and listed; bad input is one line, and nothing is kept."""

import json
import re
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from breach.models import Contract, Entry
from tests.house import House

pytestmark = pytest.mark.django_db
TEXT = (Path(settings.BASE_DIR) / "docs" / "law-data.md").read_text(encoding="utf-8")
EXAMPLE = next(one for one in re.findall(r"```toml\n(.*?)```", TEXT, re.DOTALL) if "counterparty" in one)


def run(*arguments: str) -> Any:
    out = StringIO()
    call_command("contracts", *arguments, "--json", stdout=out)
    return json.loads(out.getvalue())


def written(folder: Path, text: str, name: str = "contract.toml") -> str:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_the_contract_of_the_docs_is_entered_and_listed(house: House, tmp_path: Path) -> None:
    assert run("list") == []
    added = run("add", written(tmp_path, EXAMPLE), "--user", "maud@example.org")
    assert (added["counterparty"], added["organisation"], added["withdrawn"]) == (
        "Assurances du Port",
        "Rivage",
        False,
    )
    report = next(one for one in added["clause"] if one["key"] == "report")
    assert (report["clause"], report["period"]) == ("Art. 5.2", {"value": 48, "unit": "hours"})
    assert len(added["clause"]) > 1  # those of the template
    assert run("list") == [added]
    entry = Entry.objects.get(action="contract.added")
    assert (entry.subject, entry.actor_uid) == (added["uid"], house.manager.uid)


def test_people_get_lines(house: House, tmp_path: Path) -> None:
    out = StringIO()
    call_command("contracts", "add", written(tmp_path, EXAMPLE), stdout=out)
    head, *clauses = out.getvalue().splitlines()
    assert head == "Assurances du Port (cyber_insurance, Rivage)"
    assert "  report: Report the incident. Art. 5.2" in clauses


@pytest.mark.parametrize(
    ("text", "name", "place"),
    [
        ("", "a.toml", "a.toml: the file is empty"),
        ("counterparty =", "a.toml", "a.toml: not TOML"),
        ("{", "a.json", "a.json, line 1"),
        ("[]", "a.json", "a.json"),
        (EXAMPLE.replace('unit = "hours"', 'unit = "moons"'), "a.toml", "a.toml, "),
        (EXAMPLE.replace('to = "insurer"', 'to = "nobody"'), "a.toml", "a.toml, "),
        (EXAMPLE.replace('template = "cyber_insurer"', 'template = "none"'), "a.toml", "a.toml, template"),
    ],
)
def test_a_bad_file_exits_2_with_one_line_and_keeps_nothing(
    house: House, tmp_path: Path, text: str, name: str, place: str
) -> None:
    with pytest.raises(CommandError) as refusal:
        run("add", written(tmp_path, text, name))
    assert refusal.value.returncode == 2
    assert str(refusal.value).startswith(place)
    assert "\n" not in str(refusal.value)
    assert not Contract.objects.exists()


@pytest.mark.parametrize(
    ("arguments", "place"),
    [
        ([], "add"),
        (["no-such-file.toml"], "no-such-file.toml"),
        (["FILE", "--organisation", "Nobody"], "--organisation"),
        (["FILE", "--user", "nobody@example.org"], "--user"),
    ],
)
def test_a_wrong_question_names_its_place(
    house: House, tmp_path: Path, arguments: list[str], place: str
) -> None:
    path = written(tmp_path, EXAMPLE)
    with pytest.raises(CommandError) as refusal:
        run("add", *(path if one == "FILE" else one for one in arguments))
    assert (refusal.value.returncode, str(refusal.value).startswith(place)) == (2, True)
    assert not Contract.objects.exists()
