"""The notation in which block texts are written, and its closed list of placeholders.

Blank lines part paragraphs. A line that starts with "- " opens an item of a list. A paragraph or item may
begin with a condition in square brackets: "[iban, account_number]" (any of these), "[iban+adult]" (both),
"[!minor]" (not), "[DE]" (people in this country). Nothing else has a meaning: no markup, no expressions, no
loops. Texts are escaped where they are set, never here.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from babel import Locale

from breach.errors import BadInput

PLACEHOLDERS: Mapping[str, str] = {
    "organisation": "name of the organisation",
    "legal_name": "registered name of the organisation",
    "website": "web site of the organisation",
    "contact_phone": "telephone number for questions",
    "contact_email": "e-mail address for questions",
    "contact_address": "postal address, on one line",
    "contact_lines": "list of all ways to reach us (a paragraph of its own)",
    "dpo_name": "name of the data protection officer",
    "dpo_email": "e-mail address of the data protection officer",
    "breach_date": "day or days of the breach, with its preposition",
    "notice_date": "date of the letter",
    "genuine_page": "address of the genuine-letter page",
    "discovery_date": "day on which the breach was discovered, with its preposition",
    "agency_lines": "offices that the law of the person's state names (a paragraph of its own)",
    "data_list": "list of the person's data that are concerned (a paragraph of its own)",
    "incident": "what happened, in the drafter's words (a paragraph of its own)",
    "measures": "what we did, in the drafter's words (a paragraph of its own)",
    "likely_consequences": "what may follow, in the drafter's words (a paragraph of its own)",
}
CIRCUMSTANCES = frozenset({"minor", "adult", "delayed", "prompt", "has_dpo", "has_phone", "has_agencies"})
"""Terms of conditions beside the data kinds; delayed, prompt, has_dpo and has_phone ask about the notice, not
about the person.
"""

_PLACEHOLDER = re.compile(r"\{([^{}\n]*)\}")
_CONDITION = re.compile(r"\[([^\]\n]*)\]\s*")
_TERM = re.compile(r"!?(?:[a-z_]+|[A-Z]{2})")
COUNTRIES = frozenset(
    code for code in map(str, Locale.parse("en").territories) if re.fullmatch(r"[A-Z]{2}", code)
)
"""ISO 3166-1 codes, the other terms of conditions."""

Condition = tuple[tuple[str, ...], ...]
"""Any of (all of (term or !term)); empty: always."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One paragraph or item of a block as written, with the condition under which it is said."""

    text: str
    style: Literal["paragraph", "item"]
    condition: Condition

    def holds(self, circumstances: Collection[str]) -> bool:
        return not self.condition or any(
            all((term.lstrip("!") in circumstances) != term.startswith("!") for term in terms)
            for terms in self.condition
        )

    @property
    def terms(self) -> frozenset[str]:
        return frozenset(term.lstrip("!") for terms in self.condition for term in terms)


def parse(text: str, *, place: str, terms: Collection[str]) -> tuple[Piece, ...]:
    """Pieces of a block. `terms` are the data kinds a condition may name, beside CIRCUMSTANCES.

    Raises BadInput naming `place` for an unknown placeholder, a stray brace or an unknown term.
    """
    known = frozenset(terms) | CIRCUMSTANCES | COUNTRIES
    return tuple(_piece(chunk, place=place, known=known) for chunk in _chunks(text))


def _chunks(text: str) -> Iterator[str]:
    lines: list[str] = []
    for raw in [*text.splitlines(), ""]:
        line = raw.strip()
        if lines and (not line or line.startswith("- ")):
            yield " ".join(lines)
            lines = []
        if line:
            lines.append(line)


def _piece(chunk: str, *, place: str, known: frozenset[str]) -> Piece:
    style: Literal["paragraph", "item"] = "item" if chunk.startswith("- ") else "paragraph"
    rest = chunk.removeprefix("- ").strip()
    condition: Condition = ()
    if match := _CONDITION.match(rest):
        condition = _condition(match[1], place=place, known=known)
        rest = rest[match.end() :]
    check_placeholders(rest, place=place)
    return Piece(rest, style, condition)


def _condition(text: str, *, place: str, known: frozenset[str]) -> Condition:
    condition = tuple(tuple(term.strip() for term in part.split("+")) for part in text.split(","))
    for term in (term for terms in condition for term in terms):
        if not _TERM.fullmatch(term) or term.lstrip("!") not in known:
            raise BadInput(
                f"unknown condition [{term}]",
                place=place,
                mend="Use a data kind, a country as DE, or one of: " + ", ".join(sorted(CIRCUMSTANCES)) + ".",
                code="unknown_condition",
            )
    return condition


def check_placeholders(text: str, *, place: str) -> None:
    """Raises BadInput for anything in braces that is not on the closed list, and for a stray brace."""
    for match in _PLACEHOLDER.finditer(text):
        if match[1] not in PLACEHOLDERS:
            raise BadInput(
                f"unknown placeholder {{{match[1]}}}",
                place=place,
                mend="Use one of: " + ", ".join(f"{{{name}}}" for name in PLACEHOLDERS) + ".",
                code="unknown_placeholder",
            )
    if re.search(r"[{}]", _PLACEHOLDER.sub("", text)):
        raise BadInput(
            "a brace without its partner",
            place=place,
            mend="Write a placeholder as {organisation}, or leave the brace out.",
            code="unknown_placeholder",
        )


def placeholders(text: str) -> frozenset[str]:
    return frozenset(_PLACEHOLDER.findall(text))


def fill(text: str, values: Mapping[str, str]) -> str:
    """Replace placeholders in one pass: braces inside a value stay what they are."""
    return _PLACEHOLDER.sub(lambda match: values[match[1]], text)
