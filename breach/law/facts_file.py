"""Read a facts document from the text of a JSON or TOML file."""

from __future__ import annotations

import json
import tomllib
from typing import Any

from breach.errors import BadInput
from breach.law.facts import Facts


def facts_from_text(text: str, *, name: str) -> Facts:
    """Return the facts in `text`; the file's `name` chooses the format and stands in refusals."""
    document = parse(text, name)
    try:
        return Facts.from_json(document)
    except BadInput as error:
        place = f"{name}, {error.place}" if error.place else name
        raise BadInput(error.message, place=place, mend=error.mend, code=error.code) from None


def to_json_text(facts: Facts) -> str:
    """Return the whole document as JSON, unknown facts as null."""
    return json.dumps(facts.to_json(), ensure_ascii=False, indent=2) + "\n"


def to_toml_text(facts: Facts) -> str:
    """Return the document as TOML, which has no null: unknown facts are left out, and named in comments."""
    document = facts.to_json()
    lines = [f"{key} = {_toml(value)}" for key, value in document.items() if value is not None]
    unknown = [f"# {key} is not known" for key, value in document.items() if value is None]
    return "\n".join([*lines, *unknown]) + "\n"


def _toml(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(_toml(one) for one in value)}]"
    if isinstance(value, dict):
        known = {key: one for key, one in value.items() if one is not None}
        return "{ " + ", ".join(f"{json.dumps(key)} = {_toml(one)}" for key, one in known.items()) + " }"
    # A JSON string is a TOML basic string, but for a delete character, which TOML wants escaped.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")


def parse(text: str, name: str) -> Any:
    """Return the document in `text`, TOML or JSON by the file's `name`. BadInput names file and line."""
    if not text.strip():
        raise BadInput(
            "the file is empty", place=name, mend="Write at least {} (nothing is known)", code="empty"
        )
    try:
        if name.lower().endswith(".toml"):
            return tomllib.loads(text)
        return json.loads(text, object_pairs_hook=lambda pairs: _once(pairs, name))
    except json.JSONDecodeError as error:
        place = f"{name}, line {error.lineno}, column {error.colno}"
        raise BadInput(f"not JSON ({error.msg})", place=place, mend="Correct the file", code="json") from None
    except tomllib.TOMLDecodeError as error:
        raise BadInput(f"not TOML ({error})", place=name, mend="Correct the file", code="toml") from None
    except (RecursionError, ValueError):
        raise BadInput(
            "nested too deeply, or with a number too long", place=name, mend="Correct the file", code="json"
        ) from None


def _once(pairs: list[tuple[str, Any]], name: str) -> dict[str, Any]:
    """Refuse a key that stands twice: JSON would silently keep the last of them."""
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise BadInput(
                "the key stands twice", place=f"{name}, {key}", mend="Keep one of them", code="json"
            )
        found[key] = value
    return found
