"""The texts of a notice as they are written, field by field: what the lint reads, and where it points."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from breach.errors import BadInput
from notifications.letters import library
from notifications.letters.syntax import Piece, parse
from notifications.letters.values import IncidentText, NoticeContent, Wording

OWN = ("incident", "measures", "consequences")
"""Fields of the drafter's own prose (IncidentText)."""
PLACE_OF = {"incident": "incident", "measures": "measures", "consequences": "likely_consequences"}
"""What findings call them: by the placeholder that says them, since "consequences" is a block too."""
BLOCK_OF = {"incident": "what_happened", "measures": "what_we_do", "consequences": "consequences"}
"""Where each of them is read."""

_PLACEHOLDER = re.compile(r"\{[^{}\n]*\}")


@dataclass(frozen=True, slots=True)
class Prose:
    """One field. `place` is "<wording>/<field>"; `block` is the block in which it is read, or "title"."""

    place: str
    language: str
    block: str
    field: str
    pieces: tuple[Piece, ...]

    @property
    def texts(self) -> list[str]:
        """The pieces as a reader meets them; what a placeholder will say is one unknown word."""
        return [_PLACEHOLDER.sub("…", piece.text) for piece in self.pieces]


def written(content: NoticeContent, only: str = "") -> Iterator[Prose]:
    """Every field of every wording (or of the one with this key) and of the drafter's own prose in it. Fields with a
    wrong notation are left out.
    """
    for text in content.wordings.values():
        if only not in ("", text.key):
            continue
        yield from _wording(text)
        yield from _own(content, text)


def own_of(content: NoticeContent, text: Wording) -> tuple[str, IncidentText]:
    """The drafter's prose that this wording says, and its key."""
    key = next((key for key in (text.key, text.language) if key in content.texts), text.key)
    return key, content.texts.get(key) or IncidentText(text.language)


def _wording(text: Wording) -> Iterator[Prose]:
    yield from _prose(f"{text.key}/title", text.language, "title", "title", text.title)
    for block in text.blocks:
        yield from _prose(f"{text.key}/{block.key}", text.language, block.key, block.key, block.text)


def _own(content: NoticeContent, text: Wording) -> Iterator[Prose]:
    """Her own words, or the ready ones that stand in for them."""
    key, own = own_of(content, text)
    for name in OWN:
        typed = str(getattr(own, name))
        said = typed or _default(text, name)
        yield from _prose(
            f"{key if typed else text.key}/{PLACE_OF[name]}",
            text.language,
            BLOCK_OF[name],
            PLACE_OF[name],
            said,
        )


def _default(text: Wording, name: str) -> str:
    try:
        return library.defaults(text.language, text.form)[name]
    except BadInput:  # a language or form without ready texts is a finding elsewhere
        return ""


def _prose(place: str, language: str, block: str, field: str, text: str) -> Iterator[Prose]:
    try:
        pieces = parse(text, place=place, terms=library.data_kinds())
    except BadInput:
        return
    if pieces:
        yield Prose(place, language, block, field, pieces)
