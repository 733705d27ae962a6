"""What changed between two versions of a text, word by word, for a reader."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from notifications.letters.values import BLOCKS

_PARTS = re.compile(r"\n+|[^\S\n]+|\{[^{}\n]*\}|\[[^\]\n]*\]|[\w'’\-]+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Run:
    """Words that stand, came or went. Line breaks are part of the text."""

    kind: Literal["same", "added", "removed"]
    text: str


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field that is not as it was. `name` is a field of a wording or of the drafter's prose."""

    name: str
    runs: tuple[Run, ...]


def runs(old: str, new: str) -> tuple[Run, ...]:
    """The new text with what was taken out of the old one; joined, what stands and came is the new text."""
    before, after = _PARTS.findall(old), _PARTS.findall(new)
    found: list[Run] = []
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for tag, first, last, start, end in matcher.get_opcodes():
        if tag == "equal":
            found.append(Run("same", "".join(after[start:end])))
            continue
        if first < last:
            found.append(Run("removed", "".join(before[first:last])))
        if start < end:
            found.append(Run("added", "".join(after[start:end])))
    return tuple(found)


def changes(old: Mapping[str, object], new: Mapping[str, object]) -> list[FieldChange]:
    """Fields of two versions of one text (`to_json`) that differ, in the order in which they are read."""
    before, after = dict(_fields(old)), dict(_fields(new))
    names = dict.fromkeys([*after, *before])
    return [
        FieldChange(name, runs(before.get(name, ""), after.get(name, "")))
        for name in names
        if before.get(name, "") != after.get(name, "")
    ]


def _fields(text: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    for name in ("title", "incident", "measures", "consequences", "translated_from", "translator", "checker"):
        if name in text:
            yield (
                (f"own_{name}" if name in ("incident", "measures", "consequences") else name),
                str(text[name]),
            )
    found = text.get("blocks", [])
    blocks = {block["key"]: block for block in found} if isinstance(found, list) else {}
    for key in BLOCKS:
        if key in blocks:
            yield f"heading_{key}", blocks[key]["heading"]
            yield f"text_{key}", blocks[key]["text"]
