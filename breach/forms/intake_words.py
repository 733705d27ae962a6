"""What the intake found, in words: findings with their evidence, how an encoding was told, notes."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from breach.forms.people import FIELD_LABELS
from breach.intake.header_row import RENAMED
from breach.intake.profile import PROPOSED
from breach.law import kinds
from breach.wording import country

_OF_COUNTRY = re.compile(r"^([A-Z]{2}), (.+)$")
_NOT_READ = re.compile(r"^Other (sheets|tables) were not read: (.+)$")
EVIDENCE: Mapping[str, Any] = {
    "values": gettext_lazy("by its values"),
    "header": gettext_lazy("by the column’s name"),
    "both": gettext_lazy("by the column’s name and its values"),
}
HOW: Mapping[str, Any] = {
    "mark": gettext_lazy("told by its byte order mark"),
    "valid": gettext_lazy("the bytes fit"),
    "letters": gettext_lazy("told by the letters of names"),
    "guessed": gettext_lazy("guessed: check the samples below"),
    "given": gettext_lazy("as you said"),
}
NOT_READ: Mapping[str, Any] = {
    "sheets": gettext_lazy("Other sheets were not read: %(names)s. Give the file again and name the sheet."),
    "tables": gettext_lazy("Other tables were not read: %(names)s. Give the file again and name the table."),
}
# Why a file of an archive is no table, by code, in languages other than the one that the refusal itself is written in.
LEFT_OUT: Mapping[str, Any] = {
    "empty": gettext_lazy("it holds no row. Export the table again."),
    "encoding": gettext_lazy("it is no text, or its encoding is not known. Save it as CSV in UTF-8."),
    "archive": gettext_lazy("it is an archive of a kind that is not read. Pack the tables as zip or gzip."),
    "workbook": gettext_lazy("it is no workbook that can be read. Save the table as a new .xlsx or as CSV."),
    "markup": gettext_lazy("it is a web page or XML. Save the table as CSV."),
    "json": gettext_lazy("it is no JSON Lines. Write one JSON object in each line."),
    "header": gettext_lazy("its first row is no row of column names. Add one."),
    "two_headers": gettext_lazy("it has two header rows. Keep one."),
    "columns": gettext_lazy("it has too many columns. Keep those that tell who is affected."),
    "control": gettext_lazy("its header row cannot be read. Correct it."),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A finding: what it is called, its scheme in words ("" for none), shares and confidence in per cent, what it rests on.

    `share` is None where only the column's name speaks for it.
    """

    label: str
    scheme: str
    confidence: int
    share: int | None
    evidence: str
    is_proposed: bool


def shown_findings(column: Mapping[str, Any]) -> list[Shown]:
    """Return what a column of a stored profile may hold, surest first; the first is proposed if it is sure enough."""
    return [
        Shown(
            label_of(one["what"]),
            scheme_of(one["detail"]),
            one["confidence"],
            None if one["by"] == "header" else one["share"],
            str(EVIDENCE[one["by"]]),
            place == 0 and one["confidence"] >= PROPOSED,
        )
        for place, one in enumerate(column["findings"])
    ]


def label_of(what: str) -> str:
    """Name a field of a person or a kind of data in the language of the page."""
    if what in FIELD_LABELS:
        return str(FIELD_LABELS[what])
    known = kinds.load()
    return known[what].label((get_language() or "en")[:2]) if what in known else what


def scheme_of(detail: str) -> str:
    """Write a scheme: "FR, nir" with the country's name, "bcrypt" as it is."""
    if found := _OF_COUNTRY.match(detail):
        return f"{country(found[1])}, {found[2].upper()}"
    return detail


def how_told(how: str) -> str:
    """Say how an encoding was found; "" where there is none."""
    return str(HOW.get(how, ""))


def reason_of(code: str, reason: str) -> str:
    """Say why a file was left out: in full in English, else by its code where that has words."""
    if (get_language() or "en")[:2] == "en" or code not in LEFT_OUT:
        return reason
    return str(LEFT_OUT[code])


def note_texts(notes: Sequence[str]) -> list[str]:
    """Say what was noted while reading, in the language of the page."""
    return [_note(note) for note in notes]


def _note(note: str) -> str:
    if note == RENAMED:
        return _("Columns without a name, or with one that another has, were named by their letter.")
    if found := _NOT_READ.match(note):
        return str(NOT_READ[found[1]]) % {"names": found[2]}
    return note
