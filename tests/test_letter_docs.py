"""What docs/letters.md says about formulas and bars is what the lint measures by."""

import re
from pathlib import Path

from notifications.letters import readability

DOCS = Path(__file__).resolve().parents[1] / "docs" / "letters.md"


def test_the_table_of_formulas_is_that_of_the_lint() -> None:
    rows = re.findall(
        r"^\| \w+ \| ([^|]+) \(\d{4}\) \| at (\w+) (\d+) \| (\d+) \|$", DOCS.read_text("utf-8"), re.MULTILINE
    )
    measured = {
        (
            formula.name,
            "most" if formula.measure == "pisarek" else "least",
            f"{formula.bar:.0f}",
            str(formula.longest_sentence),
        )
        for formula in readability.formulas().values()
    }
    assert set(rows) == measured
