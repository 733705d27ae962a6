"""Letters to single people that are owed in another language or form, or that could not be printed or addressed."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from itertools import islice

from notifications.letters import agencies, findings, fonts, library
from notifications.letters.address import postal_lines, window_for, windows
from notifications.letters.compose import names_agencies, variant_of, wording_for
from notifications.letters.geometry import POINTS_PER_MM, SMALL_ADDRESS_POINTS, small_lines
from notifications.letters.shaping import line_width
from notifications.letters.values import NEXT_OF_KIN, Finding, NoticeContent, Recipient

_SHOWN = 20
"""Findings about single recipients are listed up to this number; the rest is counted."""


def people(content: NoticeContent, recipients: list[Recipient]) -> Iterator[Finding]:
    """People whose language or form the notice does not have, and letters that could not be printed."""
    missing: dict[str, int] = {}
    unformed: dict[str, int] = {}
    for recipient in recipients:
        wording = wording_for(content, recipient)
        form = "" if recipient.deceased else library.form_of_region(recipient.region)
        if wording is None and recipient.deceased:
            unformed[NEXT_OF_KIN] = unformed.get(NEXT_OF_KIN, 0) + 1
        elif form and (wording is None or wording.form != form):
            unformed[form] = unformed.get(form, 0) + 1
        elif wording is None:
            missing[recipient.language] = missing.get(recipient.language, 0) + 1
    yield from _agencies(content, recipients)
    for language, count in sorted(missing.items()):
        yield findings.legal("untranslated", language, words="no_wording", count=count, language=language)
    for form, count in sorted(unformed.items()):
        statute = library.statute(form)
        source, words = (statute.source, "") if statute else ("", "kin_missing")
        yield findings.legal("form_missing", form, words=words, count=count, form=form, source=source)
    yield from islice((found for found in map(printable, recipients) if found), _SHOWN)


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
        source = agencies.states()[region].source
        yield findings.legal("agencies_missing", f"{key}/contact", source=source, count=count, region=region)


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
        return findings.legal("unprintable", recipient.uid, found=codes)
    if not recipient.full_name:
        return findings.legal("no_name", recipient.uid)
    return None


def addressable(recipient: Recipient, content: NoticeContent) -> Finding | None:
    """Why this person cannot be written to by post, or None: an address without street or town, or too
    long.
    """
    if not recipient.address_lines or not (recipient.city or recipient.postcode):
        return findings.legal("no_address", recipient.uid)
    window = windows()[window_for(recipient.country)]
    lines = postal_lines(recipient, content.sender, library.phrases(variant_of(content, recipient).language))
    zone = window.address[2] * POINTS_PER_MM
    needed = sum(1 + int(line_width(line, SMALL_ADDRESS_POINTS) / zone) for line in lines)
    if needed > (room := small_lines(window)):
        return findings.legal(
            "unprintable", recipient.uid, words="address_too_long", needed=needed, room=room
        )
    return None
