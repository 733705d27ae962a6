"""Two small plots as SVG: bars of counts, and deadlines on one line of time.

Each has a title and a description for readers who do not see it, and its numbers stand beside it in a table.
Nothing is told by colour alone: bars carry their number, marks differ in shape and carry their label.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Literal

from django.utils.safestring import SafeString, mark_safe

WIDTH = 660
INK, SOFT, LINE, BAR, ALARM, DONE = "#0f172a", "#475569", "#94a3b8", "#1d4e89", "#b42318", "#136c43"
FONT = "Noto Sans"
ROW = 19
LABEL_WIDTH = 210
LANE = 17
EDGE = 8
LETTER = 5.1  # a mean letter's width at the size of labels, to keep them apart


@dataclass(frozen=True, slots=True)
class Bar:
    label: str
    value: int
    text: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A moment on the line. `kind` event: a dot; due: a diamond; done: a square."""

    at: datetime
    label: str
    kind: Literal["event", "due", "done"]


def bars(title: str, description: str, rows: Sequence[Bar]) -> SafeString:
    """Return horizontal bars, in the order given, each with its label and its number."""
    top = max((row.value for row in rows), default=0) or 1
    room = WIDTH - LABEL_WIDTH - 60
    parts = []
    for index, row in enumerate(rows):
        y = index * ROW
        length = max(1.0, room * row.value / top) if row.value else 0.0
        parts.append(_text(LABEL_WIDTH - 8, y + 13, row.label, anchor="end"))
        parts.append(f'<rect x="{LABEL_WIDTH}" y="{y + 3}" width="{length:.1f}" height="13" fill="{BAR}"/>')
        parts.append(_text(LABEL_WIDTH + length + 6, y + 13, row.text, weight=700))
    height = max(len(rows), 1) * ROW + 2
    parts.append(_line(LABEL_WIDTH, 0, LABEL_WIDTH, height))
    return _svg(title, description, height, parts)


def line_of_time(
    title: str, description: str, marks: Sequence[Mark], ticks: Sequence[tuple[datetime, str]]
) -> SafeString:
    """Return one line of time with its marks; labels are put on lanes so that none covers another.

    `ticks` are moments on the axis with their text, from first to last; marks outside them are refused.
    """
    ordered = sorted(marks, key=lambda mark: mark.at)
    first = min([mark.at for mark in ordered] + [at for at, _ in ticks])
    last = max([mark.at for mark in ordered] + [at for at, _ in ticks])
    span = (last - first).total_seconds() or 1.0

    def x_of(at: datetime) -> float:
        return EDGE + (WIDTH - 2 * EDGE) * (at - first).total_seconds() / span

    places, lanes = _lanes([(x_of(mark.at), mark.label) for mark in ordered])
    axis = lanes * LANE + 14
    lines, labels = [_line(EDGE, axis, WIDTH - EDGE, axis, width=1.6)], []
    for mark, (left, lane) in zip(ordered, places, strict=True):
        x, y = x_of(mark.at), (lanes - lane + 1) * LANE - 4
        lines += [_line(x, y + 3, x, axis), _shape(mark.kind, x, axis)]
        # White behind the words keeps another label's line from striking them through.
        width = LETTER * len(mark.label) + 6
        place = f'x="{left - 2:.1f}" y="{y - 9:.1f}" width="{width:.1f}" height="12"'
        labels.append(f'<rect {place} fill="white"/>')
        labels.append(_text(left, y, mark.label, weight=700 if mark.kind == "due" else 400))
    parts = lines + labels
    for at, text in ticks:
        x = x_of(at)
        anchor = "start" if x < WIDTH / 4 else "end" if x > WIDTH * 3 / 4 else "middle"
        parts.append(_line(x, axis, x, axis + 7))
        parts.append(_text(x, axis + 19, text, anchor=anchor, colour=SOFT))
    return _svg(title, description, axis + 26, parts)


def _lanes(marks: Sequence[tuple[float, str]]) -> tuple[list[tuple[float, int]], int]:
    """Return each label's left end and lane (1 is nearest the axis) and the number of lanes."""
    ends: list[float] = []
    places = []
    for x, label in marks:
        width = LETTER * len(label) + 10
        left = max(0.0, min(x - 3, WIDTH - width))
        lane = next((index for index, end in enumerate(ends) if end <= left), len(ends))
        if lane == len(ends):
            ends.append(0.0)
        ends[lane] = left + width
        places.append((left, lane + 1))
    return places, max(len(ends), 1)


def _svg(title: str, description: str, height: float, parts: Sequence[str]) -> SafeString:
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" '
        f'width="{WIDTH}" height="{height:.0f}" role="img">'
        f"<title>{escape(title)}</title><desc>{escape(description)}</desc>"
    )
    return mark_safe(head + "".join(parts) + "</svg>")  # noqa: S308 - every text above is escaped


def _text(
    x: float, y: float, text: str, *, anchor: str = "start", weight: int = 400, colour: str = INK
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-family="{FONT}" font-size="9" font-weight="{weight}" '
        f'text-anchor="{anchor}" fill="{colour}">{escape(text)}</text>'
    )


def _line(x1: float, y1: float, x2: float, y2: float, *, width: float = 0.8) -> str:
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" '
        f'stroke="{LINE}" stroke-width="{width}"/>'
    )


def _shape(kind: str, x: float, y: float) -> str:
    match kind:
        case "due":
            points = f"{x:.1f},{y - 6:.1f} {x + 6:.1f},{y:.1f} {x:.1f},{y + 6:.1f} {x - 6:.1f},{y:.1f}"
            return f'<polygon points="{points}" fill="{ALARM}"/>'
        case "done":
            return f'<rect x="{x - 5:.1f}" y="{y - 5:.1f}" width="10" height="10" fill="{DONE}"/>'
        case _:
            return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{BAR}"/>'
