"""The notation of letters in the reader's words: what placeholders become, and to whom a condition speaks."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from breach.errors import BadInput
from breach.law import words
from breach.wording import country
from notifications.letters import library
from notifications.letters.syntax import COUNTRIES, PLACEHOLDERS, Condition, Piece, parse

PLACEHOLDER_LABELS: Mapping[str, object] = {
    "organisation": gettext_lazy("name of the organisation"),
    "legal_name": gettext_lazy("registered name of the organisation"),
    "website": gettext_lazy("its web site"),
    "contact_phone": gettext_lazy("telephone number for questions"),
    "contact_email": gettext_lazy("e-mail address for questions"),
    "contact_address": gettext_lazy("postal address, on one line"),
    "contact_lines": gettext_lazy("all ways to reach you, as a list; a paragraph of its own"),
    "dpo_name": gettext_lazy("name of the data protection officer"),
    "dpo_email": gettext_lazy("e-mail address of the data protection officer"),
    "breach_date": gettext_lazy("day or days of the breach, with the preposition"),
    "discovery_date": gettext_lazy("day on which it was discovered, with the preposition"),
    "notice_date": gettext_lazy("date of the letter"),
    "genuine_page": gettext_lazy("address of the page on which the letter is checked"),
    "agency_lines": gettext_lazy("offices that the law of the person’s state names; a paragraph of its own"),
    "data_list": gettext_lazy("the person’s data that are concerned, as a list; a paragraph of its own"),
    "incident": gettext_lazy("what happened, in your own words; a paragraph of its own"),
    "measures": gettext_lazy("what you did, in your own words; a paragraph of its own"),
    "likely_consequences": gettext_lazy("what may follow, in your own words; a paragraph of its own"),
}
CIRCUMSTANCE_LABELS: Mapping[str, object] = {
    "minor": gettext_lazy("parents or guardians of a minor"),
    "adult": gettext_lazy("adults"),
    "delayed": gettext_lazy("everybody, if law enforcement delayed the letters"),
    "prompt": gettext_lazy("everybody, if nobody delayed the letters"),
    "has_dpo": gettext_lazy("everybody, if there is a data protection officer"),
    "has_phone": gettext_lazy("everybody, if there is a telephone number"),
    "has_agencies": gettext_lazy("people of states whose law names offices"),
}


@dataclass(frozen=True, slots=True)
class Insert:
    """Something that can be put into a text: what is typed, and what it means."""

    typed: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Said:
    """A paragraph that is said only to some: to whom, its first words, and whether the letter beside says it."""

    to_whom: str
    start: str
    is_said: bool


def placeholders() -> list[Insert]:
    return [Insert(f"{{{name}}}", str(PLACEHOLDER_LABELS[name])) for name in PLACEHOLDERS]


def conditions(kinds: list[str], countries: list[str]) -> list[Insert]:
    """The conditions that part the people of a notice: their data kinds and countries, and who is a minor."""
    terms = ["adult", "minor", *sorted(kinds), *sorted(set(countries) & COUNTRIES)]
    return [Insert(f"[{term}] ", term_in_words(term)) for term in terms]


def only_some(text: str, circumstances: frozenset[str]) -> list[Said]:
    """The paragraphs of a text that carry a condition; none for a text with a wrong notation."""
    try:
        pieces = parse(text, place="", terms=library.data_kinds())
    except BadInput:
        return []
    return [_said(piece, circumstances) for piece in pieces if piece.condition]


def _said(piece: Piece, circumstances: frozenset[str]) -> Said:
    parts = piece.text.split()
    start = " ".join(parts[:8]) + (" …" if len(parts) > 8 else "")  # noqa: PLR2004 - enough to know it again
    return Said(in_words(piece.condition), start, piece.holds(circumstances))


def in_words(condition: Condition) -> str:
    """`IBAN or account number; adults`: any of these, and of what is joined by "and" all."""
    return _(" or ").join(_(" and ").join(term_in_words(term) for term in terms) for terms in condition)


def term_in_words(term: str) -> str:
    name = term.lstrip("!")
    if name in COUNTRIES:
        said = _("people in %(country)s") % {"country": country(name)}
    elif name in CIRCUMSTANCE_LABELS:
        said = str(CIRCUMSTANCE_LABELS[name])
    else:
        said = words.name("kind", name, (get_language() or "en")[:2])
    return _("all but: %(people)s") % {"people": said} if term.startswith("!") else said
