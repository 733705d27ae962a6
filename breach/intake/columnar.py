"""Many rows at once, column by column: what `Normaliser` does to each, several times as fast.

Most cells of a table are plain. Whether a whole column is plain is told by a few looks at its joined text, which
run at the speed of C; values that repeat are worked out once. Every row with anything out of the ordinary (a
formula, a value that cannot be used, a name with a comma) goes through `Normaliser` by itself, so there is one
place that knows what to do with it. The tests hold both ways equal for any row.
"""

import datetime as dt
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from breach.intake.contact import country_code, email_address, language_code
from breach.intake.dates import ImpossibleDateError, UnreadableDateError, is_minor, parse_birth_date
from breach.intake.identifiers import IdentifierKeys
from breach.intake.mapping import ColumnMapping
from breach.intake.normalise import (
    PLACEHOLDERS,
    STARTS,
    Accepted,
    Normaliser,
    clean,
    combined_kinds,
    is_formula,
    is_usable_name,
)
from breach.intake.phones import phone_number
from breach.intake.places import locality, postcode_of
from breach.intake.record import Record
from breach.intake.refusals import Refusal
from breach.intake.rows import Row

FIELDS = tuple(Record.__dataclass_fields__)
NAMES = ("full_name", "given_name", "family_name")
REMEMBERED = 100_000  # values of a column that are kept worked out; more than that do not repeat
# Printable, one byte wide, and in no table that anybody has seen; a column that holds it is looked at cell by cell.
BAR = "\N{BROKEN BAR}"
_NOTHING = PLACEHOLDERS - {""}


@dataclass(slots=True)
class Columns:
    """The accepted rows of a batch as columns of equal length, and what was refused or set aside.

    `values` has a list for each field of `Record`; `minors` holds None where no birth date is known, `national_ids`
    the texts of identifiers, to be blinded and not kept.
    """

    rows: list[int]
    values: dict[str, list[str]]
    given: list[tuple[tuple[str, str], ...]]
    kinds: list[tuple[str, ...]]
    minors: list[bool | None]
    national_ids: list[str]
    refused: list[Refusal] = field(default_factory=list)
    set_aside: list[Refusal] = field(default_factory=list)

    def names(self) -> list[str]:
        """Return what `Record.name` is for each row."""
        columns = (self.values[name] for name in NAMES)
        return [full or f"{given} {family}".strip() for full, given, family in zip(*columns, strict=True)]


class ColumnNormaliser:
    """A mapping made ready for batches of rows of one table. `on` is the day for which ages are told."""

    def __init__(self, mapping: ColumnMapping, header: Sequence[str], on: dt.date) -> None:
        place = {name: index for index, name in enumerate(header)}
        self._alone = Normaliser(mapping, header, on)
        self._mapping, self._on = mapping, on
        fields = {rule.field: place[rule.column] for rule in mapping.columns if rule.field}
        self._national_id = fields.pop("national_id", None)
        self._identifier = IdentifierKeys()
        self._fields = fields
        self._kinds = tuple((rule.kind, place[rule.column]) for rule in mapping.columns if rule.kind)
        self._loose = tuple(place[rule.column] for rule in mapping.columns if not rule.field)
        used = {*self._fields.values(), *self._loose, *(index for _kind, index in self._kinds)}
        self._used = sorted(used if self._national_id is None else {*used, self._national_id})
        self._known: dict[str, dict[str, Any]] = {}
        self._combined: dict[tuple[bool, ...], tuple[str, ...]] = {}

    def __call__(self, rows: Sequence[Row]) -> Columns:
        """Return the batch as columns. Rows have the width of the header."""
        if not rows:
            return Columns([], {name: [] for name in FIELDS[:-1]}, [], [], [], [])
        odd: set[int] = set()
        columns = tuple(zip(*(row.cells for row in rows), strict=True))
        cells = {index: _Cells(columns[index]) for index in self._used}
        for index in self._loose:
            odd.update(cells[index].formulas(cells[index].raw))
        batch = self._columns([row.number for row in rows], cells, odd)
        return self._with_odd(batch, rows, odd)

    def _columns(self, numbers: list[int], cells: "dict[int, _Cells]", odd: set[int]) -> Columns:
        blank = [""] * len(numbers)
        values = dict.fromkeys(FIELDS[:-1], blank)
        values |= {name: cells[index].cleaned(odd) for name, index in self._fields.items()}
        values["relation"] = [self._mapping.relation] * len(numbers)
        born = self._check("birth_date", values["birth_date"], self._birth_date, ("", None), odd)
        self._check_names(values, odd)
        self._place(values, odd)
        values["birth_date"] = [iso for iso, _minor in born]
        values["customer_number"] = [value.removesuffix(".0") for value in values["customer_number"]]
        minors = [minor for _iso, minor in born]
        kinds = self._kinds_of(cells, len(numbers))
        return Columns(
            numbers, values, [()] * len(numbers), kinds, minors, self._identifiers(cells, odd, blank)
        )

    def _identifiers(self, cells: "dict[int, _Cells]", odd: set[int], blank: list[str]) -> list[str]:
        if self._national_id is None:
            return blank
        return _each(cells[self._national_id].cleaned(odd), odd, self._identifier)

    def _check_names(self, values: dict[str, list[str]], odd: set[int]) -> None:
        for name in NAMES:
            self._check(name, values[name], _usable_name, "", odd)
        # "Surname, Given" is taken apart by the one who knows how.
        odd.update(place for place, full in enumerate(values["full_name"]) if "," in full)
        reached = (values["email"], values["phone"], values["street"])
        for place, anything in enumerate(zip(*(values[name] for name in NAMES), *reached, strict=True)):
            if not any(anything):
                odd.add(place)

    def _place(self, values: dict[str, list[str]], odd: set[int]) -> None:
        """Work out what depends on the country: postcode, phone, region, language."""
        country = self._check("country", values["country"], self._country, "", odd)
        language = self._check("language", values["language"], self._language, "", odd)
        values["country"] = country
        values["postcode"] = _each(values["postcode"], odd, _postcode, country)
        values["phone"] = _each(values["phone"], odd, phone_number, country)
        values["email"] = _each(values["email"], odd, email_address)
        places = list(map(locality, country, values["region"], values["postcode"], language))
        values["region"] = [one.region for one in places]
        values["language"] = [one.language for one in places]
        values["language_from"] = [one.language_from for one in places]

    def _check(
        self, name: str, column: Sequence[str], work: Callable[[str], Any], instead: Any, odd: set[int]
    ) -> list[Any]:
        """Return the column with each value worked out; a row whose value has none (None) is odd, and holds `instead`."""
        known = self._known.setdefault(name, {})
        if len(known) > REMEMBERED:
            known.clear()
        for value in set(column).difference(known):
            known[value] = work(value)
        done = [known[value] for value in column]
        for place in [place for place, value in enumerate(done) if value is None]:
            odd.add(place)
            done[place] = instead
        return done

    def _country(self, text: str) -> str | None:
        return (country_code(text) or None) if text else self._mapping.country

    def _language(self, text: str) -> str | None:
        if not text:
            return self._mapping.language
        return text if language_code(text) else None

    def _birth_date(self, text: str) -> tuple[str, bool | None] | None:
        if not text:
            return "", None
        try:
            born = parse_birth_date(text, self._mapping.date_order, self._on)
        except (UnreadableDateError, ImpossibleDateError):
            return None
        return born.isoformat(), is_minor(born, self._on)

    def _kinds_of(self, cells: "dict[int, _Cells]", count: int) -> list[tuple[str, ...]]:
        if not self._kinds:
            return [combined_kinds(set(), self._mapping.kinds)] * count
        filled = list(zip(*(cells[index].filled() for _kind, index in self._kinds), strict=True))
        for pattern in set(filled).difference(self._combined):
            kinds = {kind for (kind, _index), there in zip(self._kinds, pattern, strict=True) if there}
            self._combined[pattern] = combined_kinds(kinds, self._mapping.kinds)
        return [self._combined[pattern] for pattern in filled]

    def _with_odd(self, batch: Columns, rows: Sequence[Row], odd: set[int]) -> Columns:
        """Put what `Normaliser` makes of the odd rows in their places, and take out what it refuses."""
        if not odd:
            return batch
        lost = set()
        # Fields that the table does not have share one column of nothing.
        batch.values = {name: list(column) for name, column in batch.values.items()}
        batch.national_ids = list(batch.national_ids)
        for place in sorted(odd):
            outcome = self._alone(rows[place])
            if isinstance(outcome, Refusal):
                lost.add(place)
                batch.refused.append(outcome)
            else:
                _put(batch, place, outcome)
        return _without(batch, lost) if lost else batch


def _without(batch: Columns, lost: set[int]) -> Columns:
    kept = [place for place in range(len(batch.rows)) if place not in lost]

    def of(column: list[Any]) -> list[Any]:
        return [column[place] for place in kept]

    values = {name: of(column) for name, column in batch.values.items()}
    lists = (
        *(of(batch.rows), values, of(batch.given), of(batch.kinds)),
        *(of(batch.minors), of(batch.national_ids)),
    )
    return Columns(*lists, batch.refused, batch.set_aside)


def _put(batch: Columns, place: int, outcome: Accepted) -> None:
    for name in batch.values:
        batch.values[name][place] = getattr(outcome.record, name)
    batch.given[place] = outcome.record.given
    batch.kinds[place], batch.minors[place] = outcome.kinds, outcome.minor
    batch.national_ids[place] = outcome.national_id
    batch.set_aside += outcome.set_aside


def _usable_name(name: str) -> str | None:
    return name if not name or is_usable_name(name) else None


def _postcode(text: str, country: str) -> str:
    return postcode_of(text, country) if country else text


def _each(
    column: Sequence[str], odd: set[int], work: Callable[..., str], *others: Sequence[str]
) -> list[str]:
    """Work each filled cell out, with what stands beside it in `others`; a row whose value cannot be used is odd."""
    done = [work(*cell) if cell[0] else "" for cell in zip(column, *others, strict=True)]
    if done.count("") != column.count(""):
        odd.update(
            place for place, (text, value) in enumerate(zip(column, done, strict=True)) if text and not value
        )
    return done


class _Cells:
    """One column of a batch as it stands in the file, and what a look at all of it tells."""

    def __init__(self, raw: tuple[str, ...]) -> None:
        self.raw = raw
        joined = BAR.join(raw)
        # The text is searched instead of each cell: a few calls for a whole column.
        self.is_plain = (
            joined.isprintable()
            and joined.count(BAR) == len(raw) - 1
            and "  " not in joined
            and f"{BAR} " not in joined
            and f" {BAR}" not in joined
            and joined[:1] != " "
            and joined[-1:] != " "
            and (joined.isascii() or unicodedata.is_normalized("NFC", joined))
        )
        self._may_start = not self.is_plain or any(
            f"{BAR}{sign}" in joined or joined.startswith(sign) for sign in STARTS
        )
        self._has_nothing = not _NOTHING.isdisjoint(map(str.lower, raw)) if self.is_plain else True

    def formulas(self, column: Sequence[str]) -> set[int]:
        """Return the places of cells that a spreadsheet program would compute."""
        if not self._may_start:
            return set()
        return {place for place, value in enumerate(column) if value[:1] in STARTS and is_formula(value)}

    def cleaned(self, odd: set[int]) -> list[str]:
        """Return the column cleaned and without placeholders; rows with a formula are odd."""
        column = list(self.raw) if self.is_plain else [clean(value) for value in self.raw]
        odd.update(self.formulas(column))
        if self._has_nothing:
            return ["" if value.lower() in _NOTHING else value for value in column]
        return column

    def filled(self) -> list[bool]:
        """Say for each cell whether something is in it."""
        if self._has_nothing:
            return [value.strip().lower() not in PLACEHOLDERS for value in self.raw]
        return list(map(bool, self.raw))
