"""A composed letter as HTML for the layout engine. Every text is escaped here, and nowhere else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape
from itertools import groupby

from notifications.letters.address import Window, return_line
from notifications.letters.geometry import type_of
from notifications.letters.library import Phrases
from notifications.letters.values import Body, Paragraph, Personal, Section

_ONE_COLUMN, _NARROW = 3, 40  # more items than this, all shorter than that, stand in two columns
EMPTY = Personal(address=(), salutation="", reference="", code="", link="")
"""What the stamped letters are laid out with: every place is there, and empty."""


def document(
    body: Body, personal: Personal, window: Window, phrases: Phrases, *, small_address: bool = False
) -> str:
    """The whole page. `small_address` sets the lines of an address that would not fit otherwise."""
    sizes = type_of(body.key).name
    look = f' class="{sizes}"' if sizes else ""
    return (
        f'<!doctype html><html lang="{escape(body.key.language)}"><head><meta charset="utf-8">'
        f"<title>{escape(body.title)}</title>"
        f'<meta name="author" content="{escape(body.sender.legal_name or body.sender.name)}"></head>'
        f"<body{look}>{_head(body, personal, window, phrases, small_address)}"
        f"{_main(body, personal, phrases)}"
        "</body></html>"
    )


def _head(body: Body, personal: Personal, window: Window, phrases: Phrases, small_address: bool) -> str:
    sender = body.sender
    lines = " · ".join((*sender.address_lines, *([bare_site(sender.website)] if sender.website else [])))
    size = "address small" if small_address else "address"
    address = "".join(f'<span class="line">{escape(line)}</span>' for line in personal.address)
    back = (
        f'<div class="return">{escape(return_line(sender, neutral=body.neutral_envelope))}</div>'
        if window.return_top
        else ""
    )
    return (
        '<div class="head">'
        f'<div class="letterhead"><div class="name">{escape(sender.name)}</div>'
        f'<div class="lines">{escape(lines)}</div></div>{back}'
        f'<div class="{size}" id="slot-address">{address}</div>'
        f'<dl class="info"><dt>{escape(phrases.labels["date"])}</dt><dd>{escape(body.date)}</dd>'
        f"<dt>{escape(phrases.labels['reference'])}</dt>"
        f'<dd id="slot-reference">{escape(personal.reference)}</dd></dl>'
        + "".join(f'<div class="fold fold-{number}"></div>' for number in range(len(window.folds)))
        + "</div>"
    )


def _main(body: Body, personal: Personal, phrases: Phrases) -> str:
    drill = f'<p class="drill">{escape(phrases.labels["drill"])}</p>' if body.drill else ""
    return (
        f'{drill}<h1 data-reference="{escape(personal.reference)}">{escape(body.title)}</h1>'
        f'<p class="salutation" id="slot-salutation">{escape(personal.salutation)}</p>'
        + "".join(_section(section) for section in body.sections)
        + _closing(body)
        + _genuine(body, personal, phrases)
    )


def _section(section: Section) -> str:
    return f"<section><h2>{escape(section.heading)}</h2>{''.join(_flow(section.paragraphs))}</section>"


def _flow(paragraphs: Iterable[Paragraph]) -> Iterator[str]:
    for style, group in groupby(paragraphs, key=lambda paragraph: paragraph.style):
        texts = [escape(paragraph.text) for paragraph in group]
        if style == "item":
            narrow = len(texts) > _ONE_COLUMN and all(len(text) < _NARROW for text in texts)
            kind = ' class="data"' if narrow else ""
            yield f"<ul{kind}>" + "".join(f"<li>{text}</li>" for text in texts) + "</ul>"
        else:
            yield from (f"<p>{text}</p>" for text in texts)


def _closing(body: Body) -> str:
    first = f"<p>{escape(body.closing)}</p>" if body.closing else ""
    name = escape(body.sender.legal_name or body.sender.name)
    return f'<div class="closing">{first}<p class="name">{name}</p></div>'


def _genuine(body: Body, personal: Personal, phrases: Phrases) -> str:
    """The box with code and QR. Both places are there in every letter, so that all are laid out alike."""
    picture = f'<img src="letter:qr" alt="{escape(phrases.genuine["qr"])}">' if personal.link else ""
    return (
        f'<div class="genuine"><p class="question">{escape(body.genuine_heading)}</p>'
        f"<p>{escape(body.genuine_text)}</p>"
        f'<p class="label">{escape(phrases.labels["code"])}</p>'
        f'<p class="code" id="slot-code">{escape(personal.code)}</p>'
        f'<div class="qr" id="slot-qr">{picture}</div></div>'
    )


def bare_site(website: str) -> str:
    return website.removeprefix("https://").removeprefix("http://").rstrip("/")
