"""A table of clients as somebody has it: which column is what, and what of each row can be taken.

Whoever calls gets rows in the register's own form, and a reason for every cell that was refused. Nothing is stored.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from breach.errors import BadInput
from breach.intake.contact import email_address, language_code
from breach.intake.headers import plain
from breach.intake.read import open_table
from breach.intake.refusals import Refusal
from breach.intake.rows import Row
from breach.models.clients import LANGUAGES, TRIGGERS, UNITS
from breach.queries.clients import HEADER
from breach.spreadsheet import STARTS

MOST_ROWS = 20_000
MOST_BYTES = 8 * 1024 * 1024
LONGEST_PERIOD = 8_760  # hours of a year; in days it is far more than any contract grants
REQUIRED = ("reference", "name", "email")
LONGEST = {"reference": 40, "name": 120, "phone": 40, "clause": 200, "dpo_name": 120}
# What columns are called, in the form of `plain`. The first name is the one of our own export.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "reference": (
        "reference",
        "client",
        "client number",
        "customer number",
        "numero client",
        "no client",
        "n client",
    ),
    "name": ("name", "company", "nom", "raison sociale", "societe"),
    "email": ("email", "e mail", "courriel", "mail", "contact email", "breach email"),
    "second_email": ("second email", "second e mail", "deuxieme courriel", "second courriel"),
    "phone": ("phone", "telephone", "tel"),
    "language": ("language", "langue"),
    "zone": ("zone", "time zone", "timezone", "fuseau horaire"),
    "window_value": ("period", "window", "delai"),
    "window_unit": ("unit", "unite"),
    "window_from": ("runs from", "from", "trigger", "a compter de"),
    "clause": ("clause", "article"),
    "dpo_name": ("dpo name", "dpo", "data protection officer", "delegue a la protection des donnees"),
    "dpo_email": ("dpo email", "dpo e mail", "courriel dpo", "courriel du dpo"),
}
UNIT_WORDS = {
    "hours": ("hours", "hour", "h", "heures", "heure"),
    "calendar_days": ("calendar days", "days", "day", "d", "jours", "jour", "j", "jours calendaires"),
    "business_days": ("business days", "working days", "business day", "jours ouvres", "jour ouvre"),
}
TRIGGER_WORDS = {
    "processor_awareness": ("processor awareness", "awareness", "connaissance", "prise de connaissance"),
    "suspicion": ("suspicion", "soupcon", "premier soupcon"),
    "detection": ("detection", "detected"),
    "attack_known": ("attack known", "attack", "attaque", "connaissance de l attaque"),
}
_FIELD_OF = {name: key for key, names in COLUMNS.items() for name in names}
_UNIT_OF = {word: key for key, words in UNIT_WORDS.items() for word in words}
_TRIGGER_OF = {word: key for key, words in TRIGGER_WORDS.items() for word in words}


@dataclass(slots=True)
class Read:
    """`read` rows; `rows` are those that can be taken, `refused` the cells that cannot, `refused_rows` how many."""

    read: int = 0
    rows: list[dict[str, Any]] = field(default_factory=list)
    refused: list[dict[str, Any]] = field(default_factory=list)
    refused_rows: int = 0

    def refuse(self, row: int, column: str, reason: str) -> None:
        self.refused.append({"row": row, "column": column, "reason": reason})


def read_clients(stream: BinaryIO, place: str, known: set[str]) -> Read:
    """Read a table of clients; `known` are the references already in the register, whose rows are changes.

    Raises BadInput for what is no such table.
    """
    table = open_table(stream, place)
    fields = [_FIELD_OF.get(plain(name)) for name in table.header]
    missing = [key for key in REQUIRED if key not in fields and (key == "reference" or not known)]
    if missing:
        raise BadInput(
            _("There is no column “%(name)s”") % {"name": missing[0]},
            place=place,
            mend=_("Name the columns: %(names)s.") % {"names": ", ".join(HEADER)},
        )
    found = Read()
    for name, key in zip(table.header, fields, strict=True):
        if key is None:
            found.refuse(table.header_row, name, "column_unknown")
    if any(key and fields.count(key) > 1 for key in fields):
        raise BadInput(_("Two columns mean the same"), place=place, mend=_("Keep one of them."))
    seen: set[str] = set()
    with_names = dict(zip([key or "" for key in fields], table.header, strict=True))
    for number, cells in _rows(table.rows(), found, place):
        given = {key: plain_cell(cell) for key, cell in zip(fields, cells, strict=True) if key}
        _take(found, number, given, with_names, seen, known)
    return found


def clean(given: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
    """Return what can be stored of the given texts, and by field the reason (a code) for what cannot."""
    values: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    for key, text in given.items():
        try:
            values[key] = _value(key, text)
        except ValueError as refusal:
            wrong[key] = str(refusal)
    if "window_value" in values:
        _settle_window(values)
    return values, wrong


def _rows(rows: Iterator[Row | Refusal], found: Read, place: str) -> Iterator[tuple[int, Sequence[str]]]:
    for row in rows:
        found.read += 1
        if found.read > MOST_ROWS:
            raise BadInput(
                _("The table has more than %(most)d rows") % {"most": MOST_ROWS},
                place=place,
                mend=_("Split it into parts."),
            )
        if isinstance(row, Refusal):
            found.refuse(row.row, row.column, "unreadable")
            found.refused_rows += 1
        else:
            yield row.number, row.cells


def plain_cell(cell: str) -> str:
    """The cell without the mark that our own export sets before what a spreadsheet would take for a formula."""
    text = cell.strip()
    return text[1:] if text.startswith("'") and text[1:].startswith(STARTS) else text


def _take(
    found: Read,
    number: int,
    given: Mapping[str, str],
    names: Mapping[str, str],
    seen: set[str],
    known: set[str],
) -> None:
    values, wrong = clean(given)
    reference = values.get("reference", "")
    if reference in seen:
        wrong["reference"] = "twice"
    if reference not in known:
        wrong |= {key: "missing" for key in REQUIRED if key not in wrong and not values.get(key)}
    if wrong:
        found.refused_rows += 1
        for key, reason in wrong.items():
            found.refuse(number, names.get(key, key), reason)
        return
    seen.add(reference)
    found.rows.append(values)


def _value(key: str, text: str) -> Any:
    """Return the value of a cell. Raises ValueError with the code of the reason."""
    if len(text) > LONGEST.get(key, 254):
        raise ValueError("too_long")
    if key in REQUIRED and not text:
        raise ValueError("missing")
    convert = CONVERT.get(key)
    return convert(text) if convert else text


def _email(text: str) -> str:
    found = email_address(text) if text else ""
    if text and not found:
        raise ValueError("email")
    return found


def _language(text: str) -> str:
    code = language_code(text) if text else "en"
    if code not in dict(LANGUAGES):
        raise ValueError("language")
    return code


def _zone(text: str) -> str:
    try:
        return ZoneInfo(text).key if text else "Europe/Paris"
    except (KeyError, ValueError, OSError):  # a name with odd characters is a file that cannot be opened
        raise ValueError("zone") from None


def _period(text: str) -> int | None:
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= LONGEST_PERIOD:
        raise ValueError("period")
    return int(text)


def _word(text: str, words: Mapping[str, str], keys: Mapping[str, Any], reason: str) -> str:
    found = text if text in keys else words.get(plain(text.replace("_", " ")), "")
    if text and not found:
        raise ValueError(reason)
    return found


def _unit(text: str) -> str:
    return _word(text, _UNIT_OF, dict(UNITS), "unit")


def _trigger(text: str) -> str:
    return _word(text, _TRIGGER_OF, dict(TRIGGERS), "trigger")


CONVERT: Mapping[str, Callable[[str], Any]] = {
    "email": _email,
    "second_email": _email,
    "dpo_email": _email,
    "language": _language,
    "zone": _zone,
    "window_value": _period,
    "window_unit": _unit,
    "window_from": _trigger,
}


def _settle_window(values: dict[str, Any]) -> None:
    """A period without unit is in hours, from our awareness; no period has neither."""
    if values["window_value"] is None:
        values["window_unit"] = values["window_from"] = ""
        return
    values["window_unit"] = values.get("window_unit") or "hours"
    values["window_from"] = values.get("window_from") or "processor_awareness"
