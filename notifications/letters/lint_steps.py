"""What to do comes first: a frightened reader does not look for it behind an explanation. Only warns."""

from __future__ import annotations

from collections.abc import Iterator

from notifications.letters import findings
from notifications.letters.prose import Prose
from notifications.letters.style import Style, straight, style_of
from notifications.letters.syntax import Piece
from notifications.letters.values import Finding

_LABEL_WORDS = 5  # shorter paragraphs lead into a list


def steps(prose: Prose) -> Iterator[Finding]:
    """Paragraphs of background that stand before a step, or a block without any step."""
    style = style_of(prose.language)
    if style is None or prose.block != "what_you_can_do":
        return
    told = [_tells(piece, style) for piece in prose.pieces]
    if not any(told):
        yield findings.style("no_steps", prose.place)
        return
    last = max(number for number, is_step in enumerate(told) if is_step)
    for piece, is_step in zip(prose.pieces[:last], told[:last], strict=True):
        if not is_step and _is_background(piece):
            start = " ".join(piece.text.split()[:6])
            yield findings.style("steps_not_first", prose.place, start=start)


def _tells(piece: Piece, style: Style) -> bool:
    return style.step.search(straight(piece.text)) is not None


def _is_background(piece: Piece) -> bool:
    """Items count as steps, however they are worded; a line that leads into a list is none of both."""
    text = piece.text.rstrip()
    return piece.style == "paragraph" and not text.endswith(":") and len(text.split()) > _LABEL_WORDS
