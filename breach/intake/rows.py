"""The value that reading hands on."""

from typing import NamedTuple


class Row(NamedTuple):
    """One row as it stands in the file: its number (the first row is 1) and its cells as text."""

    number: int
    cells: list[str]
