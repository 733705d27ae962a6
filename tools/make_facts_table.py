"""Write docs/facts.md: every field of the facts document, its values and its meaning.

Run from the root of the checkout after a change in breach/law/facts.py:

    python tools/make_facts_table.py
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from breach.law.facts import schema  # noqa: E402 - the path above lets the script run anywhere

PAGE = ROOT / "docs" / "facts.md"
HEAD = """# The facts document

<!-- made by tools/make_facts_table.py from breach/law/facts.py; do not edit -->

Everything the law asks about one party's breach, as JSON or TOML. Every key may be left out or null: unknown, which is
not the same as no. `manage.py facts --schema` prints the JSON Schema (draft 2020-12), `manage.py facts --check FILE`
reads a file. Instants carry an offset (`2026-11-27T18:40:00+01:00`); countries are ISO 3166-1 codes, regions ISO 3166-2.
A key that is not listed here is refused, with the nearest known ones named.
"""
_MANY_WORDS = 40


def main() -> None:
    PAGE.write_text(page(), encoding="utf-8")


def page() -> str:
    """Return the whole page."""
    whole = schema()
    parts = [HEAD, *_table(whole)]
    for name, field in whole["properties"].items():
        inner = _object(field)
        if inner:
            parts += [f"\n## `{name}`\n", *_table(inner)]
    return "\n".join(parts) + "\n"


def _table(described: dict[str, Any]) -> Iterable[str]:
    yield "| key | values | meaning |\n|---|---|---|"
    needed = described.get("required", ())
    for name, field in described["properties"].items():
        must = " (needed)" if name in needed else ""
        yield f"| `{name}`{must} | {_values(field)} | {field['description']} |"


def _object(field: dict[str, Any]) -> dict[str, Any] | None:
    inner = field.get("items", field)
    return inner if "properties" in inner else None


def _values(field: dict[str, Any]) -> str:  # noqa: PLR0911 - a ladder of cases, read from the top
    if "enum" in field:
        words = [word for word in field["enum"] if word is not None]
        return (
            f"{len(words)} keys, see the schema"
            if len(words) > _MANY_WORDS
            else ", ".join(f"`{w}`" for w in words)
        )
    if "items" in field:
        return f"list of: {_values(field['items'])}"
    if "patternProperties" in field:
        return "number by place"
    if "properties" in field:
        return "table, below"
    kinds = field["type"] if isinstance(field["type"], list) else [field["type"]]
    if "format" in field:
        return "instant"
    if "pattern" in field:
        return "place"
    return {"boolean": "true, false", "integer": "whole number", "string": "text"}[kinds[0]]


if __name__ == "__main__":
    main()
