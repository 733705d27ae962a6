# ruff: noqa: ANN201
import importlib.util
import re
import tomllib
from pathlib import Path

from breach.law.conditions import TESTS
from breach.law.regime_file import ACTS, HARM_TESTS, STANDARDS, STATUSES, UNITS
from breach.law.regime_keys import COUNTED, KEYS, PARTS, VALUES
from breach.law.regimes import load, regime_from

ROOT = Path(__file__).parents[3]


def table_maker():
    spec = importlib.util.spec_from_file_location("make_law_table", ROOT / "tools" / "make_law_table.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_table_of_regimes_is_up_to_date():
    page = (ROOT / "docs" / "law-data.md").read_text(encoding="utf-8")
    assert table_maker().with_table(page) == page, "run tools/make_law_table.py"
    assert all(f"`{key}`" in page for key in load())


def test_example_of_a_regime_file_loads():
    page = (ROOT / "docs" / "adding-a-regime.md").read_text(encoding="utf-8")
    example = page.split("```toml")[1].split("```")[0]
    row = tomllib.loads(example.replace('"XX"', '"FR"'))
    assert regime_from(row, "regimes/xx_law.toml").duties[0].period.value == 72


def test_every_key_of_a_regime_file_is_documented():
    page = (ROOT / "docs" / "adding-a-regime.md").read_text(encoding="utf-8")
    told = set(re.findall(r"`\[*([a-z_0-9]+)\]*`", page)) | set(
        re.findall(r"(?m)^\[*([a-z_]+)\]* *(?:=|$)", page)
    )
    told |= set(re.findall(r"([a-z_]+) = ", page)) | set(re.findall(r"(?m)^\[+([a-z_]+)\]+", page))
    for table, keys in KEYS.items():
        assert keys <= told, (table, keys - told)
    assert set(VALUES) == set(TESTS) <= told
    assert set().union(*VALUES.values()) <= told
    assert {*PARTS, *UNITS, *STANDARDS} <= told
    for word in (*ACTS, *HARM_TESTS, *STATUSES, *COUNTED):
        assert word in page


def test_remarks_name_every_regime_that_has_some():
    page = (ROOT / "docs" / "law-data.md").read_text(encoding="utf-8")
    remarked = re.findall(r"(?m)^- `([a-z0-9_]+)`: ", page)
    assert remarked == [key for key, regime in load().items() if regime.notes]


def test_the_table_has_a_row_for_every_duty():
    page = (ROOT / "docs" / "law-data.md").read_text(encoding="utf-8")
    rows = re.findall(r"(?m)^\| `([a-z0-9_]+)` \| (?:in_force|adopted|proposed)", page)
    assert rows == [key for key, regime in load().items() for _duty in regime.duties]
