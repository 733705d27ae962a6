"""Write the table of docs/law-data.md (regime, phase, period, source, confidence) and the remarks below it.

Run from the root of the checkout after a change in breach/law/regimes:

    python tools/make_law_table.py
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from breach.law.regimes import Duty, Regime, load  # noqa: E402 - the path above lets the script run anywhere
from breach.law.words import name, period  # noqa: E402

PAGE = ROOT / "docs" / "law-data.md"
BEGIN, END = "<!-- table: made by tools/make_law_table.py -->", "<!-- end of table -->"
HEAD = """| regime | status | to, phase | by when | runs from | citation | confidence |
|---|---|---|---|---|---|---|
"""


REMARKS = """## Remarks on single regimes

What the source leaves open, and what is not modelled.

"""


def main() -> None:
    PAGE.write_text(with_table(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


def with_table(page: str) -> str:
    """Return the page with its table made new."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{HEAD}{''.join(rows())}\n{REMARKS}{''.join(remarks())}\n{END}{after}"


def rows() -> Iterable[str]:
    for regime in load().values():
        for duty in regime.duties:
            yield "| " + " | ".join(cells(regime, duty)) + " |\n"


def remarks() -> Iterable[str]:
    for regime in load().values():
        if regime.notes:
            yield f"- `{regime.key}`: {' '.join(regime.notes)}\n"


def cells(regime: Regime, duty: Duty) -> tuple[str, ...]:
    only = f", only {duty.only_for}" if duty.only_for else ""
    to = f"{name('to', duty.to, 'en')}, {name('phase', duty.phase, 'en')}{only}"
    event = name("event", duty.event, "en") if duty.event else "-"
    since = f", from {regime.applies_from}" if regime.applies_from else ""
    status = f"{regime.status}{since}"
    return (f"`{regime.key}`", status, to, when(duty), event, regime.citation, duty.confidence)


def when(duty: Duty) -> str:
    words = [period(duty.period.value, duty.period.unit, "en")] if duty.period else []
    if duty.guidance:
        words.append("guidance")
    if duty.standard:
        words.append(name("standard", duty.standard, "en"))
    return ", ".join(words)


if __name__ == "__main__":
    main()
