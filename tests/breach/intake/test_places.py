import datetime as dt

import pytest

from breach.intake.dates import (
    ImpossibleDateError,
    UnreadableDateError,
    age,
    is_minor,
    order_of,
    parse_birth_date,
)
from breach.intake.places import Locality, locality, postcode_of
from tests.breach.intake.tables import TODAY


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        (("FR", "", "75011", ""), Locality("", "fr", "country")),
        (("FR", "", "75011", "English"), Locality("", "en", "given")),
        (("BE", "", "9000", ""), Locality("BE-VLG", "nl", "region")),
        (("BE", "", "1500", ""), Locality("BE-VLG", "nl", "region")),
        (("BE", "", "1348", ""), Locality("BE-WAL", "fr", "region")),
        (("BE", "", "4000", ""), Locality("BE-WAL", "fr", "region")),
        (("BE", "", "4700", ""), Locality("BE-WAL", "de", "region")),
        (("BE", "", "1000", ""), Locality("BE-BRU", "fr", "fallback")),
        (("BE", "", "1000", "nl"), Locality("BE-BRU", "nl", "given")),
        (("CH", "", "1200", ""), Locality("", "fr", "region")),
        (("CH", "", "8001", ""), Locality("", "de", "region")),
        (("CH", "", "6900", ""), Locality("", "it", "region")),
        (("CA", "", "H2X 1Y4", ""), Locality("CA-QC", "fr", "region")),
        (("CA", "Québec", "", ""), Locality("CA-QC", "fr", "region")),
        (("CA", "", "M5V 2T6", ""), Locality("CA-ON", "en", "region")),
        (("US", "", "94103", ""), Locality("US-CA", "en", "country")),
        (("US", "California", "", ""), Locality("US-CA", "en", "country")),
        (("US", "CA", "10001", ""), Locality("US-CA", "en", "country")),
        (("US", "", "10001", "es"), Locality("US-NY", "es", "given")),
        (("GB", "", "M1 1AE", ""), Locality("", "en", "country")),
        (("", "", "", ""), Locality("", "en", "fallback")),
    ],
)
def test_region_and_language(place: tuple[str, str, str, str], expected: Locality) -> None:
    assert locality(*place) == expected


@pytest.mark.parametrize(
    ("text", "country", "code"),
    [
        ("75011", "FR", "75011"),
        ("1000", "FR", "01000"),
        ("1000.0", "FR", "01000"),
        ("1067", "DE", "01067"),
        ("1000", "BE", "1000"),
        ("B-1000", "BE", ""),
        ("BE-1000", "BE", "1000"),
        ("m11ae", "GB", "M1 1AE"),
        ("1234ab", "NL", "1234 AB"),
        ("94103-1234", "US", "94103-1234"),
        ("501", "US", "00501"),
        ("7501", "GB", ""),
        ("123456", "DE", ""),
        ("anything", "AE", "ANYTHING"),
    ],
)
def test_postcodes_take_their_country_s_form(text: str, country: str, code: str) -> None:
    assert postcode_of(text, country) == code


@pytest.mark.parametrize(
    ("text", "order", "born"),
    [
        ("1984-03-09", "dmy", dt.date(1984, 3, 9)),
        ("1984-03-09T00:00:00", "dmy", dt.date(1984, 3, 9)),
        ("19840309", "dmy", dt.date(1984, 3, 9)),
        ("09/03/1984", "dmy", dt.date(1984, 3, 9)),
        ("09/03/1984", "mdy", dt.date(1984, 9, 3)),
        ("9.3.1984", "dmy", dt.date(1984, 3, 9)),
        ("29/02/2000", "dmy", dt.date(2000, 2, 29)),
        ("24/11/2026", "dmy", dt.date(2026, 11, 24)),
    ],
)
def test_birth_dates(text: str, order: str, born: dt.date) -> None:
    assert parse_birth_date(text, order, TODAY) == born


@pytest.mark.parametrize("text", ["29/02/1999", "00/01/1990", "12/13/1990", "25/11/2026", "01/01/1900"])
def test_impossible_birth_dates(text: str) -> None:
    with pytest.raises(ImpossibleDateError):
        parse_birth_date(text, "dmy", TODAY)


@pytest.mark.parametrize("text", ["9/3/84", "1984", "spring", "12345"])
def test_unreadable_birth_dates(text: str) -> None:
    with pytest.raises(UnreadableDateError):
        parse_birth_date(text, "dmy", TODAY)


def test_majority_is_reached_on_the_birthday() -> None:
    born = dt.date(2008, 11, 24)

    assert is_minor(born, dt.date(2026, 11, 23))
    assert not is_minor(born, dt.date(2026, 11, 24))
    assert age(dt.date(2008, 2, 29), dt.date(2026, 2, 28)) == 17


def test_order_of_day_and_month_is_told_by_the_whole_column() -> None:
    assert order_of(["03/04/1990", "25/12/1980"]) == "dmy"
    assert order_of(["03/04/1990", "12/25/1980"]) == "mdy"
    assert order_of(["03/04/1990"]) == "dmy"
