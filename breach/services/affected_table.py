"""A table, or a pasted list, of the clients that an incident concerns: reference and, in a table, what is concerned."""

import re
from collections.abc import Mapping
from io import BytesIO
from typing import BinaryIO

from django.utils.translation import gettext as _

from breach.errors import BadInput
from breach.intake.headers import plain
from breach.intake.read import open_table
from breach.intake.refusals import Refusal
from breach.law import kinds
from breach.services.affected import MOST, Concern
from breach.services.client_table import MOST_BYTES, plain_cell

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "reference": ("reference", "client", "client number", "customer number", "numero client", "n client"),
    "services": ("services", "service"),
    "kinds": ("kinds", "data", "data kinds", "donnees", "types de donnees"),
    "people": ("people", "number", "personnes", "nombre"),
}
_FIELD_OF = {name: key for key, names in COLUMNS.items() for name in names}


def read_references(text: str) -> list[str]:
    """Return the references of a pasted list: one a line, or with commas or semicolons between them."""
    return list(dict.fromkeys(one.strip() for one in re.split(r"[\n,;\t]+", text) if one.strip()))


def read_concerns(stream: BinaryIO, place: str, usual: Concern) -> dict[str, Concern]:
    """Return what a table says of each client by reference; an empty cell takes the value of `usual`.

    Raises BadInput naming row and column of the first cell that does not fit.
    """
    content = stream.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise BadInput(_("The table is too large"), place=place, mend=_("Split it into parts."))
    table = open_table(BytesIO(content), place)
    fields = [_FIELD_OF.get(plain(name)) for name in table.header]
    if "reference" not in fields:
        raise BadInput(
            _("There is no column “%(name)s”") % {"name": "reference"},
            place=place,
            mend=_("Name the columns: %(names)s.") % {"names": ", ".join(COLUMNS)},
        )
    found: dict[str, Concern] = {}
    for row in table.rows():
        if isinstance(row, Refusal):
            raise _refused(place, row.row, row.column, _("The row cannot be read"))
        given = {key: plain_cell(cell) for key, cell in zip(fields, row.cells, strict=True) if key}
        reference = given.get("reference", "")
        if not reference or reference in found:
            why = _("The reference stands twice") if reference else _("The reference is missing")
            raise _refused(place, row.number, "reference", why)
        if len(found) >= MOST:
            raise _refused(place, row.number, "", _("These are too many clients"))
        found[reference] = _concern(given, usual, place, row.number)
    return found


def _concern(given: Mapping[str, str], usual: Concern, place: str, row: int) -> Concern:
    number = re.sub(r"[\s.,'’]", "", given.get("people", ""))
    if number and not (number.isascii() and number.isdigit() and len(number) < 10):  # noqa: PLR2004 - a billion
        raise _refused(place, row, "people", _("The number of people is no whole number"))
    named = tuple(
        _kind(word, place, row) for word in re.split(r"[,;|]", given.get("kinds", "")) if word.strip()
    )
    return Concern(
        given.get("services") or usual.services,
        tuple(dict.fromkeys(named)) or usual.kinds,
        int(number) if number else usual.people,
    )


def _kind(word: str, place: str, row: int) -> str:
    """A key of the vocabulary, or its name in English or French."""
    wanted = word.strip()
    table = kinds.load()
    if wanted in table:
        return wanted
    for key, kind in table.items():
        if plain(wanted) in {plain(kind.label(language)) for language in ("en", "fr")}:
            return key
    raise _refused(place, row, "kinds", _("“%(kind)s” is no kind of data") % {"kind": wanted[:40]})


def _refused(place: str, row: int, column: str, why: str) -> BadInput:
    where = _("%(place)s, row %(row)d") % {"place": place, "row": row}
    return BadInput(
        why, place=f"{where}, {column}" if column else where, mend=_("Correct it; nothing was listed.")
    )
