"""Values of a filing as people read them: options by text, instants with zone, numbers in local form."""

from __future__ import annotations

from pathlib import Path

from notifications.filings.complete import Finding
from notifications.filings.content import ToFollow, Value
from notifications.filings.form import Field, Form
from notifications.moments import from_iso, say_country, say_moment, say_number
from notifications.wording import Words, load_words, pick

WORDS = Path(__file__).parent / "words.toml"


def words(language: str) -> Words:
    """Return the fixed words of filings in a language, English where there are none."""
    tables = load_words(WORDS)
    return tables.get(language, tables["en"])


def show_value(field: Field, value: Value, language: str) -> tuple[str, ...]:
    """Return the lines that print a value; several choices are several lines."""
    if value is None:
        return ()
    if field.repeat:
        return tuple(line for item in value for line in _show_one(field, item, language))
    return _show_one(field, value, language)


def show_state(field: Field, state: Value | ToFollow | None, language: str, zone: str) -> tuple[str, ...]:
    """Return the lines for a value, for a promise, or for nothing."""
    w = words(language)
    if state is None:
        return (w["nothing"],)
    if isinstance(state, ToFollow):
        return (w["to_follow_by"].format(by=say_moment(state.by, zone, language)),)
    return show_value(field, state, language)


def show_finding(finding: Finding, form: Form, language: str) -> str:
    """Word what is to mend, for pages and refusals."""
    field = form.field(finding.key)
    code = "missing_now" if finding.code == "missing" and not field.follows else finding.code
    return words(language)[f"findings.{code}"].format(row=field.row, label=pick(field.label, language))


def _show_one(field: Field, value: Value, language: str) -> tuple[str, ...]:
    match field.type:
        case "choice" | "multi":
            return tuple(_option(field, one, language) for one in _list(value))
        case "instant":
            return (say_moment(from_iso(value["at"]), value["zone"], language),)
        case "number":
            return (say_number(value, language),)
        case "countries":
            return (", ".join(say_country(code, language) for code in value),)
        case "counts":
            colon = words(language)["colon"]
            return tuple(
                f"{say_country(code, language)}{colon} {say_number(count, language)}"
                for code, count in value.items()
            )
        case _:
            return tuple(str(value).split("\n"))


def _list(value: Value) -> list[str]:
    return value if isinstance(value, list) else [value]


def _option(field: Field, key: str, language: str) -> str:
    option = field.option(key)
    return pick(option.text, language) if option else key
