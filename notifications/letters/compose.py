"""Content and recipient in, composed letter out. Which letters share their text is decided here, and only
here.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from babel.dates import format_date, format_skeleton

from breach.errors import BadInput
from breach.vault.canonical import canonical_json, salted_digest
from notifications.letters import agencies, library
from notifications.letters.address import postal_lines, window_for
from notifications.letters.syntax import COUNTRIES, Piece, fill, parse, placeholders
from notifications.letters.values import (
    NEXT_OF_KIN,
    Body,
    IncidentText,
    Letter,
    MailSender,
    NoticeContent,
    Paragraph,
    Personal,
    Recipient,
    Section,
    VariantKey,
    Wording,
    wording_key,
)

_OWN_WORDS = {"incident": "incident", "measures": "measures", "likely_consequences": "consequences"}
"""Placeholder -> field of IncidentText (and key of the ready text's defaults)."""
DIGEST_LABEL = "tocsin/letter/v1"


def canonical(content: NoticeContent) -> dict[str, Any]:
    """JSON value of everything that is said, for digests: equal contents give equal values, and only they."""
    return {
        "sender": _sender(content),
        "wordings": {key: text.to_json() for key, text in content.wordings.items()},
        "texts": {key: text.to_json() for key, text in content.texts.items()},
        "breach_from": content.breach_from.isoformat() if content.breach_from else None,
        "breach_to": content.breach_to.isoformat() if content.breach_to else None,
        "genuine_page": content.genuine_page,
        "delayed_by_law_enforcement": content.delayed_by_law_enforcement,
        "drill": content.drill,
        # Only where it is known: the digests of what was approved before there was this day stay as they were.
        **({"discovered_on": content.discovered_on.isoformat()} if content.discovered_on else {}),
        **({"neutral_envelope": True} if content.neutral_envelope else {}),
        **({"mail_sender": _mail_sender(content)} if content.mail_sender != MailSender() else {}),
    }


def _sender(content: NoticeContent) -> dict[str, Any]:
    value = {**dataclasses.asdict(content.sender), "address_lines": list(content.sender.address_lines)}
    lines = value.pop("return_lines")
    return value | ({"return_lines": list(lines)} if lines else {})


def _mail_sender(content: NoticeContent) -> dict[str, Any]:
    mail = content.mail_sender
    return {"address": mail.address, "reply_to": mail.reply_to, "names": dict(mail.names)}


def wording_for(content: NoticeContent, recipient: Recipient) -> Wording | None:
    """The statutory form that the notice has for the country, then that of the region, then the language and
    its primary subtag; for the deceased the letter to next of kin in one of these.
    """
    tags = (recipient.language, recipient.language.partition("-")[0])
    if recipient.deceased:
        keys = [wording_key(tag, NEXT_OF_KIN) for tag in tags]
    else:
        owed = library.form_of_region(recipient.region)
        chosen = (*library.forms_by_notice(recipient.country, recipient.region), *([owed] if owed else []))
        keys = [*(wording_key(library.forms()[form].language, form) for form in chosen), *tags]
    return next((content.wordings[key] for key in keys if key in content.wordings), None)


def variant_of(content: NoticeContent, recipient: Recipient) -> VariantKey:
    """Raises BadInput naming the recipient's uid where there is no wording for the language."""
    wording = wording_for(content, recipient)
    if wording is None:
        raise BadInput(
            f"no wording in the language {recipient.language!r}",
            place=recipient.uid,
            mend="Add that language to the notice, or give the person another one.",
            code="untranslated",
        )
    telling = _telling_kinds(wording)
    return VariantKey(
        wording.language,
        tuple(k for k in recipient.kinds if k in telling),
        bool(recipient.minor) and not recipient.deceased,
        wording.form,
        recipient.large_print,
        recipient.region if recipient.region in agencies.states() and names_agencies(wording) else "",
        recipient.country if recipient.country in named_countries(content, wording) else "",
    )


def variants(content: NoticeContent, recipients: Iterable[Recipient]) -> dict[VariantKey, list[str]]:
    """Which different letters there are, and the uids of those who get each, in the order given."""
    found: dict[VariantKey, list[str]] = {}
    for recipient in recipients:
        found.setdefault(variant_of(content, recipient), []).append(recipient.uid)
    return found


@lru_cache(maxsize=256)
def names_agencies(wording: Wording) -> bool:
    """Whether the wording has a place for the offices of the person's state."""
    return any("agency_lines" in placeholders(block.text) for block in wording.blocks)


def named_countries(content: NoticeContent, wording: Wording) -> frozenset[str]:
    """Countries to whose people the letter says something of their own, or not what it says to others."""
    own = content.texts.get(wording.key) or content.texts.get(wording.language)
    return _named_countries(wording, own)


@lru_cache(maxsize=256)
def _named_countries(wording: Wording, own: IncidentText | None) -> frozenset[str]:
    texts = [wording.title, *(block.text for block in wording.blocks)]
    texts += [own.incident, own.measures, own.consequences] if own else []
    kinds = library.data_kinds()
    pieces = (piece for text in texts for piece in parse(text, place=wording.key, terms=kinds))
    return frozenset().union(*(piece.terms for piece in pieces)) & COUNTRIES


@lru_cache(maxsize=256)
def _telling_kinds(wording: Wording) -> frozenset[str]:
    """Data kinds that change this wording: all of them once it lists the person's data."""
    kinds = library.data_kinds()
    if any("data_list" in placeholders(block.text) for block in wording.blocks):
        return kinds
    named = (
        p.terms for b in wording.blocks for p in parse(b.text, place=f"{wording.key}/{b.key}", terms=kinds)
    )
    return frozenset().union(*named) & kinds


def compose(content: NoticeContent, recipient: Recipient, *, date: dt.date) -> Letter:
    """The whole letter to one person. `date` is the day of posting, as it is written on the letter.

    Raises BadInput for an unknown placeholder or condition, and for a language without wording.
    """
    key = variant_of(content, recipient)
    return address_letter(content, compose_body(content, key, date=date), recipient)


def address_letter(content: NoticeContent, body: Body, recipient: Recipient) -> Letter:
    """The letter that joins a variant's body with what is said to one person only."""
    return Letter(
        recipient.uid, body, personal(content, body.key.language, recipient), window_for(recipient.country)
    )


def personal(content: NoticeContent, language: str, recipient: Recipient) -> Personal:
    phrases = library.phrases(language)
    link = ""
    if content.genuine_page and recipient.code:
        page = content.genuine_page if "{code}" in content.genuine_page else content.genuine_page + "#{code}"
        link = page.replace("{code}", recipient.code)
    return Personal(
        address=postal_lines(recipient, content.sender, phrases),
        salutation=_salutation(recipient, phrases),
        reference=recipient.reference,
        code=recipient.code,
        link=link,
    )


def _salutation(recipient: Recipient, phrases: library.Phrases) -> str:
    if recipient.deceased:
        form = "kin" if recipient.next_of_kin else "relatives"
    elif recipient.minor:
        form = "guardian" if recipient.guardian else "parents"
    elif recipient.honorific and recipient.family_name:
        form = recipient.honorific
    else:
        form = "neutral"
    values = {
        "full_name": recipient.full_name,
        "family_name": recipient.family_name,
        "guardian": recipient.guardian,
        "next_of_kin": recipient.next_of_kin,
    }
    return fill(phrases.salutations[form], values)


def compose_body(content: NoticeContent, key: VariantKey, *, date: dt.date) -> Body:
    """What all letters of the variant share. Raises BadInput naming wording and block."""
    wording = content.wordings[wording_key(key.language, key.form)]
    phrases = library.phrases(key.language)
    setter = _Setter(content, key, wording, date)
    sections = (
        Section(
            block.key, fill(block.heading, setter.values), tuple(setter.paragraphs(block.text, block.key))
        )
        for block in wording.blocks
    )
    genuine = "text" if content.genuine_page else "without_page"
    return Body(
        key=key,
        locale=setter.locale,
        title=" ".join(paragraph.text for paragraph in setter.paragraphs(wording.title, "title")),
        sections=tuple(section for section in sections if section.paragraphs),
        closing="" if library.statute(key.form) else phrases.closing,
        sender=content.sender,
        date=setter.values["notice_date"],
        genuine_heading=phrases.genuine["heading"],
        genuine_text=fill(phrases.genuine[genuine], setter.values),
        genuine_page=setter.values["genuine_page"],
        drill=content.drill,
        neutral_envelope=content.neutral_envelope,
    )


class _Setter:
    """Fills the blocks of one wording for one variant."""

    def __init__(self, content: NoticeContent, key: VariantKey, wording: Wording, date: dt.date) -> None:
        self.content, self.key, self.wording = content, key, wording
        self.phrases = library.phrases(key.language)
        statute = library.statute(key.form)
        self.locale = statute.locale if statute else self.phrases.locale
        self.circumstances = circumstances(content, key)
        self.values = self._values(date)

    def paragraphs(self, text: str, block: str) -> Iterator[Paragraph]:
        place = f"{self.wording.key}/{block}"
        for piece in parse(text, place=place, terms=library.data_kinds()):
            if piece.holds(self.circumstances):
                yield from self._expand(piece, place)

    def _expand(self, piece: Piece, place: str) -> Iterator[Paragraph]:
        if piece.text == "{data_list}":
            yield from (Paragraph(label, "item") for label in self._data_list())
        elif piece.text == "{agency_lines}":
            yield from (Paragraph(line, "item") for line in agencies.lines_for(self.key.region))
        elif piece.text == "{contact_lines}":
            yield from (Paragraph(line, "item") for line in contact_lines(self.content, self.phrases))
        elif (name := piece.text.strip("{}")) in _OWN_WORDS:
            for own in parse(self._own_words(name), place=f"{place}/{name}", terms=library.data_kinds()):
                if own.holds(self.circumstances):
                    yield Paragraph(fill(own.text, self.values), own.style)
        else:
            yield Paragraph(fill(piece.text, self.values), piece.style)

    def _data_list(self) -> list[str]:
        labels = (label for kind, label in self.phrases.kinds.items() if kind in self.key.kinds)
        return [label[:1].upper() + label[1:] for label in labels]

    def _own_words(self, placeholder: str) -> str:
        name = _OWN_WORDS[placeholder]
        texts = self.content.texts
        own = texts.get(self.wording.key) or texts.get(self.key.language) or IncidentText(self.key.language)
        return str(getattr(own, name)) or library.defaults(self.key.language, self.key.form)[name]

    def _values(self, date: dt.date) -> dict[str, str]:
        sender = self.content.sender
        values = {
            "organisation": sender.name,
            "legal_name": sender.legal_name or sender.name,
            "website": sender.website,
            "contact_phone": sender.phone,
            "contact_email": sender.email,
            "contact_address": ", ".join(sender.address_lines),
            "dpo_name": sender.dpo_name,
            "dpo_email": sender.dpo_email,
            "discovery_date": discovery_date(self.content, self.phrases, self.locale),
            "agency_lines": "; ".join(agencies.lines_for(self.key.region)),
            "breach_date": breach_date(self.content, self.phrases, self.locale),
            "notice_date": long_date(date, self.locale, self.phrases),
            "genuine_page": shown_address(self.content.genuine_page),
            "contact_lines": "; ".join(contact_lines(self.content, self.phrases)),
            "data_list": ", ".join(self._data_list()),
        }
        for placeholder in _OWN_WORDS:
            values[placeholder] = fill(" ".join(self._own_words(placeholder).split()), values)
        return values


def circumstances(content: NoticeContent, key: VariantKey) -> frozenset[str]:
    """What holds for the people of this variant: the terms of conditions that are true."""
    sender = content.sender
    said = {
        "minor" if key.minor else "adult",
        "delayed" if content.delayed_by_law_enforcement else "prompt",
        *(["has_dpo"] if sender.dpo_name or sender.dpo_email else []),
        *(["has_phone"] if sender.phone else []),
        *(["has_agencies"] if key.region else []),
        *([key.country] if key.country else []),
    }
    return frozenset(key.kinds) | said


def contact_lines(content: NoticeContent, phrases: library.Phrases) -> list[str]:
    """The ways to reach the sender, each with its label (Article 33(3)(b): officer or contact point)."""
    sender, labels = content.sender, phrases.labels
    phone = f"{sender.phone} ({sender.phone_hours})" if sender.phone and sender.phone_hours else sender.phone
    officer = ", ".join(part for part in (sender.dpo_name, sender.dpo_email) if part)
    post = (
        ", ".join((sender.legal_name or sender.name, *sender.address_lines)) if sender.address_lines else ""
    )
    rows = (("phone", phone), ("email", sender.email), ("post", post), ("dpo", officer))
    colon = " : " if phrases.language == "fr" else ": "
    return [f"{labels[label]}{colon}{value}" for label, value in rows if value]


def long_date(date: dt.date, locale: str, phrases: library.Phrases) -> str:
    """The day in words, the first of the month as the language writes it (French: 1er)."""
    text: str = format_date(date, "long", locale=locale)
    return _first_day(text, date, phrases)


def _first_day(text: str, date: dt.date, phrases: library.Phrases) -> str:
    first = phrases.dates["first_day"]
    return first + text[1:] if first and date.day == 1 and text.startswith("1") else text


def breach_date(content: NoticeContent, phrases: library.Phrases, locale: str) -> str:
    """The day or days of the breach with their preposition, as a part of a sentence."""
    if content.breach_from is None:
        return phrases.dates["unknown"]
    values = {"from": long_date(content.breach_from, locale, phrases)}
    if content.breach_to is None or content.breach_to == content.breach_from:
        return phrases.dates["on"].format_map(values)
    if content.breach_to.year == content.breach_from.year:
        text = str(format_skeleton("MMMMd", content.breach_from, locale=locale))
        values["from"] = _first_day(text, content.breach_from, phrases)
    return phrases.dates["between"].format_map(
        {**values, "to": long_date(content.breach_to, locale, phrases)}
    )


def discovery_date(content: NoticeContent, phrases: library.Phrases, locale: str) -> str:
    """The day of discovery with its preposition, as a part of a sentence."""
    if content.discovered_on is None:
        return phrases.dates["unknown"]
    return phrases.dates["on"].format_map({"from": long_date(content.discovered_on, locale, phrases)})


def shown_address(page: str) -> str:
    """The genuine-letter page as a person types it: without scheme, code or trailing slash."""
    return (
        page.partition("#")[0].partition("?")[0].replace("{code}", "").partition("//")[2].rstrip("/") or page
    )


def body_digest(body: Body) -> str:
    """Hex SHA-256 over the canonical body; no secret, since all letters of the variant share it."""
    said = dataclasses.asdict(body)
    if (
        not body.key.country
    ):  # digests of letters from before there were conditions by country stay as they were
        del said["key"]["country"]
    return hashlib.sha256(canonical_json(said)).hexdigest()


def letter_digest(letter: Letter, salt: bytes) -> str:
    """Salted digest of all that the letter says, whichever way it is drawn. `salt`: 32 random bytes."""
    return personal_digest(body_digest(letter.body), letter.window, letter.personal, salt)


def personal_digest(body: str, window: str, said: Personal, salt: bytes) -> str:
    """The same, for a caller that keeps `body_digest` of each variant: a print run asks a million times."""
    content = {
        "body": body,
        "window": window,
        "address": said.address,
        "salutation": said.salutation,
        "reference": said.reference,
        "code": said.code,
        "link": said.link,
    }
    return salted_digest(DIGEST_LABEL, canonical_json(content), salt)
