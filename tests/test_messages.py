"""The French catalogue: complete, with the placeholders of the English source, well set, and compiled."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[1]
CATALOGUE = Path("locale/fr/LC_MESSAGES/django.po")
SOURCES = ("breach", "notifications", "templates", "locale")
MEND = "Run `manage.py makemessages -l fr --no-location`, translate, then `manage.py compilemessages -l fr`."
NO_XGETTEXT = "xgettext is not installed: messages cannot be extracted (package gettext)"
# What stands for something else and has to come through unchanged: %(name)s, %s, {name}, <code>.
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[sd%]|\{\w*\}|</?\w+[^>]*>")
# Before these French wants a space that does not break; a colon inside a time or an address has none.
BREAKING = re.compile(r"[ ][:;!?»]|«[ ]|'|\w[;!?](?:\s|$)")


def read(path: Path) -> Catalog:
    with path.open("rb") as stream:
        return read_po(stream, locale="fr", domain="django", ignore_obsolete=False, abort_invalid=True)


def key(message: Message) -> tuple[str, str]:
    context: Any = message.context or ""
    # Babel leaves the context of a compiled message as bytes.
    return context.decode() if isinstance(context, bytes) else context, singular(message)


def singular(message: Message) -> str:
    return message.id[0] if isinstance(message.id, tuple | list) else message.id


def translations(message: Message) -> tuple[str, ...]:
    return tuple(message.string) if isinstance(message.string, tuple | list) else (message.string or "",)


def messages(catalogue: Catalog) -> Iterator[Message]:
    return (message for message in catalogue if message.id)


@pytest.fixture(scope="module")
def french() -> Catalog:
    return read(ROOT / CATALOGUE)


@pytest.mark.skipif(shutil.which("xgettext") is None, reason=NO_XGETTEXT)
def test_every_message_of_the_sources_is_in_the_catalogue(french: Catalog, tmp_path: Path) -> None:
    for name in SOURCES:
        shutil.copytree(
            ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", "static", "*.mo")
        )
    shutil.copy(ROOT / "manage.py", tmp_path)
    (tmp_path / CATALOGUE).unlink()  # extracted afresh, so that an unused message does not look used
    command = [
        sys.executable,
        "manage.py",
        "makemessages",
        "-l",
        "fr",
        "--no-location",
        "--settings=breach.settings",
    ]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, timeout=60)
    wanted = {key(message) for message in messages(read(tmp_path / CATALOGUE))}
    known = {key(message) for message in messages(french)}
    assert len(wanted) > 500, "the extraction found next to nothing"
    assert not wanted - known, f"Not in the French catalogue. {MEND}"


def test_no_module_hides_its_messages_from_the_extraction() -> None:
    """xgettext knows `gettext` by its own names and as `_`; under any other name its messages are not found."""
    files = [path for name in ("breach", "notifications") for path in (ROOT / name).rglob("*.py")]
    renamed = re.compile(r"\b\w*gettext(?:_lazy)? as (?!_\b)\w+")
    assert files
    assert not [
        (path.relative_to(ROOT), found)
        for path in files
        if (found := renamed.search(path.read_text("utf-8")))
    ]


def test_no_translation_is_empty_fuzzy_or_obsolete(french: Catalog) -> None:
    empty = [message.id for message in messages(french) if not all(translations(message))]
    fuzzy = [message.id for message in messages(french) if message.fuzzy]
    assert not empty, f"Without a translation. {MEND}"
    assert not fuzzy, f"Guessed from another message: check them and take the mark away. {MEND}"
    assert not french.obsolete, "No longer in the sources: delete the #~ entries."


def test_every_plural_has_its_two_forms(french: Catalog) -> None:
    assert french.num_plurals == 2
    assert "n > 1" in french.plural_expr
    assert not [
        m.id for m in messages(french) if isinstance(m.id, tuple | list) and len(translations(m)) != 2
    ]


def test_placeholders_are_those_of_the_source(french: Catalog) -> None:
    wrong = []
    for message in messages(french):
        source = message.id[-1] if isinstance(message.id, tuple | list) else message.id
        wanted = sorted(PLACEHOLDER.findall(source))
        wrong += [text for text in translations(message) if sorted(PLACEHOLDER.findall(text)) != wanted]
    assert not wrong


def test_the_ends_of_a_message_keep_their_spaces(french: Catalog) -> None:
    def ends(text: str) -> tuple[bool, bool]:
        return text[:1].isspace(), text[-1:].isspace()

    wrong = [
        m.id for m in messages(french) if any(ends(text) != ends(singular(m)) for text in translations(m))
    ]
    assert not wrong


def test_punctuation_is_set_as_french_sets_it(french: Catalog) -> None:
    plain = ((text, re.sub(r"<[^>]+>", "", text)) for m in messages(french) for text in translations(m))
    assert not [text for text, bare in plain if BREAKING.search(bare)]


def test_the_compiled_catalogue_is_up_to_date(french: Catalog) -> None:
    with (ROOT / CATALOGUE).with_suffix(".mo").open("rb") as stream:
        compiled = read_mo(stream)
    source = {key(message): translations(message) for message in messages(french)}
    assert {key(message): translations(message) for message in messages(compiled)} == source, MEND
