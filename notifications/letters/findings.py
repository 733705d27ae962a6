"""What findings say, in English and in the languages of the interface (data/findings.toml)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from typing import Literal

from breach.errors import BadInput
from notifications.letters.library import DATA
from notifications.letters.syntax import CIRCUMSTANCES, PLACEHOLDERS
from notifications.letters.values import Finding


def legal(code: str, place: str, *, words: str = "", **values: object) -> Finding:
    """A finding that blocks submission. `words` is the key of data/findings.toml where it is not the code."""
    return _find("legal", code, place, words, values)


def style(code: str, place: str, *, words: str = "", **values: object) -> Finding:
    """A finding that only warns."""
    return _find("style", code, place, words, values)


def _find(
    level: Literal["legal", "style"], code: str, place: str, words: str, values: Mapping[str, object]
) -> Finding:
    said = {name: str(value) for name, value in values.items()}
    message, mend = (text.format_map(said) for text in _texts()[words or code]["en"])
    return Finding(level, code, place, message, mend, words or code, said)


def refused(error: BadInput, place: str) -> Finding:
    """What the notation refused, as a finding at the place it names, else at `place`."""
    place = error.place or place
    if error.code == "unknown_condition":
        found = error.message.removeprefix("unknown condition ")
        return legal(error.code, place, found=found, known=", ".join(sorted(CIRCUMSTANCES)))
    if error.code == "unknown_placeholder" and error.message.startswith("unknown"):
        known = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
        return legal(error.code, place, found=error.message.removeprefix("unknown placeholder "), known=known)
    if error.code == "unknown_placeholder":
        return legal(error.code, place, words="stray_brace")
    return Finding("legal", error.code, place, error.message, error.mend)


def worded(finding: Finding, language: str, shown: Mapping[str, str] | None = None) -> tuple[str, str]:
    """The finding and its mend in this language; in English where it is not written in it.

    `shown` are values as the reader calls them: "French" for "fr".
    """
    texts = _texts().get(finding.words, {}).get(language.partition("-")[0])
    if texts is None:
        return finding.message, finding.mend
    message, mend = (text.format_map({**finding.values, **(shown or {})}) for text in texts)
    return message, mend


@cache
def _texts() -> Mapping[str, Mapping[str, tuple[str, str]]]:
    data = tomllib.loads((DATA / "findings.toml").read_text(encoding="utf-8"))
    return {key: {tag: (said, mend) for tag, (said, mend) in row.items()} for key, row in data.items()}
