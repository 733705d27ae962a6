"""What the words of a column's header say it holds. The words stand in `data/headers.toml`."""

import functools
import re
import tomllib
import unicodedata
from collections.abc import Mapping
from pathlib import Path

DATA = Path(__file__).parent / "data"
_WORDS = re.compile(r"[^a-z0-9]+")


@functools.lru_cache(maxsize=16_384)  # the words of names come again and again
def plain(text: str) -> str:
    """Return lower-case ASCII letters and digits, single-spaced: "Prénom " and "PRENOM" are one."""
    decomposed = unicodedata.normalize("NFKD", text.replace("ß", "ss"))
    return _WORDS.sub(" ", decomposed.encode("ascii", "ignore").decode().lower()).strip()


@functools.cache
def _dictionary() -> Mapping[str, str]:
    with (DATA / "headers.toml").open("rb") as file:
        meanings = tomllib.load(file)
    return {plain(word): what for what, words in meanings.items() for word in words}


def recognise(header: str) -> str | None:
    """Return the field or data kind that a header names, or None."""
    return _dictionary().get(plain(header.replace("_", " ")))
