from datetime import UTC, datetime, timedelta

import pytest
from django.utils import translation

from breach import wording

INSTANT = datetime(2026, 11, 27, 17, 40, tzinfo=UTC)


def test_local_time_names_zone_and_utc() -> None:
    assert wording.local_time(INSTANT, "Europe/Paris") == "Fri 27 Nov 2026, 18:40 Europe/Paris (17:40 UTC)"


def test_local_time_repeats_the_day_where_it_differs_in_utc() -> None:
    late = datetime(2026, 11, 28, 2, 5, tzinfo=UTC)
    said = wording.local_time(late, "America/Los_Angeles")
    assert said == "Fri 27 Nov 2026, 18:05 America/Los_Angeles (28 Nov, 02:05 UTC)"


def test_local_time_in_utc_is_said_once() -> None:
    assert wording.local_time(INSTANT, "UTC") == "Fri 27 Nov 2026, 17:40 UTC"


def test_local_time_in_french() -> None:
    with translation.override("fr"):
        assert (
            wording.local_time(INSTANT, "Europe/Paris") == "ven. 27 nov. 2026, 18:40 Europe/Paris (17:40 UTC)"
        )


@pytest.mark.parametrize(
    ("length", "said"),
    [
        (timedelta(days=2, hours=4, minutes=59), "2 d 4 h"),
        (timedelta(hours=18, minutes=22, seconds=59), "18 h 22 min"),
        (timedelta(minutes=22), "22 min"),
        (timedelta(seconds=59), "less than 1 min"),
        (timedelta(hours=-3), "3 h 0 min"),
    ],
)
def test_span(length: timedelta, said: str) -> None:
    assert wording.span(length) == said


def test_remaining_says_left_or_late() -> None:
    assert wording.remaining(INSTANT, INSTANT - timedelta(hours=1)) == "1 h 0 min left"
    assert wording.remaining(INSTANT, INSTANT + timedelta(days=1)) == "late by 1 d 0 h"


def test_numbers_follow_the_language() -> None:
    assert (wording.number(1294), wording.percent(12.5), wording.percent(2.9)) == ("1,294", "12.5%", "2.9%")
    with translation.override("fr"):
        assert (wording.number(1294), wording.percent(12.5)) == ("1\u202f294", "12,5\xa0%")


def test_names_of_countries_and_languages() -> None:
    assert (wording.country("DE"), wording.language("nl"), wording.country("ZZ9")) == (
        "Germany",
        "Dutch",
        "ZZ9",
    )
