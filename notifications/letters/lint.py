"""What is wrong with a notice before anybody approves it. Legal findings block submission, style only warns.

GDPR Article 34(2) with 33(3)(b), (c), (d); California Civil Code 1798.82(d).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from functools import lru_cache

from breach.errors import BadInput
from notifications.letters import (
    findings,
    fonts,
    library,
    lint_dates,
    lint_forms,
    lint_people,
    lint_steps,
    lint_translation,
    lint_words,
    prose,
    readability,
)
from notifications.letters.compose import (
    compose_body,
    named_countries,
    variant_of,
    wording_for,
)
from notifications.letters.syntax import parse
from notifications.letters.values import (
    NEXT_OF_KIN,
    Body,
    Finding,
    NoticeContent,
    Recipient,
    VariantKey,
    Wording,
    wording_key,
)

_ARTICLE_34 = {
    "what_happened": "nature",
    "consequences": "consequences",
    "what_we_do": "measures",
    "what_you_can_do": "advice",
    "contact": "contact",
}


def lint(
    content: NoticeContent,
    recipients: Iterable[Recipient] = (),
    *,
    date: dt.date,
    uncertain: bool = False,
    only: str = "",
) -> list[Finding]:
    """All findings, legal ones first. Without recipients every wording is tried with all data kinds and none.
    `only` is the key of the one wording whose letters are looked at.

    `date` is the day the letters would carry. `uncertain`: it is not established that the data got into other
    hands, so that the letter may say "may have been". Nothing is raised: bad texts become findings too.
    """
    people = list(recipients)
    found = [finding for text in content.wordings.values() for finding in _wording(content, text)]
    found += _texts(content)
    found += lint_people.people(content, people)
    if not any(finding.code.startswith("unknown_") for finding in found):
        found += _bodies(content, people, date, only)
    found += _prose(content, date, uncertain=uncertain, only=only)
    if not content.genuine_page:
        found.append(findings.style("no_genuine_page", "notice"))
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
        yield findings.refused(error, text.key)
        return
    yield from lint_translation.translated(text.key, text, content)
    if library.statute(text.form):
        yield from lint_forms.wording(content, text)


def _texts(content: NoticeContent) -> Iterator[Finding]:
    """The drafter's own prose: readable, checked, and there in every language once it is there in one."""
    for key, text in content.texts.items():
        yield from lint_translation.translated(f"{key}/incident", text, content)
        for name, place in prose.PLACE_OF.items():
            try:
                parse(getattr(text, name), place=f"{key}/{place}", terms=library.data_kinds())
            except BadInput as error:
                yield findings.refused(error, f"{key}/{place}")
    yield from lint_translation.missing(content)
    yield from lint_translation.untranslated(content)


def _prose(content: NoticeContent, date: dt.date, *, uncertain: bool, only: str) -> Iterator[Finding]:
    """Field by field, as written, so that each finding stands beside what it is about."""
    for one in prose.written(content, only):
        yield from _field(one, content.breach_from or date, uncertain)


@lru_cache(maxsize=1024)  # while somebody writes, all fields but one stay as they were
def _field(one: prose.Prose, example: dt.date, uncertain: bool) -> tuple[Finding, ...]:
    return (
        *lint_words.words(one, uncertain=uncertain),
        *lint_steps.steps(one),
        *lint_dates.dates(one, locale=_locale(one), example=example),
    )


def _locale(one: prose.Prose) -> str:
    statute = library.statute(one.place.partition("/")[0].partition("@")[2])
    return statute.locale if statute else library.phrases(one.language).locale


def _bodies(content: NoticeContent, people: list[Recipient], date: dt.date, only: str) -> Iterator[Finding]:
    for key in _keys(content, people):
        if only not in ("", wording_key(key.language, key.form)):
            continue
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
    return [
        VariantKey(w.language, some, minor, w.form, country=country)
        for w in content.wordings.values()
        for some in (kinds, ())
        for minor in ((False,) if w.form == NEXT_OF_KIN else (False, True))
        for country in ("", *sorted(named_countries(content, w)))
    ]


def _has(body: Body, key: str) -> bool:
    return any(section.key == key and section.paragraphs for section in body.sections)


def _article_34(body: Body, content: NoticeContent) -> Iterator[Finding]:
    sender = content.sender
    reachable = bool(
        sender.dpo_email or sender.email or sender.phone or (sender.dpo_name and sender.address_lines)
    )
    for key, code in _ARTICLE_34.items():
        if not _has(body, key) or (
            key == "contact" and not _names_contact(body, content, reachable=reachable)
        ):
            yield findings.legal(f"article_34_{code}", f"{_place(body)}/{key}")


def _place(body: Body) -> str:
    return wording_key(body.key.language, body.key.form)


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
            place = f"{_place(body)}/{section.key}"
            yield findings.legal("unprintable", place, words="unprintable_text", found=codes)


def _style(body: Body) -> Iterator[Finding]:
    paragraphs = (p for s in body.sections if s.key != "contact" for p in s.paragraphs)
    said = [p.text for p in paragraphs if len(p.text.split()) > readability.LABEL_WORDS]
    found = readability.score(said, body.key.language)
    if found and not found.is_plain:
        value, bar = f"{found.value:.0f}", f"{found.bar:.0f}"
        yield findings.style("readability", _place(body), formula=found.name, value=value, bar=bar)
    if not _has(body, "what_information"):
        yield findings.style("no_data_kinds", f"{_place(body)}/what_information")
    if (only := _single_way(body)) and _has(body, "contact"):
        yield findings.style("one_way_to_ask", f"{_place(body)}/contact", found=only)


def _single_way(body: Body) -> str:
    """The only way to reach the sender that the letter names; empty where there are several, or none."""
    sender = body.sender
    ways = (sender.phone, sender.email, sender.dpo_email, *sender.address_lines[:1])
    text = " ".join(p.text for s in body.sections if s.key == "contact" for p in s.paragraphs)
    named = [way for way in ways if way and way in text]
    return named[0] if len(set(named)) == 1 else ""
