"""Countries, and numbers of people by country, written one per line. Pure: text and names in, values out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from django.utils.translation import gettext as _

from breach.errors import BadInput

# A name, then a number whose thousands may be set apart by spaces, dots, commas or apostrophes.
COUNT_LINE = re.compile(r"(?P<country>.*?)[\s:;=,]+(?P<count>\d{1,3}(?:[\s.,'’\u00a0\u202f]\d{3})+|\d+)")
Names = Mapping[str, str]


def write_countries(codes: Iterable[str], names: Names) -> str:
    """One country per line, by its name in the language of the page."""
    return "\n".join(names.get(code, code) for code in codes)


def write_counts(counts: Mapping[str, int], names: Names) -> str:
    """One `Name: number` per line."""
    return "\n".join(f"{names.get(code, code)}: {count}" for code, count in counts.items())


def read_countries(text: str, names: Names) -> list[str]:
    """Codes of the countries named line by line. Raises BadInput naming the line."""
    return [_code(line, number, names) for number, line in _lines(text)]


def read_counts(text: str, names: Names) -> dict[str, int]:
    """Number per country code, from lines such as `FR 1200` or `France: 1 200`.

    Raises BadInput naming the line.
    """
    found: dict[str, int] = {}
    for number, line in _lines(text):
        match = COUNT_LINE.fullmatch(line)
        if match is None:
            raise _refuse(
                number, _("“%(line)s” has no country and number") % {"line": line}, _("Write it as FR 1200.")
            )
        code = _code(match["country"], number, names)
        if code in found:
            raise _refuse(
                number, _("%(country)s stands twice") % {"country": names[code]}, _("Add the two numbers.")
            )
        found[code] = int(re.sub(r"\D", "", match["count"]))
    return found


def _lines(text: str) -> list[tuple[int, str]]:
    return [
        (number, line.strip()) for number, line in enumerate((text or "").splitlines(), 1) if line.strip()
    ]


def _code(said: str, number: int, names: Names) -> str:
    wanted = said.strip().casefold()
    for code, name in names.items():
        if wanted in (code.casefold(), name.casefold()):
            return code
    mend = _("Give its name or its two letters, such as FR.")
    raise _refuse(number, _("“%(said)s” is no country") % {"said": said.strip()}, mend)


def _refuse(number: int, message: str, mend: str) -> BadInput:
    return BadInput(
        _("Line %(number)d: %(message)s") % {"number": number, "message": message}, mend=mend, code="bad_line"
    )
