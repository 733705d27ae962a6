"""The register of personal data breaches (GDPR Article 33(5)): every breach, notified or not.

The Article asks for facts, effects and remedial action; EDPB Guidelines 9/2022 add the reasoning behind
decisions and delays. Rows are plain text, one per party of an incident; the CSV is for people and their
spreadsheets.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from itertools import chain
from pathlib import Path

from breach.spreadsheet import csv_lines
from notifications.wording import Words, load_words

WORDS = Path(__file__).parent / "register.toml"


@dataclass(frozen=True, slots=True)
class RegisterRow:
    """One breach of one party. Instants are worded with their zone, counts as digits; empty means not
    known.
    """

    reference: str
    title: str
    controller: str
    role: str
    phase: str
    occurred_from: str
    occurred_to: str
    detected: str
    aware: str
    aware_by: str
    aware_reasons: str
    cause: str
    breach_type: str
    data_categories: str
    people: str
    records: str
    processors: str
    consequences: str
    risk: str
    severity: str
    risk_reasons: str
    authority_decision: str
    authority_reasons: str
    people_decision: str
    people_reasons: str
    exception: str
    filings: str
    delay_reasons: str
    letters: str
    measures: str
    lessons: str
    closed: str


COLUMNS = tuple(field.name for field in fields(RegisterRow))


def words(language: str) -> Words:
    tables = load_words(WORDS)
    return tables.get(language, tables["en"])


def register_csv(rows: Iterable[RegisterRow], language: str) -> bytes:
    """Return the register as CSV: UTF-8 with a byte order mark, semicolons, CRLF, headings in `language`.

    The mark lets spreadsheet programs read accents; a cell that would be a formula is preceded by an
    apostrophe.
    """
    w = words(language)
    head = [w[f"column.{name}"] for name in COLUMNS]
    body = ([getattr(row, name) for name in COLUMNS] for row in rows)
    return "".join(csv_lines(chain([head], body))).encode()
