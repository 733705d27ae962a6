"""A row into a record: one spelling for each thing, what is unusable set aside, what was given kept
beside it.
"""

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from breach.intake.contact import country_code, email_address, language_code
from breach.intake.dates import ImpossibleDateError, UnreadableDateError, is_minor, parse_birth_date
from breach.intake.identifiers import IdentifierKeys
from breach.intake.mapping import ColumnMapping
from breach.intake.phones import phone_number
from breach.intake.places import address_rule, locality, postcode_of
from breach.intake.record import EMAIL, NONE, POST, Record
from breach.intake.refusals import Refusal, mask
from breach.intake.rows import Row

LONGEST_NAME = 200
# What people type where a form insists on an answer.
PLACEHOLDERS = frozenset(
    {
        "",
        "-",
        "--",
        "---",
        ".",
        "?",
        "n/a",
        "na",
        "null",
        "none",
        "nan",
        "#n/a",
        "(null)",
        "unknown",
        "inconnu",
        "unbekannt",
        "desconocido",
        "onbekend",
        "nc",
        "n.c.",
    }
)
_FORMULA = re.compile(r"^=|^@\w+\(|^[+\-](?=.*[=!|])|^[+\-].*[A-Za-z]\w*\(")
_INVISIBLE = re.compile("[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
# Two columns together are a kind of their own (California Civil Code 1798.82(h)(2); most states alike).
_WITH_PASSWORD = frozenset({"email", "username"})
_CODES = {"iban": "iban_access_code", "account_number": "account_number_with_code"}


@dataclass(frozen=True, slots=True)
class Accepted:
    """A row that became a record. `kinds` are sorted; `minor` is None where no birth date is known.

    `national_id` is the text of a national identifier, to be blinded and not kept; "" where there is none.
    """

    row: int
    record: Record
    kinds: tuple[str, ...]
    minor: bool | None
    set_aside: tuple[Refusal, ...] = ()
    national_id: str = ""


def clean(text: str) -> str:
    """Return composed Unicode (NFC), single-spaced, without invisible and direction-changing characters."""
    if text.isascii():
        return " ".join(text.split())
    return " ".join(_INVISIBLE.sub("", unicodedata.normalize("NFC", text)).split())


def is_formula(text: str) -> bool:
    """Say whether a spreadsheet program would compute this text."""
    return text[:1] in "=@+-" and _FORMULA.match(text) is not None


def has_address(record: Record) -> bool:
    """Say whether a letter can be posted: the lines that the country's post requires, with a postcode of
    its form.
    """
    return is_postable(record.name, record.street, record.postcode, record.city, record.country)


def is_postable(name: str, street: str, postcode: str, city: str, country: str) -> bool:
    """As `has_address`, for values that are not in a record yet."""
    if not (country and street and name):
        return False
    rule = address_rule(country)
    return bool((city or not rule.needs_city) and (postcode or not rule.needs_postcode))


def channel_of(record: Record) -> str:
    """E-mail where there is a usable address, else post where a letter can arrive, else none: unreachable."""
    if record.email:
        return EMAIL
    return POST if has_address(record) else NONE


class _Refused(Exception):  # noqa: N818 - never leaves this module
    def __init__(self, field: str, reason: str) -> None:
        self.field, self.reason = field, reason
        super().__init__(reason)


class Normaliser:
    """A mapping made ready for the rows of one table. `on` is the day for which ages are told."""

    def __init__(self, mapping: ColumnMapping, header: Sequence[str], on: dt.date) -> None:
        place = {name: index for index, name in enumerate(header)}
        self._mapping, self._on = mapping, on
        self._identifier = IdentifierKeys()
        self._fields = tuple((rule.field, place[rule.column]) for rule in mapping.columns if rule.field)
        self._kinds = tuple((rule.kind, place[rule.column]) for rule in mapping.columns if rule.kind)
        self._loose = tuple((rule.column, place[rule.column]) for rule in mapping.columns if not rule.field)
        self._column = {rule.field: rule.column for rule in mapping.columns if rule.field}

    def __call__(self, row: Row) -> Accepted | Refusal:
        values = {}
        raw = {}
        for field, index in self._fields:
            cell = row.cells[index]
            raw[field] = cell
            values[field] = clean(cell)
        try:
            return self._record(row, values, raw)
        except _Refused as refused:
            cell = raw.get(refused.field, "")
            return Refusal(row.number, self._column.get(refused.field, ""), refused.reason, mask(cell))

    def _record(self, row: Row, values: dict[str, str], raw: dict[str, str]) -> Accepted | Refusal:
        for field, value in values.items():
            if value[:1] in STARTS and is_formula(value):
                raise _Refused(field, "formula")
            if value.lower() in PLACEHOLDERS:
                values[field] = ""
        aside: list[tuple[str, str]] = []
        names = _names(values)
        country = _country(values, self._mapping.country)
        postcode = _postcode(values.get("postcode", ""), country, aside)
        born = _birth_date(values, self._mapping.date_order, self._on)
        email = _checked(values, "email", aside, email_address)
        place = locality(
            country, values.get("region", ""), postcode, _language(values, self._mapping.language, aside)
        )
        record = Record(
            *names,
            email,
            _checked(values, "phone", aside, lambda text: phone_number(text, country)),
            values.get("street", ""),
            values.get("address_extra", ""),
            postcode,
            values.get("city", ""),
            place.region,
            country,
            born.isoformat() if born else "",
            place.language,
            place.language_from,
            values.get("customer_number", "").removesuffix(".0"),
            values.get("guardian", ""),
            self._mapping.relation,
            tuple(sorted((field, raw[field]) for field, _ in aside)),
        )
        # After `given` is told: of an identifier nothing is kept, usable or not.
        national_id = _checked(values, "national_id", aside, self._identifier)
        if not (record.name or record.email or record.phone or record.street):
            raise _Refused("email" if values.get("email") else "", "no_identity")
        return Accepted(
            row.number,
            record,
            self._kinds_of(row),
            is_minor(born, self._on) if born else None,
            self._set_aside(row, raw, aside),
            national_id,
        )

    def _kinds_of(self, row: Row) -> tuple[str, ...]:
        cells = row.cells
        found = {
            kind
            for kind, index in self._kinds
            if (cell := cells[index]) and cell.strip().lower() not in PLACEHOLDERS
        }
        return combined_kinds(found, self._mapping.kinds)

    def _set_aside(self, row: Row, raw: dict[str, str], aside: list[tuple[str, str]]) -> tuple[Refusal, ...]:
        notes = [
            Refusal(row.number, self._column[field], reason, mask(raw[field]), whole_row=False)
            for field, reason in aside
        ]
        notes += [
            Refusal(row.number, column, "formula_kept", "", whole_row=False)
            for column, index in self._loose
            if row.cells[index][:1] in STARTS and is_formula(row.cells[index])
        ]
        return tuple(notes)


STARTS = ("=", "@", "+", "-")


def combined_kinds(found: set[str], always: Iterable[str]) -> tuple[str, ...]:
    """Return the kinds of a row, sorted: those of its cells, those of the whole table, and what two together make."""
    kinds = found.union(always)
    if ("password_clear" in kinds or "security_answer" in kinds) and kinds & _WITH_PASSWORD:
        kinds.add("username_email_with_password")
    if "account_access_code" in kinds:
        kinds.update(code for number, code in _CODES.items() if number in kinds)
    return tuple(sorted(kinds))


def is_usable_name(name: str) -> bool:
    """Say whether a name has a letter and is no longer than any name."""
    return len(name) <= LONGEST_NAME and any(char.isalpha() for char in name)


def _names(values: dict[str, str]) -> tuple[str, str, str]:
    given, family, full = (values.get(field, "") for field in ("given_name", "family_name", "full_name"))
    for field in ("given_name", "family_name", "full_name"):
        name = values.get(field, "")
        if name and not is_usable_name(name):
            raise _Refused(field, "name_unusable")
    if full.count(",") == 1:
        # "Surname, Given": the form that sorted lists use.
        last, first = (part.strip() for part in full.split(","))
        return given or first, family or last, f"{first} {last}".strip()
    return given, family, full


def _country(values: dict[str, str], default: str) -> str:
    text = values.get("country", "")
    if not text:
        return default
    code = country_code(text)
    if not code:
        raise _Refused("country", "country_unknown")
    return code


def _birth_date(values: dict[str, str], order: str, on: dt.date) -> dt.date | None:
    text = values.get("birth_date", "")
    if not text:
        return None
    try:
        return parse_birth_date(text, order, on)
    except UnreadableDateError:
        raise _Refused("birth_date", "birth_date_unreadable") from None
    except ImpossibleDateError:
        raise _Refused("birth_date", "birth_date_impossible") from None


def _postcode(text: str, country: str, aside: list[tuple[str, str]]) -> str:
    if not text or not country:
        return text
    code = postcode_of(text, country)
    if not code:
        aside.append(("postcode", "postcode_unusable"))
    return code


def _language(values: dict[str, str], default: str, aside: list[tuple[str, str]]) -> str:
    text = values.get("language", "")
    if text and not language_code(text):
        aside.append(("language", "language_unknown"))
        return default
    return text or default


def _checked(
    values: dict[str, str], field: str, aside: list[tuple[str, str]], check: Callable[[str], str]
) -> str:
    text = values.get(field, "")
    if not text:
        return ""
    checked = check(text)
    if not checked:
        aside.append((field, f"{field}_unusable"))
    return checked
