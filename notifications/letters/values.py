"""What a letter is made of: the people it goes to, who sends it, its wording, and the composed result."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from operator import attrgetter
from typing import Any, Literal

from breach.vault.canonical import canonical_json

BLOCKS = ("what_happened", "what_information", "consequences", "what_we_do", "what_you_can_do", "contact")
"""Keys of the blocks of a letter, in the order in which they are read (GDPR Article 34(2))."""

NEXT_OF_KIN = "next_of_kin"
"""Form of the letter to the relatives of somebody who has died: a wording of its own in every language."""

_UNSEEN = frozenset({"Cc", "Cf"})
_JOINERS = frozenset("\u200c\u200d")  # Persian, and the scripts of India, spell names with them


def clean_line(text: str) -> str:
    """One line in Unicode normal form C; every run of white space becomes one blank.

    What nobody sees is left out: control characters, and the format characters that turn or hide what
    stands beside them (Unicode TR 36, 2.5; the letter sets each line's direction by its own letters).
    """
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    if not text.isprintable():
        text = "".join(char for char in text if char in _JOINERS or char.isspace() or not _is_unseen(char))
    return " ".join(text.split())


def _are_clean(*groups: Iterable[str]) -> bool:
    """Whether `clean_line` would leave all of them as they are; asked at once, since nearly all are."""
    text = _BETWEEN.join([_BETWEEN.join(group) for group in groups])
    return (
        text.isprintable()
        and "  " not in text
        and f" {_BETWEEN}" not in text
        and f"{_BETWEEN} " not in text
        and text == text.strip()
        and (text.isascii() or unicodedata.is_normalized("NFC", text))
    )


_BETWEEN = "|"  # takes no combining mark into a new letter, so that parts are in form C when the whole is


def _is_unseen(char: str) -> bool:
    return unicodedata.category(char) in _UNSEEN


@dataclass(frozen=True, slots=True)
class Recipient:
    """One person and what the letter says to her or him.

    `uid` is opaque and the only thing that findings name. `kinds` are keys of the data kinds; `minor` None
    means unknown and is written to like an adult. `guardian` is the name of a parent or guardian, if known.
    `code` is typed on the genuine-letter page, `reference` is printed and scanned from returned post (the
    code's stead-in is the uid). `region` is ISO 3166-2 ("US-CA"). `large_print` is for those who asked for
    it. `deceased` people are written to by way of `next_of_kin` (a name), or of their relatives where none is
    known.
    """

    uid: str
    full_name: str
    language: str
    country: str
    kinds: tuple[str, ...] = ()
    address_lines: tuple[str, ...] = ()
    postcode: str = ""
    city: str = ""
    region: str = ""
    minor: bool | None = None
    guardian: str = ""
    honorific: Literal["", "mr", "mrs"] = ""
    family_name: str = ""
    code: str = ""
    reference: str = ""
    large_print: bool = False
    deceased: bool = False
    next_of_kin: str = ""

    def __post_init__(self) -> None:
        if not _are_clean(_lines_of(self), self.address_lines):
            self._clean()
        set_here = object.__setattr__
        if "" in self.address_lines:
            set_here(self, "address_lines", tuple(line for line in self.address_lines if line))
        set_here(self, "kinds", sorted_kinds(self.kinds))
        set_here(self, "country", self.country.upper())
        if not self.reference:
            set_here(self, "reference", self.uid)

    def _clean(self) -> None:
        for name in _LINES:
            object.__setattr__(self, name, clean_line(getattr(self, name)))
        object.__setattr__(self, "address_lines", tuple(map(clean_line, self.address_lines)))


@lru_cache(maxsize=4096)
def sorted_kinds(kinds: tuple[str, ...]) -> tuple[str, ...]:
    """Each kind once, in the order in which variants compare them."""
    return tuple(sorted(set(kinds)))


_LINES = ("full_name", "postcode", "city", "guardian", "family_name", "code", "reference", "next_of_kin")
_lines_of = attrgetter(*_LINES)


@dataclass(frozen=True, slots=True)
class Sender:
    """The legal entity that writes, and where people reach it. `country` is ISO 3166-1 alpha-2. Undelivered letters come back to
    `return_lines`, without them to the address.
    """

    name: str
    country: str
    legal_name: str = ""
    address_lines: tuple[str, ...] = ()
    website: str = ""
    phone: str = ""
    phone_hours: str = ""
    email: str = ""
    dpo_name: str = ""
    dpo_email: str = ""
    return_lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MailSender:
    """As whom e-mails leave. An empty `address` is that of the machine; `names` are display names by language tag."""

    address: str = ""
    reply_to: str = ""
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Block:
    """Heading and text of one block, in the notation of `syntax.py`."""

    key: str
    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class Wording:
    """The text of the letter in one language and, for statutory letters, one form.

    `language` is a BCP 47 tag, `form` "", a key of data/forms.toml or NEXT_OF_KIN. `translated_from` is empty for text
    that was written in this language; otherwise translator and checker are two named people before anything
    leaves.
    """

    language: str
    title: str
    blocks: tuple[Block, ...]
    form: str = ""
    translated_from: str = ""
    translator: str = ""
    checker: str = ""
    source_mark: str = ""

    @property
    def key(self) -> str:
        return wording_key(self.language, self.form)

    def block(self, key: str) -> Block | None:
        return next((block for block in self.blocks if block.key == key), None)

    def to_json(self) -> dict[str, Any]:
        return {
            "language": self.language,
            "form": self.form,
            "title": self.title,
            "blocks": [{"key": b.key, "heading": b.heading, "text": b.text} for b in self.blocks],
            "translated_from": self.translated_from,
            "translator": self.translator,
            "checker": self.checker,
            # Only where it is noted: digests of texts from before stay as they were.
            **({"source_mark": self.source_mark} if self.source_mark else {}),
        }

    @property
    def mark(self) -> str:
        """What a translation of this text notes, to see later whether the text is still the same."""
        return _mark([self.title, *(part for b in self.blocks for part in (b.heading, b.text))])

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Wording:
        """Raises KeyError or TypeError where `data` was not made by `to_json`."""
        blocks = tuple(Block(**block) for block in data["blocks"])
        return cls(**{**data, "blocks": blocks})


def wording_key(language: str, form: str = "") -> str:
    return f"{language}@{form}" if form else language


@dataclass(frozen=True, slots=True)
class IncidentText:
    """The drafter's own prose about this incident in one language; an empty field takes the ready text.
    `source_mark` is as in `Wording`.
    """

    language: str
    incident: str = ""
    measures: str = ""
    consequences: str = ""
    translated_from: str = ""
    translator: str = ""
    checker: str = ""
    source_mark: str = ""

    def to_json(self) -> dict[str, Any]:
        found = dataclasses.asdict(self)
        if not self.source_mark:  # digests of texts from before stay as they were
            del found["source_mark"]
        return found

    @property
    def mark(self) -> str:
        return _mark([self.incident, self.measures, self.consequences])


def _mark(texts: list[str]) -> str:
    return hashlib.sha256(canonical_json(texts)).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class NoticeContent:
    """Everything that is said, to whomever: what approval binds to.

    `wordings` are found by `Wording.key`, `texts` by language. The days of the breach are local days at the
    sender; `breach_to` None with a `breach_from` means one day. `genuine_page` is the address of the
    genuine-letter page, with `{code}` where the code belongs; without it the code follows as a fragment,
    which no server logs.
    """

    sender: Sender
    wordings: Mapping[str, Wording]
    texts: Mapping[str, IncidentText] = field(default_factory=dict)
    breach_from: dt.date | None = None
    breach_to: dt.date | None = None
    genuine_page: str = ""
    delayed_by_law_enforcement: bool = False
    drill: bool = False
    discovered_on: dt.date | None = None
    neutral_envelope: bool = False
    mail_sender: MailSender = field(default_factory=MailSender)

    def display_name(self, language: str) -> str:
        """Return the name that an e-mail in `language` (BCP 47) comes from."""
        names = self.mail_sender.names
        return names.get(language) or names.get(language.partition("-")[0]) or self.sender.name


@dataclass(frozen=True, slots=True, order=True)
class VariantKey:
    """What makes two letters differ beyond name and address. `kinds` holds only those that change the
    wording, `region` is set where the letter names the offices of the person's state, `country` where it says
    something to people of that country only.
    """

    language: str
    kinds: tuple[str, ...]
    minor: bool
    form: str = ""
    large: bool = False
    region: str = ""
    country: str = ""

    def __str__(self) -> str:
        parts = [wording_key(self.language, self.form), "minor" if self.minor else "adult", *self.kinds]
        parts += ["large print"] if self.large else []
        parts += [part for part in (self.region, self.country) if part]
        return " ".join(parts)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph or one item of a list, with everything filled in."""

    text: str
    style: Literal["paragraph", "item"] = "paragraph"


@dataclass(frozen=True, slots=True)
class Section:
    key: str
    heading: str
    paragraphs: tuple[Paragraph, ...]


@dataclass(frozen=True, slots=True)
class Body:
    """What all letters of one variant share. `date` is worded; `genuine_page` is the address as a person
    types it.
    """

    key: VariantKey
    locale: str
    title: str
    sections: tuple[Section, ...]
    closing: str
    sender: Sender
    date: str
    genuine_heading: str
    genuine_text: str
    genuine_page: str
    drill: bool
    neutral_envelope: bool = False


@dataclass(frozen=True, slots=True)
class Personal:
    """What only this letter says: lines of the address window, greeting, reference, code, address of the
    QR.
    """

    address: tuple[str, ...]
    salutation: str
    reference: str
    code: str
    link: str


@dataclass(frozen=True, slots=True)
class Letter:
    """One composed letter. `window` is a key of data/windows.toml."""

    uid: str
    body: Body
    personal: Personal
    window: str


@dataclass(frozen=True, slots=True)
class EmailValue:
    """A message ready for a transport. Neither subject nor text says anything about the person."""

    language: str
    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class Finding:
    """Something the lint or the printer minds. `level` legal blocks submission, style only warns.

    `place` names wording and block, or the uid of a recipient; `mend` says what to do. `words` and `values` say the
    same in another language (findings.py); without them there are only `message` and `mend`.
    """

    level: Literal["legal", "style"]
    code: str
    place: str
    message: str
    mend: str = ""
    words: str = ""
    values: Mapping[str, str] = field(default_factory=dict, hash=False)
