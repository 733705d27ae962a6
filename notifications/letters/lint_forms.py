"""Whether a letter keeps the form that a statute prescribes (data/forms.toml). Every finding blocks."""

from __future__ import annotations

import re
from collections.abc import Iterator

from notifications.letters import findings, library
from notifications.letters.syntax import parse, placeholders
from notifications.letters.values import Body, Finding, NoticeContent, Wording

_COUNT = re.compile(r"\b\d[\d,.]*\s+(?:\w+\s+){0,2}(?:residents|people|persons|individuals|customers)\b")
_UNSAID = {"breach_date": "form_breach_date", "discovery_date": "form_discovery_date"}


def wording(content: NoticeContent, text: Wording) -> Iterator[Finding]:
    """What is wrong with the wording of a statutory form as it is written."""
    form = library.forms()[text.form]
    if form.title and text.title != form.title:
        yield findings.legal("form_title", f"{text.key}/title", title=form.title)
    headings = [block.heading for block in text.blocks]
    if form.headings and headings != list(form.headings.values()):
        yield findings.legal("form_headings", text.key, headings="; ".join(form.headings.values()))
    yield from _forbidden(form, text)
    yield from _dates(form, content, text)
    if form.headings and content.delayed_by_law_enforcement and "delayed" not in _terms(text):
        yield findings.legal("form_delay", f"{text.key}/what_happened")


def _forbidden(form: library.Form, text: Wording) -> Iterator[Finding]:
    for block in text.blocks:
        if block.key in form.forbidden and block.text.strip():
            place = f"{text.key}/{block.key}"
            yield findings.legal("form_forbidden", place, words="form_forbidden_block", source=form.source)
        for name in sorted(placeholders(block.text) & set(form.forbidden)):
            yield findings.legal(
                "form_forbidden",
                f"{text.key}/{block.key}",
                words="form_forbidden_placeholder",
                name=name,
                source=form.source,
            )


def _dates(form: library.Form, content: NoticeContent, text: Wording) -> Iterator[Finding]:
    happened = text.block("what_happened")
    own = content.texts.get(text.key) or content.texts.get(text.language)
    incident = (own.incident if own else "") or library.defaults(text.language, text.form)["incident"]
    said = placeholders(incident + (happened.text if happened else ""))
    for field, placeholder in form.dates.items():
        if placeholder in form.forbidden or getattr(content, field) is None or placeholder in said:
            continue
        yield findings.legal(_UNSAID[placeholder], f"{text.key}/what_happened", placeholder=placeholder)


def _terms(text: Wording) -> set[str]:
    pieces = (parse(block.text, place=text.key, terms=library.data_kinds()) for block in text.blocks)
    return {term for row in pieces for piece in row for term in piece.terms}


def body(form: library.Form, letter: Body) -> Iterator[Finding]:
    """What is wrong with one composed letter of the form."""
    filled = {section.key for section in letter.sections if section.paragraphs}
    if missing := [name for name in form.required if name not in filled]:
        yield findings.legal("form_empty", form.key, missing=", ".join(missing))
    text = " ".join(one.text for section in letter.sections for one in section.paragraphs)
    for owed, phrases in form.must_say.items():
        if not any(phrase in text.casefold() for phrase in phrases.split("|")):
            said = ", ".join(phrases.split("|"))
            yield findings.legal("form_unsaid", form.key, owed=owed, phrases=said)
    if "what_happened" in form.forbidden and _COUNT.search(text):
        yield findings.legal("form_forbidden", form.key, words="form_forbidden_count", source=form.source)
    sender = letter.sender
    if not any((sender.phone, sender.email, sender.website, sender.address_lines)):
        yield findings.legal("form_contact", f"{letter.key.language}@{form.key}/contact")
