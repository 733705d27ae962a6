"""What every reader asks of a row's cells before it hands them on."""

import re
from collections.abc import Sequence

from breach.intake.caps import Caps
from breach.intake.refusals import Refusal
from breach.intake.rows import Row

# Halves of letters, and bytes that were no letters at all: neither can be stored.
LOST = re.compile("[\ud800-\udfff]")
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def checked_row(number: int, cells: Sequence[str], caps: Caps) -> Row | Refusal:
    """Return the row, or why it cannot be taken: a cell too long, lost letters, control characters."""
    if any(len(cell) > caps.cell_chars for cell in cells):
        return Refusal(number, "", "cell_too_long")
    joined = "".join(cells)
    if not joined.isascii() and LOST.search(joined):
        return Refusal(number, "", "encoding")
    if not joined.isprintable() and CONTROL.search(joined):
        return Refusal(number, "", "control")
    return Row(number, list(cells))
