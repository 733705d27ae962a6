"""What was not taken, where, and why. Wording stands in `data/reasons.toml`, per language."""

import functools
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

DATA = Path(__file__).parent / "data"
MASK_LENGTH = 24
_ALNUM = re.compile(r"\w")


@dataclass(frozen=True, slots=True)
class Refusal:
    """One cell that could not be taken.

    `row` counts as a spreadsheet does: the first row of the file is 1. `column` is the header's text, or
    "" for the row as a whole. With `whole_row` the row is refused; without it the row was accepted and
    only this cell set aside (an e-mail address that cannot be written to, say). `masked` never shows more
    than first letters.
    """

    row: int
    column: str
    reason: str
    masked: str = ""
    whole_row: bool = True


def mask(value: str) -> str:
    """Keep the shape of a value and the first letter of each word, so that it can be found and not read."""
    shown = "".join(
        char
        if not _ALNUM.match(char) or (char.isalpha() and not (index and _ALNUM.match(value[index - 1])))
        else "•"
        for index, char in enumerate(value[:MASK_LENGTH])
        if char.isprintable()
    )
    return f"{shown}…" if len(value) > MASK_LENGTH else shown


@functools.cache
def reasons() -> Mapping[str, Mapping[str, str]]:
    """Return code -> language -> sentence that says what is wrong and how to mend it."""
    with (DATA / "reasons.toml").open("rb") as file:
        return tomllib.load(file)


def reason_text(code: str, language: str) -> str:
    """Return the sentence for a reason code in `language`, in English where that language has none."""
    words = reasons()[code]
    return words.get(language, words["en"])
