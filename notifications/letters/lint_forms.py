"""Whether a letter keeps the form that a statute prescribes (data/forms.toml). Every finding blocks."""

from __future__ import annotations

import re
from collections.abc import Iterator

from notifications.letters import library
from notifications.letters.syntax import parse, placeholders
from notifications.letters.values import Body, Finding, NoticeContent, Wording

_COUNT = re.compile(r"\b\d[\d,.]*\s+(?:\w+\s+){0,2}(?:residents|people|persons|individuals|customers)\b")
_SAYINGS = {
    "breach_date": ("form_breach_date", "breach"),
    "discovery_date": ("form_discovery_date", "discovery"),
}


def wording(content: NoticeContent, text: Wording) -> Iterator[Finding]:
    """What is wrong with the wording of a statutory form as it is written."""
    form = library.forms()[text.form]
    if form.title and text.title != form.title:
        mend = f"The title is exactly: {form.title}"
        yield Finding("legal", "form_title", f"{text.key}/title", "the title is prescribed", mend)
    headings = [block.heading for block in text.blocks]
    if form.headings and headings != list(form.headings.values()):
        mend = "The headings are exactly, in this order: " + "; ".join(form.headings.values())
        yield Finding("legal", "form_headings", text.key, "the headings are prescribed", mend)
    yield from _forbidden(form, text)
    yield from _dates(form, content, text)
    if form.headings and content.delayed_by_law_enforcement and "delayed" not in _terms(text):
        mend = "Add a paragraph that begins with [delayed]."
        yield Finding("legal", "form_delay", text.key, "the delay for law enforcement is not said", mend)


def _forbidden(form: library.Form, text: Wording) -> Iterator[Finding]:
    for block in text.blocks:
        if block.key in form.forbidden and block.text.strip():
            message = "this form must not hold this block"
            yield Finding("legal", "form_forbidden", f"{text.key}/{block.key}", message, form.source)
        for name in sorted(placeholders(block.text) & set(form.forbidden)):
            message = f"this form must not say {{{name}}}"
            yield Finding("legal", "form_forbidden", f"{text.key}/{block.key}", message, form.source)


def _dates(form: library.Form, content: NoticeContent, text: Wording) -> Iterator[Finding]:
    happened = text.block("what_happened")
    own = content.texts.get(text.key) or content.texts.get(text.language)
    incident = (own.incident if own else "") or library.defaults(text.language, text.form)["incident"]
    said = placeholders(incident + (happened.text if happened else ""))
    for field, placeholder in form.dates.items():
        if placeholder in form.forbidden or getattr(content, field) is None or placeholder in said:
            continue
        code, name = _SAYINGS[placeholder]
        mend = f"Put {{{placeholder}}} into what happened."
        yield Finding("legal", code, text.key, f"the date of the {name} is known and not said", mend)


def _terms(text: Wording) -> set[str]:
    pieces = (parse(block.text, place=text.key, terms=library.data_kinds()) for block in text.blocks)
    return {term for row in pieces for piece in row for term in piece.terms}


def body(form: library.Form, letter: Body) -> Iterator[Finding]:
    """What is wrong with one composed letter of the form."""
    filled = {section.key for section in letter.sections if section.paragraphs}
    if missing := [name for name in form.required if name not in filled]:
        mend = "Write them: " + ", ".join(missing)
        yield Finding("legal", "form_empty", form.key, "parts of the statutory form are empty", mend)
    text = " ".join(one.text for section in letter.sections for one in section.paragraphs)
    for owed, phrases in form.must_say.items():
        if not any(phrase in text.casefold() for phrase in phrases.split("|")):
            mend = "Write it, for instance with: " + ", ".join(phrases.split("|"))
            yield Finding("legal", "form_unsaid", form.key, f"the letter does not say {owed}", mend)
    if "what_happened" in form.forbidden and _COUNT.search(text):
        message = "this form must not say how many people are concerned"
        yield Finding("legal", "form_forbidden", form.key, message, form.source)
    sender = letter.sender
    if not any((sender.phone, sender.email, sender.website, sender.address_lines)):
        message = "the letter names no way to reach the sender"
        yield Finding("legal", "form_contact", form.key, message, "Give telephone, e-mail, site or address.")
