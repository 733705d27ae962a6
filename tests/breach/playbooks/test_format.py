"""A playbook is checked as it is read: each slip names file, key and mend."""

import copy
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from breach.errors import BadInput
from breach.playbooks import Condition, read_playbook
from breach.playbooks.library import HERE, load_folder

WORDS = {"en": "Words", "fr": "Mots"}


def task(key: str, **changes: Any) -> dict[str, Any]:
    return {
        "key": key,
        "phase": "contain",
        "role": "responder",
        "due": "+4h",
        "title": WORDS,
        "guide": WORDS,
    } | changes


def book(*tasks: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {
        "key": "flood",
        "version": "1",
        "title": WORDS,
        "summary": WORDS,
        "phase": [{"key": "establish", "title": WORDS}, {"key": "contain", "title": WORDS}],
        "task": list(tasks) or [task("dry")],
    } | changes


def refusal(document: dict[str, Any]) -> str:
    with pytest.raises(BadInput) as refused:
        read_playbook(document, place="flood.toml")
    return str(refused.value)


def test_a_playbook_is_read_in_the_order_of_its_phases() -> None:
    document = book(
        task("dry", depends_on=["pump"], when=[{"fact": "minors", "is": True, "unknown": "leave_out"}]),
        task("look", phase="establish", due="+30min", **{"from": "start"}),
        task("pump", due="+1h"),
    )
    playbook = read_playbook(document, place="flood.toml")
    assert [(one.key, one.offset, one.counts_from) for one in playbook.tasks] == [
        ("look", timedelta(minutes=30), "start"),
        ("dry", timedelta(hours=4), "awareness"),
        ("pump", timedelta(hours=1), "awareness"),
    ]
    assert playbook.task("dry").when == (Condition("minors", "is", (True,), if_unknown=False),)
    assert playbook.document == document


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (book(titel=WORDS), "flood.toml: “titel” is no key here. Did you mean title?"),
        (
            book(key="Flood!"),
            "flood.toml: key: “Flood!” is no key. Use 2 to 40 small letters, digits and underscores.",
        ),
        (book(version=""), "flood.toml: version: text is needed. Write it in quotes."),
        (
            book(title="Flood"),
            'flood.toml: title: words are given per language. Write { en = "…", fr = "…" }.',
        ),
        (book(title={"en": "Flood"}), "flood.toml: title: the wording in “fr” is missing. Add fr."),
        (book(task=[]), "flood.toml: task: there is no [[task]]. Write at least one [[task]] table."),
        (book(task("dry"), task("dry")), "flood.toml: task: “dry” stands twice. Rename one of them."),
        (
            book(task("dry", due="4h")),
            "flood.toml: task dry: due: “4h” is no offset. Write +30min, +4h or +7d.",
        ),
        (
            book(task("dry", role="boss")),
            "flood.toml: task dry: role: “boss” is not known here. Use one of dpo, manager, responder.",
        ),
        (
            book(task("dry", phase="tell")),
            "flood.toml: task dry: phase: “tell” is not known here. Use one of contain, establish.",
        ),
        (
            book(task("dry", **{"from": "now"})),
            "flood.toml: task dry: from: “now” is not known here. Use one of awareness, start.",
        ),
        (
            book(task("dry", depends_on="pump")),
            "flood.toml: task dry: depends_on: a list is needed. Write it in brackets.",
        ),
        (
            book(task("dry", depends_on=["pumps"]), task("pump")),
            "flood.toml: task dry: depends_on: “pumps” is no task. Did you mean pump?",
        ),
        (
            book(task("dry", due="+1h", depends_on=["pump"]), task("pump")),
            "flood.toml: task dry: depends_on: dry is due before pump, on which it depends. Give it a later",
        ),
        (
            book(task("dry", depends_on=["pump"]), task("pump", depends_on=["dry"])),
            "flood.toml: task dry: depends_on: dry depends on itself. Cut the circle.",
        ),
        (
            book(task("dry", when=[{"fact": "minor", "is": True}])),
            "flood.toml: task dry: when: fact: “minor” is no fact. Did you mean minors",
        ),
        (
            book(task("dry", when=[{"fact": "minors"}])),
            "flood.toml: task dry: when: a condition has exactly one test. Use one of is, any_of, over.",
        ),
        (
            book(task("dry", when=[{"fact": "minors", "is": 1}])),
            "flood.toml: task dry: when: is: minors is yes or no. Use true or false.",
        ),
        (
            book(task("dry", when=[{"fact": "data_kinds", "any_of": ["ibann"]}])),
            "flood.toml: task dry: when: any_of: “ibann” is no value of data_kinds. Perhaps iban",
        ),
        (
            book(task("dry", when=[{"fact": "minors", "over": True}])),
            "flood.toml: task dry: when: over: only numbers can be over something.",
        ),
        (book(task("dry", when=["minors"])), "flood.toml: task dry: when: a condition is a table."),
    ],
)
def test_a_slip_is_named_with_its_mend(document: dict[str, Any], said: str) -> None:
    assert refusal(document).startswith(said)


@pytest.mark.parametrize("key", ["key", "version", "title", "summary", "phase", "task"])
def test_a_missing_key_is_named(key: str) -> None:
    document = copy.deepcopy(book())
    del document[key]
    assert refusal(document) == f"flood.toml: “{key}” is missing. Add {key}."


def test_lines_are_joined_and_french_spaces_stay() -> None:
    words = {"en": "One\n  two ", "fr": "Qui\u00a0?\nMoi"}
    assert read_playbook(book(title=words), place="x").title == {"en": "One two", "fr": "Qui\u00a0? Moi"}


def write(folder: Path, name: str, text: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")


def test_a_folder_names_the_file_that_does_not_fit(tmp_path: Path) -> None:
    write(tmp_path / "library", "flood.toml", 'key = "fire')
    with pytest.raises(BadInput) as refused:
        load_folder(tmp_path / "library", shared=tmp_path / "shared")
    assert refused.value.place == "flood.toml"


def test_an_include_that_is_not_there_is_named(tmp_path: Path) -> None:
    write(tmp_path / "library", "flood.toml", 'include = ["../secret"]')
    with pytest.raises(BadInput) as refused:
        load_folder(tmp_path / "library", shared=tmp_path / "shared")
    assert str(refused.value) == "flood.toml: include: “../secret” is no shared file. Look into shared/."


def test_the_example_of_the_documentation_is_a_playbook(tmp_path: Path) -> None:
    page = (Path(__file__).parents[3] / "docs" / "adding-a-playbook.md").read_text(encoding="utf-8")
    write(tmp_path / "library", "flood.toml", page.split("```toml\n")[1].split("```")[0])
    playbook = load_folder(tmp_path / "library", shared=HERE / "shared")["flood"]
    assert playbook.task("dry_the_files").depends_on == ("name_team",)
