"""Fixed words of papers, per language, from TOML files beside the code that prints them.

A filing or report is written in its own language, whatever the interface speaks, so its words are data and
not part of the interface's catalogue.
"""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping
from pathlib import Path

LANGUAGES = ("en", "fr")

Words = Mapping[str, str]


@functools.cache
def load_words(path: Path) -> Mapping[str, Words]:
    """Return {language: {key: text}} from a TOML file of `key = {en = "…", fr = "…"}` tables.

    Raises ValueError naming file and key when a language is missing: fail at start, not at print.
    """
    table = tomllib.loads(path.read_text("utf-8"))
    for key, texts in table.items():
        if set(texts) != set(LANGUAGES):
            raise ValueError(f"{path.name}: {key} needs exactly the languages {', '.join(LANGUAGES)}")
    return {language: {key: texts[language] for key, texts in table.items()} for language in LANGUAGES}


def pick(texts: Mapping[str, str], language: str) -> str:
    """Return the text in `language`, or in English where the paper's language has none."""
    return texts.get(language) or texts["en"]
