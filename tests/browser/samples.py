"""Smaller slices of the shipped sample tables: the same bytes and cells, quicker to load."""

from pathlib import Path

from openpyxl import Workbook, load_workbook

from notifications import demo

DATA = Path(demo.__file__).parent / "data"
# The first rows; two that do not fit the header; somebody in the United States without a state; people who stand
# twice in this table; people who stand in the other one, too.
LINES = [*range(70), 247, 348, 165, 759, 764, 1168, 1171, 255, 256, 257, 258, 259, 362, 378]
ACCOUNTS = [*range(30), 196, 197, 228, 229, 230, 231, 232]


def customers(folder: Path) -> Path:
    """84 rows in Windows-1252 with semicolons."""
    header, *lines = (DATA / "customers.csv").read_bytes().split(b"\r\n")
    target = folder / "customers.csv"
    target.write_bytes(b"\r\n".join([header, *(lines[number] for number in LINES), b""]))
    return target


def accounts(folder: Path) -> Path:
    """37 rows of the older table, as the workbook holds them."""
    source = load_workbook(DATA / "legacy_accounts.xlsx", read_only=True).worksheets[0]
    book = Workbook()
    book.active.title = source.title
    header, *rows = source.iter_rows(values_only=True)
    for row in [header, *(rows[number] for number in ACCOUNTS)]:
        book.active.append(row)
    target = folder / "legacy_accounts.xlsx"
    book.save(target)
    return target


def personal(*tables: Path) -> set[str]:
    """Names and addresses that stand in the tables, folded: none of them may ever stand in an address."""
    found: set[str] = set()
    for line in tables[0].read_bytes().decode("cp1252", errors="replace").splitlines()[1:]:
        found.update(line.split(";")[1:5])
    for row in load_workbook(tables[1], read_only=True).worksheets[0].iter_rows(min_row=2, values_only=True):
        found.update(str(row[index]) for index in (1, 3, 4, 5) if row[index])
    return {value.strip().casefold() for value in found if len(value.strip()) > 5}
