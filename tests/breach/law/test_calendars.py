# ruff: noqa: ANN001, ANN201 - arguments are the named columns of the vectors
from datetime import date, datetime

import pytest

from breach.errors import BadInput
from breach.law import calendars, regimes
from breach.law.datafiles import names, read

LAST_YEARS = [(name, read(name)["last"]) for name in names("data/calendars")]


@pytest.mark.parametrize(("name", "last"), LAST_YEARS)
def test_calendar_reaches_two_years_ahead(name, last):
    # When this fails: raise LAST in tools/make_calendars.py, run it, and raise STAMP.
    assert last >= datetime.now().astimezone().year + 2


def test_every_regime_counts_by_a_calendar_of_its_own_country():
    for regime in regimes.load().values():
        if any(duty.period and duty.period.unit == "business_days" for duty in regime.duties):
            assert calendars.load(regime.calendar).code == regime.calendar


def test_working_days_know_holidays_and_weekends():
    france = calendars.load("FR")
    assert not france.is_working(date(2026, 12, 25))
    assert not france.is_working(date(2026, 11, 28))
    assert france.is_working(date(2026, 11, 27))
    assert calendars.load("DE-BY").is_working(date(2026, 1, 6)) is False
    assert calendars.load("DE").is_working(date(2026, 1, 6)) is True
    assert calendars.load("EG").is_working(date(2026, 11, 27)) is False  # a Friday


def test_place_without_a_calendar_knows_weekends_only():
    assert calendars.load("KM").code == "EU"


def test_calendar_that_runs_out_says_which():
    with pytest.raises(BadInput, match="FR covers 2018 to 2035"):
        calendars.load("FR").is_working(date(2040, 1, 2))
