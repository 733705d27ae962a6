"""The words of `words.toml`, compiled once."""

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from notifications.states import Code

_FILE = Path(__file__).with_name("words.toml")


class Reason(NamedTuple):
    """What a notice says, by its words alone."""

    code: Code
    hard: bool


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))


@cache
def _any_of(*path: str) -> re.Pattern[str]:
    found: Any = _data()
    for name in path:
        found = found[name]
    return _joined(tuple(found))


@cache
def _joined(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{one})" for one in patterns), re.IGNORECASE | re.MULTILINE)


def names_a_mail_program(sender: str) -> bool:
    """Say whether a local part or display name is one that bounces come from."""
    return bool(_any_of("sender").search(sender))


def is_subject_of_bounce(subject: str) -> bool:
    return bool(_any_of("subject").search(subject))


def is_subject_of_answer(subject: str) -> bool:
    return bool(_any_of("answer", "subject").search(subject))


def speaks_of_failure(text: str) -> bool:
    return bool(_any_of("body").search(text))


def speaks_of_delay(text: str) -> bool:
    return bool(_any_of("delay").search(text))


def starts_original(line: str) -> bool:
    """Say whether the message that did not arrive begins at this line of a notice."""
    return bool(_any_of("cut").search(line))


def reason_in(text: str) -> Reason | None:
    """Return the first reason whose words stand in the text, in the order of the file; None without any."""
    for row in _data()["reason"]:
        if _joined(tuple(row["say"])).search(text):
            return Reason(Code(row["code"]), row["hard"])
    return None
