"""What keeps the application from starting."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError

from breach.checks import law_is_whole
from breach.law import datafiles, regimes

FILE = "regimes/us_tx.toml"
Spoil = Callable[[str, str], None]


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Spoil]:
    """A copy of the law in which one file can be spoilt."""
    kept = datafiles.HERE
    for path in kept.rglob("*.toml"):
        copy = tmp_path / path.relative_to(kept)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(path.read_bytes())

    def spoil(old: str, new: str) -> None:
        path = tmp_path / FILE
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        monkeypatch.setattr(datafiles, "HERE", tmp_path)
        datafiles.read.cache_clear()
        regimes.load.cache_clear()

    yield spoil
    monkeypatch.undo()
    datafiles.read.cache_clear()
    regimes.load.cache_clear()


def test_the_law_that_is_shipped_is_whole() -> None:
    assert law_is_whole(None) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("citation = ", "# ", "breach/law/regimes/us_tx.toml: citation is missing."),
        ('value = 60, unit = "calendar_days"', "value = 60", "value = 60 has no unit"),
        ("[trigger]", "[triggger]", "triggger is not a known key"),
        ("version", "= version", "breach/law/regimes/us_tx.toml: not valid TOML"),
    ],
)
def test_a_broken_regime_file_stops_the_start_by_name(broken: Spoil, old: str, new: str, said: str) -> None:
    broken(old, new)
    with pytest.raises(SystemCheckError) as refusal:
        call_command("check")
    assert said in str(refusal.value)
    assert "tocsin.E010" in str(refusal.value)
    assert f"breach/law/{FILE}" in str(refusal.value)
