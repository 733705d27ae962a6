"""Ready texts and fixed phrases per language, read from templates/letters/<language>/. Wording is data, not
Python.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal

from breach.errors import BadInput
from notifications.letters.syntax import check_placeholders, parse
from notifications.letters.values import BLOCKS, NEXT_OF_KIN, Block, Wording

TEMPLATES = Path(__file__).resolve().parents[2] / "templates" / "letters"
DATA = Path(__file__).resolve().parent / "data"


@dataclass(frozen=True, slots=True)
class Phrases:
    """The fixed phrases of one language: labels, greetings, dates, e-mail, the notice in public."""

    language: str
    locale: str
    labels: Mapping[str, str]
    salutations: Mapping[str, str]
    guardian_line: str
    kin_line: str
    dates: Mapping[str, str]
    email: Mapping[str, str]
    genuine: Mapping[str, str]
    public: Mapping[str, str]
    closing: str
    kinds: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Form:
    """A letter whose shape a statute prescribes: one row of data/forms.toml.

    `title` and `headings` are exact where they are given. `forbidden` holds keys of blocks and placeholders,
    `must_say` what is owed with phrases of which one stands in the letter, `dates` fields of the content with
    the placeholder that says them once they are known.
    """

    key: str
    regions: tuple[str, ...]
    language: str
    locale: str
    source: str
    title: str = ""
    name: str = ""
    chosen: Literal["region", "notice"] = "region"
    headings: Mapping[str, str] = field(default_factory=dict)
    blocks: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()
    must_say: Mapping[str, str] = field(default_factory=dict)
    dates: Mapping[str, str] = field(default_factory=lambda: {"breach_from": "breach_date"})
    minimum_points: float = 0.0
    confidence: str = ""

    @property
    def required(self) -> tuple[str, ...]:
        """Keys of the blocks that must be there and say something."""
        return self.blocks or tuple(self.headings)


def languages() -> tuple[str, ...]:
    """Tags of the languages that have a folder, sorted."""
    return tuple(sorted(path.parent.name for path in TEMPLATES.glob("*/phrases.toml")))


@cache
def phrases(language: str) -> Phrases:
    """Raises BadInput when there is no such language or its files are incomplete."""
    folder = TEMPLATES / language
    if language not in languages():
        raise BadInput(
            f"no letters in the language {language!r}",
            place=f"templates/letters/{language}",
            mend="Available: " + ", ".join(languages()) + ". See docs/adding-a-language.md.",
            code="unknown_language",
        )
    data = _read(folder / "phrases.toml")
    try:
        return Phrases(language=language, kinds=_read(folder / "kinds.toml"), **data)
    except TypeError as error:
        raise BadInput(
            str(error).partition("() ")[2], place=f"templates/letters/{language}/phrases.toml"
        ) from None


@cache
def forms() -> Mapping[str, Form]:
    data = _read(DATA / "forms.toml")
    return {key: _form(key, row) for key, row in data.items()}


def _form(key: str, row: Mapping[str, Any]) -> Form:
    values: dict[str, Any] = {name: tuple(one) if isinstance(one, list) else one for name, one in row.items()}
    return Form(key=key, **values)


def statute(form: str) -> Form | None:
    """The statutory form of this key; None for letters whose shape is free."""
    return forms().get(form)


def is_form(form: str) -> bool:
    """Whether a wording may carry this form."""
    return not form or form == NEXT_OF_KIN or form in forms()


@cache
def form_of_region(region: str) -> str:
    """Key of the statutory form that people in this region are owed, or ""."""
    owed = (form for form in forms().values() if form.chosen == "region")
    return next((form.key for form in owed if region in form.regions), "")


@cache
def forms_by_notice(country: str, region: str) -> tuple[str, ...]:
    """Keys of the forms that reach people here once a notice has them."""
    chosen = (form for form in forms().values() if form.chosen == "notice")
    return tuple(form.key for form in chosen if {country, region} & set(form.regions))


@cache
def data_kinds() -> frozenset[str]:
    """All data kinds a condition may name: the labels of the English letters."""
    return frozenset(phrases("en").kinds)


@cache
def wording(language: str, form: str = "") -> Wording:
    """The ready text. Raises BadInput naming file and block where it is wrong."""
    phrases(language)
    name = f"{form or 'letter'}.toml"
    path = TEMPLATES / language / name
    if not path.exists():
        raise BadInput(
            f"no ready text for the form {form!r} in {language}", place=f"templates/letters/{language}/{name}"
        )
    data = _read(path)
    blocks = tuple(
        Block(key, data[key]["heading"], data[key]["text"].strip()) for key in BLOCKS if key in data
    )
    return check(Wording(language=language, form=form, title=data["title"].strip(), blocks=blocks))


@cache
def defaults(language: str, form: str = "") -> Mapping[str, str]:
    """Ready incident, measures and consequences, said where the drafter left hers empty."""
    name = f"{form or 'letter'}.toml"
    found: Mapping[str, str] = _read(TEMPLATES / language / name)["defaults"]
    return found


@cache
def style(language: str) -> Mapping[str, Any]:
    """What the lint minds in the language (style.py); empty where nobody has written it."""
    path = TEMPLATES / language / "style.toml"
    return _read(path) if path.exists() else {}


def check(text: Wording) -> Wording:
    """The same wording, once every block was parsed. Raises BadInput naming language and block."""
    for block in text.blocks:
        place = f"{text.key}/{block.key}"
        if block.key not in BLOCKS:
            raise BadInput("unknown block", place=place, mend="Blocks are: " + ", ".join(BLOCKS) + ".")
        parse(block.text, place=place, terms=data_kinds())
        check_placeholders(block.heading, place=place)
    parse(text.title, place=f"{text.key}/title", terms=data_kinds())
    return text


def ready_wordings(tags: Iterable[str], form_keys: Iterable[str] = ()) -> dict[str, Wording]:
    """Ready texts by `Wording.key` for these languages and forms: a statutory form in its own language, the
    letter to next of kin in each.
    """
    chosen, keys = list(tags), set(form_keys)
    found = [wording(tag) for tag in chosen]
    found += [wording(tag, NEXT_OF_KIN) for tag in chosen if NEXT_OF_KIN in keys]
    found += [wording(forms()[key].language, key) for key in sorted(keys - {NEXT_OF_KIN})]
    return {text.key: text for text in found}


def _read(path: Path) -> dict[str, Any]:
    place = f"{path.parent.name}/{path.name}"
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise BadInput("the file is missing", place=place, mend="See docs/adding-a-language.md.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput(f"not readable: {error}", place=place) from None
