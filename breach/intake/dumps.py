"""The rows of a table in a dump of PostgreSQL, MySQL, MariaDB or SQLite: its `COPY … FROM stdin` and `INSERT` sections.

A dump is read as text; nothing in it is run. Values are literals; an expression in their place refuses its row.
"""

import io
import re
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import BinaryIO

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from breach.errors import BadInput
from breach.intake.caps import Caps
from breach.intake.cells import checked_row
from breach.intake.encodings import Encoding
from breach.intake.headers import recognise
from breach.intake.refusals import Refusal
from breach.intake.rows import Row
from breach.intake.sqltext import SqlText
from breach.intake.text import open_text, undecodable

LOOKED_AT = 256 * 1024
_START = re.compile(
    r"\s*(?:--|/\*|#|\\|(?:SET|CREATE|DROP|INSERT|COPY|BEGIN|START|USE|PRAGMA|LOCK|REPLACE|SELECT|ALTER|TRUNCATE)\b)",
    re.IGNORECASE,
)
_SECTION = re.compile(
    r"^\s*(?:CREATE\s+(?:\w+\s+)?TABLE|(?:INSERT|REPLACE)\s+(?:IGNORE\s+)?INTO|COPY\s+\S+.{0,4000}?\bFROM\s+stdin)\b",
    re.IGNORECASE | re.MULTILINE,
)
# In these a backslash in a string stands before a special character.
_MYSQL = re.compile(r"`|\bENGINE\s*=|MySQL dump|MariaDB dump", re.IGNORECASE)
_NAME = r"""(?:"[^"]{1,200}"|`[^`]{1,200}`|\[[^\]]{1,200}\]|[\w$]{1,200})"""
_TABLE = rf"(?P<table>{_NAME}(?:\.{_NAME})*)\s*(?:\((?P<columns>\s*{_NAME}(?:\s*,\s*{_NAME})*\s*)\))?"
_INTO = re.compile(
    rf"(?:INSERT|REPLACE)\s+(?:\w+\s+){{0,3}}?INTO\s+{_TABLE}\s*(?:OVERRIDING\s+\w+\s+VALUE\s+)?VALUES?\s*",
    re.IGNORECASE,
)
_COPIED = re.compile(rf"COPY\s+{_TABLE}\s+FROM\s+stdin\b(?P<rest>.*)", re.IGNORECASE | re.DOTALL)
_CREATE = re.compile(r"CREATE\s+(?:\w+\s+){0,2}TABLE\b", re.IGNORECASE)
_NAMES = re.compile(_NAME)
# Forms of COPY that are not the plain one of a dump.
_OTHER_FORM = re.compile(r"csv|binary|delimiter|null|quote", re.IGNORECASE)
_COPY_ESCAPE = re.compile(r"\\(?:([0-7]{1,3})|x([0-9A-Fa-f]{1,2})|([\s\S]))")
_ESCAPE = re.compile(r"\\([\s\S])|''")
_LETTERS = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "0": "\0", "Z": "\x1a"}
_COMMA, _OPEN = re.compile(r"\s*,\s*"), re.compile(r"\s*\(\s*")
MEND = "Export the table as CSV."


@dataclass(slots=True)
class Section:
    """A table that the dump has rows for: its columns, and how many rows there are."""

    name: str
    columns: list[str] = field(default_factory=list)
    rows: int = 0


def is_dump(head: str) -> bool:
    """Say whether text begins like a dump: with a statement or comment, and a section of a table not far from it."""
    return _START.match(head) is not None and _SECTION.search(head) is not None


def find_sections(stream: BinaryIO, encoding: Encoding, caps: Caps, *, place: str) -> list[Section]:
    """Read the dump through and return the tables that it has rows for. Raises BadInput when there is none."""
    found: dict[str, Section] = {}
    for section, _row in _Dump(stream, encoding, caps, place).everything(only=""):
        kept = found.setdefault(section.name, Section(section.name))
        kept.columns = kept.columns or section.columns
        kept.rows += 1
    if not found:
        raise BadInput(
            "the dump has no rows", place=place, mend="Dump with the data: INSERT or COPY.", code="empty"
        )
    return list(found.values())


def likeliest(sections: list[Section]) -> Section:
    """Return the table with the most columns that people's tables have, of equals the longest."""
    return max(
        sections, key=lambda each: (len({recognise(name) for name in each.columns} - {None}), each.rows)
    )


def read_section(
    stream: BinaryIO, encoding: Encoding, name: str, caps: Caps, *, place: str
) -> Generator[Row | Refusal, None, None]:
    """Yield the rows of one table, numbered from 1; its column names come first, as row 0."""
    columns: list[str] = []
    for number, (section, cells) in enumerate(
        _Dump(stream, encoding, caps, place).everything(only=name), start=1
    ):
        if number == 1:
            columns = _columns(section, cells)
            yield Row(0, columns)
        if isinstance(cells, str):
            yield Refusal(number, "", cells)
        elif section.columns and section.columns != columns:
            yield _by_name(number, section.columns, columns, cells, caps)
        elif any(cells):
            yield checked_row(number, cells, caps)


def _columns(section: Section, cells: list[str] | str) -> list[str]:
    return section.columns or [
        f"column {n}" for n in range(1, len(cells) + 1 if isinstance(cells, list) else 2)
    ]


def _by_name(
    number: int, given: list[str], columns: list[str], cells: list[str], caps: Caps
) -> Row | Refusal:
    """Put the cells of a section that names its columns in another order into the order of the first."""
    if len(cells) != len(given) or not set(given) <= set(columns):
        return Refusal(number, "", "row_length")
    values = dict(zip(given, cells, strict=True))
    return checked_row(number, [values.get(column, "") for column in columns], caps)


Rows = Iterator[tuple[Section, list[str] | str]]


class _Dump:
    """One reading of a dump, from its start."""

    def __init__(self, stream: BinaryIO, encoding: Encoding, caps: Caps, place: str) -> None:
        self._stream, self._encoding, self._caps, self._place = stream, encoding, caps, place
        self._created: dict[str, list[str]] = {}
        with self._opened() as text:
            head = text.read(LOOKED_AT)
        self._mysql = _MYSQL.search(head) is not None
        self._tuple, self._literal = _patterns(escapes=self._mysql)

    @contextmanager
    def _opened(self) -> Iterator[io.TextIOWrapper]:
        text = open_text(self._stream, self._encoding)
        try:
            yield text
        except UnicodeError as error:
            raise undecodable(self._encoding, self._place) from error
        finally:
            text.detach()

    def everything(self, *, only: str) -> Rows:
        """Yield each row of each table, or of the table `only`: its cells, or the code of why it has none."""
        with self._opened() as text:
            sql = SqlText(text, self._caps, escapes=self._mysql)
            while sql.skip_space():
                match sql.word():
                    case "COPY":
                        yield from self._copy(sql, only)
                    case "INSERT" | "REPLACE":
                        yield from self._insert(sql, only)
                    case "CREATE":
                        self._create(sql.statement())
                    case _:
                        sql.statement()

    def _create(self, statement: str) -> None:
        """Remember the columns of a table, for the sections that do not name them."""
        if not _CREATE.match(statement):
            return
        try:
            tree = sqlglot.parse_one(statement, dialect="mysql" if self._mysql else "postgres")
        except (SqlglotError, RecursionError):
            return
        table = tree.find(exp.Table)
        if isinstance(tree, exp.Create) and isinstance(tree.this, exp.Schema) and table is not None:
            self._created[_shown(part.name for part in table.parts)] = [
                column.name for column in tree.this.expressions if isinstance(column, exp.ColumnDef)
            ]

    def _section(self, head: re.Match[str]) -> Section:
        name = _shown(map(_bare, _NAMES.findall(head["table"])))
        listed = [_bare(each) for each in _NAMES.findall(head["columns"] or "")]
        return Section(name, listed or self._created.get(name, []))

    def _copy(self, sql: SqlText, only: str) -> Rows:
        head = _COPIED.match(sql.statement())
        if not head:
            return
        section, other_form = self._section(head), _OTHER_FORM.search(head["rest"])
        wanted = not only or section.name == only
        sql.line()
        while sql.peek():
            line = sql.line()
            if line == "\\.":
                return
            if wanted:
                yield section, "sql" if other_form else "cell_too_long" if line is None else _copied(line)

    def _insert(self, sql: SqlText, only: str) -> Rows:
        if head := sql.take(_INTO):
            section = self._section(head)
            wanted = not only or section.name == only
            while (row := self._row(sql)) is not None:
                if wanted:
                    yield section, row
                if not sql.take(_COMMA):
                    break
        sql.statement()

    def _row(self, sql: SqlText) -> list[str] | str | None:
        """Read one bracket of values; None when there is none."""
        if whole := sql.take(self._tuple):
            return [self._value(found) for found in self._literal.finditer(whole[1])]
        if not sql.take(_OPEN):
            return None
        start, depth = sql.position, 1
        while depth and sql.peek():
            for _ in sql.pieces("()"):
                pass
            depth += 1 if sql.peek() == "(" else -1
            sql.pass_over(1)
        return "cell_too_long" if sql.position - start > self._caps.cell_chars else "sql"

    def _value(self, found: re.Match[str]) -> str:
        if (plain := found["plain"]) is not None:
            return "" if plain.upper() == "NULL" else plain.lower() if plain[0].isalpha() else plain
        if (marked := found["marked"]) is not None:
            return _unescaped(marked)
        return _unescaped(found["text"]) if self._mysql else found["text"].replace("''", "'")


def _patterns(*, escapes: bool) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return the patterns of a bracket of literals and of one literal. Nothing in them is tried twice."""
    marked = r"(?:[^'\\]++|''|\\[\s\S])*+"
    body = marked if escapes else r"(?:[^']++|'')*+"
    before, cast = r"(?:[nNxXbB]|_\w++\s*+)?+", r"(?:::[a-z][\w \"]*+)?+"
    plain = r"[-+]?+[0-9][\w.+-]*+|(?i:NULL|TRUE|FALSE)\b"
    literal = rf"(?:(?:[eE]'{marked}'|{before}'{body}'|{plain}){cast})"
    one = rf"(?:[eE]'(?P<marked>{marked})'|{before}'(?P<text>{body})'|(?P<plain>{plain})){cast}"
    return re.compile(rf"\s*+\(\s*+({literal}(?:\s*+,\s*+{literal})*+)\s*+\)"), re.compile(one)


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(lambda each: _LETTERS.get(each[1], each[1]) if each[1] else "'", text)


def _shown(parts: Iterable[str]) -> str:
    """Return a table's name with its schema, but for the one that every database has."""
    return ".".join(parts).removeprefix("public.")


def _bare(name: str) -> str:
    return name.strip('"`[]')


def _copied(line: str) -> list[str]:
    r"""Return the values of a line of COPY's text form: tabs between them, \N for NULL, backslashes before what is special."""
    if "\\" not in line:
        return line.split("\t")
    return ["" if cell == "\\N" else _COPY_ESCAPE.sub(_copied_letter, cell) for cell in line.split("\t")]


def _copied_letter(found: re.Match[str]) -> str:
    octal, hexadecimal, letter = found.groups()
    if octal:
        return chr(int(octal, 8) & 0xFF)
    if hexadecimal:
        return chr(int(hexadecimal, 16))
    return _LETTERS.get(letter, letter)
