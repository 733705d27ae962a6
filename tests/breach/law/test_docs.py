# ruff: noqa: ANN201
import importlib.util
import tomllib
from pathlib import Path

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
