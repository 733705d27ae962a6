"""What is wrong with a notice before anybody approves it. Legal findings block submission, style only warns.

GDPR Article 34(2) with 33(3)(b), (c), (d); California Civil Code 1798.82(d).
"""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import islice

from breach.errors import BadInput
from notifications.letters import agencies, fonts, library, lint_forms, readability
from notifications.letters.address import postal_lines, window_for, windows
from notifications.letters.compose import compose_body, names_agencies, variant_of, wording_for
from notifications.letters.geometry import POINTS_PER_MM, SMALL_ADDRESS_POINTS, small_lines
from notifications.letters.shaping import line_width
from notifications.letters.syntax import parse
from notifications.letters.values import (
    NEXT_OF_KIN,
    Body,
    Finding,
    NoticeContent,
    Recipient,
    VariantKey,
    Wording,
)

_ARTICLE_34 = {
    "what_happened": ("nature", "the nature of the breach"),
    "consequences": ("consequences", "the likely consequences"),
    "what_we_do": ("measures", "the measures taken or proposed"),
    "what_you_can_do": ("advice", "what people can do to protect themselves"),
    "contact": ("contact", "the data protection officer or another contact point"),
}
_LABEL_WORDS = 5  # shorter paragraphs are items of the list of data, not prose
_SHOWN = 20
"""Findings about single recipients are listed up to this number; the rest is counted."""


def lint(content: NoticeContent, recipients: Iterable[Recipient] = (), *, date: dt.date) -> list[Finding]:
    """All findings, legal ones first. Without recipients every wording is tried with all data kinds and none.

    `date` is the day the letters would carry. Nothing is raised: bad texts become findings too.
    """
    people = list(recipients)
    found = [finding for text in content.wordings.values() for finding in _wording(content, text)]
    found += _texts(content)
    found += _people(content, people)
    if not any(finding.code.startswith("unknown_") for finding in found):
        found += _bodies(content, people, date)
    if not content.genuine_page:
        message = "the letter names no page on which it can be checked"
        found.append(Finding("style", "no_genuine_page", "notice", message, "Give the genuine-letter page."))
    unique: dict[tuple[str, str, str], Finding] = {}
    for finding in found:
        unique.setdefault(_subject(finding), finding)
    return sorted(unique.values(), key=lambda finding: finding.level != "legal")


def _subject(finding: Finding) -> tuple[str, str, str]:
    """What a finding is about: several variants of one wording share theirs, whatever each scores."""
    return finding.code, finding.place, "" if finding.code == "readability" else finding.message


def blocks_submission(findings: Iterable[Finding]) -> bool:
    return any(finding.level == "legal" for finding in findings)


def _wording(content: NoticeContent, text: Wording) -> Iterator[Finding]:
    try:
        library.phrases(text.language)
        if not library.is_form(text.form):
            raise BadInput(f"unknown form {text.form}", place=text.key, code="unknown_form")  # noqa: TRY301
        library.check(text)
    except BadInput as error:
        yield Finding("legal", error.code, error.place or text.key, error.message, error.mend)
        return
    yield from _translation(text.key, text.translated_from, text.translator, text.checker)
    if library.statute(text.form):
        yield from lint_forms.wording(content, text)


def _translation(place: str, source: str, translator: str, checker: str) -> Iterator[Finding]:
    if source and not (translator.strip() and checker.strip()):
        message = f"translated from {source} without a named translator and checker"
        yield Finding(
            "legal", "unchecked_translation", place, message, "Name who translated and who checked."
        )
    elif source and translator.strip().casefold() == checker.strip().casefold():
        message = "translator and checker are the same person"
        yield Finding(
            "legal", "unchecked_translation", place, message, "Have somebody else check the translation."
        )


def _texts(content: NoticeContent) -> Iterator[Finding]:
    """The drafter's own prose: readable, checked, and there in every language once it is there in one."""
    for key, text in content.texts.items():
        yield from _translation(f"{key}/incident", text.translated_from, text.translator, text.checker)
        for name, prose in (
            ("incident", text.incident),
            ("measures", text.measures),
            ("consequences", text.consequences),
        ):
            try:
                parse(prose, place=f"{key}/{name}", terms=library.data_kinds())
            except BadInput as error:
                yield Finding("legal", error.code, error.place, error.message, error.mend)
    for name in ("incident", "measures", "consequences"):
        written = {key for key, text in content.texts.items() if getattr(text, name)}
        wanted = [w for w in content.wordings.values() if not _never_says(w, name)]
        missing = [w.key for w in wanted if written and not {w.key, w.language} & written]
        for key in missing:
            message = f"{name} is written in {', '.join(sorted(written))}, but not in this language"
            yield Finding(
                "legal", "untranslated", f"{key}/{name}", message, "Translate it, and have it checked."
            )


def _never_says(text: Wording, name: str) -> bool:
    """Whether the statute of the wording forbids the drafter's own words of this name."""
    statute = library.statute(text.form)
    return (
        statute is not None
        and {"incident": "incident", "consequences": "likely_consequences"}.get(name) in statute.forbidden
    )


def _people(content: NoticeContent, people: list[Recipient]) -> Iterator[Finding]:
    missing: dict[str, int] = {}
    unformed: dict[str, int] = {}
    for recipient in people:
        wording = wording_for(content, recipient)
        form = "" if recipient.deceased else library.form_of_region(recipient.region)
        if wording is None and recipient.deceased:
            unformed[NEXT_OF_KIN] = unformed.get(NEXT_OF_KIN, 0) + 1
        elif form and (wording is None or wording.form != form):
            unformed[form] = unformed.get(form, 0) + 1
        elif wording is None:
            missing[recipient.language] = missing.get(recipient.language, 0) + 1
    yield from _agencies(content, people)
    for language, count in sorted(missing.items()):
        message = f"{count} recipients read {language}, and the notice is not in that language"
        yield Finding("legal", "untranslated", language, message, "Add a wording in that language.")
    for form, count in sorted(unformed.items()):
        statute = library.statute(form)
        message = f"{count} recipients are owed the {'statutory ' if statute else ''}form {form}"
        mend = statute.source if statute else "Add the letter to next of kin in their languages."
        yield Finding("legal", "form_missing", form, message, mend)
    yield from islice((found for found in map(printable, people) if found), _SHOWN)


def _agencies(content: NoticeContent, people: list[Recipient]) -> Iterator[Finding]:
    """Letters that leave out the offices which the law of the person's state asks for."""
    lacking: dict[tuple[str, str], int] = {}
    for recipient in people:
        wording = wording_for(content, recipient)
        if (
            wording
            and recipient.region in agencies.states()
            and not recipient.deceased
            and not names_agencies(wording)
        ):
            lacking[wording.key, recipient.region] = lacking.get((wording.key, recipient.region), 0) + 1
    for (key, region), count in sorted(lacking.items()):
        message = (
            f"{agencies.states()[region].source}: {count} recipients in {region} are owed offices to turn to"
        )
        mend = "Add {agency_lines} as a paragraph of its own."
        yield Finding("legal", "agencies_missing", f"{key}/contact", message, mend)


def printable(recipient: Recipient) -> Finding | None:
    """Why this letter could not be printed or addressed, or None. The finding names only the uid and code
    points.
    """
    said = (
        recipient.full_name,
        recipient.guardian,
        recipient.next_of_kin,
        *recipient.address_lines,
        recipient.postcode,
        recipient.city,
    )
    if chars := fonts.unprintable("".join((*said, recipient.code, recipient.reference))):
        codes = ", ".join(f"U+{ord(char):04X} {unicodedata.name(char, '')}".strip() for char in chars[:5])
        message = f"the letter fonts do not hold {codes}"
        mend = "Write the name and address in Latin letters, or send the letter in another way."
        return Finding("legal", "unprintable", recipient.uid, message, mend)
    if not recipient.full_name:
        return Finding("legal", "no_name", recipient.uid, "the person has no name", "Add the name.")
    return None


def addressable(recipient: Recipient, content: NoticeContent) -> Finding | None:
    """Why this person cannot be written to by post, or None: an address without street or town, or too
    long.
    """
    if not recipient.address_lines or not (recipient.city or recipient.postcode):
        return Finding(
            "legal", "no_address", recipient.uid, "the postal address is not complete", "Complete it."
        )
    window = windows()[window_for(recipient.country)]
    lines = postal_lines(recipient, content.sender, library.phrases(variant_of(content, recipient).language))
    zone = window.address[2] * POINTS_PER_MM
    needed = sum(1 + int(line_width(line, SMALL_ADDRESS_POINTS) / zone) for line in lines)
    if needed > (room := small_lines(window)):
        message = f"the address needs {needed} lines of small type, and the window shows {room}"
        return Finding("legal", "unprintable", recipient.uid, message, "Shorten the address.")
    return None


def _bodies(content: NoticeContent, people: list[Recipient], date: dt.date) -> Iterator[Finding]:
    for key in _keys(content, people):
        body = compose_body(content, key, date=date)
        statute = library.statute(key.form)
        if statute is None:
            yield from _article_34(body, content)
        else:
            yield from lint_forms.body(statute, body)
        yield from _printable_body(body)
        yield from _style(body)


def _keys(content: NoticeContent, people: list[Recipient]) -> list[VariantKey]:
    if people:
        return sorted({variant_of(content, person) for person in people if wording_for(content, person)})
    kinds = tuple(sorted(library.data_kinds()))
    wordings = content.wordings.values()
    return [
        VariantKey(w.language, some, minor, w.form)
        for w in wordings
        for some in (kinds, ())
        for minor in ((False,) if w.form == NEXT_OF_KIN else (False, True))
    ]


def _has(body: Body, key: str) -> bool:
    return any(section.key == key and section.paragraphs for section in body.sections)


def _article_34(body: Body, content: NoticeContent) -> Iterator[Finding]:
    sender = content.sender
    reachable = bool(
        sender.dpo_email or sender.email or sender.phone or (sender.dpo_name and sender.address_lines)
    )
    for key, (code, name) in _ARTICLE_34.items():
        if not _has(body, key) or (
            key == "contact" and not _names_contact(body, content, reachable=reachable)
        ):
            message = f"Article 34(2) GDPR: the letter does not state {name}"
            place = f"{body.key.language}/{key}"
            yield Finding("legal", f"article_34_{code}", place, message, "Write it in plain words.")


def _names_contact(body: Body, content: NoticeContent, *, reachable: bool) -> bool:
    sender = content.sender
    ways = [way for way in (sender.dpo_email, sender.email, sender.phone, sender.dpo_name) if way]
    text = " ".join(
        p.text for section in body.sections if section.key == "contact" for p in section.paragraphs
    )
    return reachable and any(way in text for way in ways)


def _printable_body(body: Body) -> Iterator[Finding]:
    for section in body.sections:
        text = section.heading + "".join(paragraph.text for paragraph in section.paragraphs)
        if chars := fonts.unprintable(text):
            codes = ", ".join(f"U+{ord(char):04X}" for char in chars[:5])
            place = f"{body.key.language}/{section.key}"
            message = f"the letter fonts do not hold {codes}"
            yield Finding("legal", "unprintable", place, message, "Write it with other characters.")


def _style(body: Body) -> Iterator[Finding]:
    place = str(body.key.language if not body.key.form else f"{body.key.language}@{body.key.form}")
    paragraphs = (p for s in body.sections if s.key != "contact" for p in s.paragraphs)
    prose = [p.text for p in paragraphs if len(p.text.split()) > _LABEL_WORDS]
    found = readability.score(prose, body.key.language)
    if found and not found.is_plain:
        message = f"reads with difficulty: {found.name} {found.value:.0f}, bar {found.bar:.0f}"
        yield Finding("style", "readability", place, message, "Shorter sentences, shorter words.")
    for sentence in readability.long_sentences(prose, body.key.language):
        start = " ".join(sentence.split()[:6])
        yield Finding("style", "long_sentence", place, f"long sentence: {start} …", "Make two of it.")
    if not _has(body, "what_information"):
        yield Finding(
            "style",
            "no_data_kinds",
            place,
            "the letter does not say which data are concerned",
            "Add {data_list}.",
        )
