"""The notice in public that stands in for letters which cannot arrive: for a web page and for the media, from a notice's texts.

It says what the letter of the language says, to nobody by name, of all kinds of data that were exposed (Article 34(3)(c)
GDPR; 45 CFR 164.404(d)(2)(ii)). What is for one person only, such as the code of the genuine-letter page, is left out.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from itertools import groupby

from notifications.letters import library
from notifications.letters.compose import compose_body, long_date
from notifications.letters.syntax import fill
from notifications.letters.values import Body, NoticeContent, Section, VariantKey

PAGE = (
    '<!doctype html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
    '<meta name="viewport" content="width=device-width">\n<title>{title}</title>\n</head>\n<body>\n<main>\n{main}\n'
    "</main>\n</body>\n</html>\n"
)


@dataclass(frozen=True, slots=True)
class PublicText:
    """The notice in one language: `html` a whole page without script, style or remote content, `text` for the media."""

    language: str
    title: str
    html: str
    text: str


def public_text(
    content: NoticeContent,
    language: str,
    kinds: tuple[str, ...],
    *,
    date: dt.date,
    until: dt.date | None = None,
) -> PublicText:
    """Return the notice in `language`, a wording of the notice that no statute prescribes. `until` is the last day on which
    the page has to stand. Raises BadInput naming wording and block.
    """
    phrases = library.phrases(language)
    body = compose_body(content, VariantKey(language, kinds, minor=False), date=date)
    last = long_date(until, body.locale, phrases) if until else ""
    values = {"organisation": body.sender.name, "contact_phone": body.sender.phone, "until": last}
    said = {name: fill(text, values) for name, text in phrases.public.items()}
    return PublicText(
        language=language,
        title=said["heading"],
        html=_html(body, said, until=bool(last)),
        text="\n".join(_text(body, said)),
    )


def _html(body: Body, said: dict[str, str], *, until: bool) -> str:
    parts = [
        f"<h1>{escape(said['heading'])}</h1>",
        f"<p>{escape(body.date)}</p>",
        f"<p>{escape(said['lead'])}</p>",
    ]
    parts += [f"<p><strong>{escape(said['ask'])}</strong></p>"] if body.sender.phone else []
    for section in body.sections:
        parts += [f"<h2>{escape(section.heading)}</h2>", *_flow(section)]
    parts.append(f"<p>{escape(body.sender.legal_name or body.sender.name)}</p>")
    if until:
        parts.append(f"<p>{escape(said['until'])}</p>")
    return PAGE.format(
        language=escape(body.key.language), title=escape(said["heading"]), main="\n".join(parts)
    )


def _flow(section: Section) -> Iterator[str]:
    for style, group in groupby(section.paragraphs, key=lambda paragraph: paragraph.style):
        texts = [escape(paragraph.text) for paragraph in group]
        if style == "item":
            yield "<ul>" + "".join(f"<li>{text}</li>" for text in texts) + "</ul>"
        else:
            yield from (f"<p>{text}</p>" for text in texts)


def _text(body: Body, said: dict[str, str]) -> Iterator[str]:
    yield f"{said['media']}\n"
    yield f"{body.sender.name}, {body.date}\n"
    yield f"{said['lead']}\n"
    if body.sender.phone:
        yield f"{said['ask']}\n"
    for section in body.sections:
        yield f"{section.heading}\n"
        for style, group in groupby(section.paragraphs, key=lambda paragraph: paragraph.style):
            mark = "- " if style == "item" else ""
            separator = "\n" if style == "item" else "\n\n"
            yield separator.join(mark + paragraph.text for paragraph in group) + "\n"
    yield body.sender.legal_name or body.sender.name
