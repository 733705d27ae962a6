"""Read a facts document from the text of a JSON or TOML file."""

from __future__ import annotations

import json
import tomllib
from typing import Any

from breach.errors import BadInput
from breach.law.facts import Facts


def facts_from_text(text: str, *, name: str) -> Facts:
    """Return the facts in `text`; the file's `name` chooses the format and stands in refusals."""
    document = _parse(text, name)
    try:
        return Facts.from_json(document)
    except BadInput as error:
        place = f"{name}, {error.place}" if error.place else name
        raise BadInput(error.message, place=place, mend=error.mend, code=error.code) from None


def _parse(text: str, name: str) -> Any:
    try:
        return tomllib.loads(text) if name.lower().endswith(".toml") else json.loads(text)
    except json.JSONDecodeError as error:
        place = f"{name}, line {error.lineno}, column {error.colno}"
        raise BadInput(f"not JSON ({error.msg})", place=place, mend="Correct the file", code="json") from None
    except tomllib.TOMLDecodeError as error:
        raise BadInput(f"not TOML ({error})", place=name, mend="Correct the file", code="toml") from None
