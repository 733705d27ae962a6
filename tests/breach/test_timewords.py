"""Spoken time against known answers, refusals included."""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breach.timewords import CLOCK_SKEW, Moment, Precision, UnreadableTime, read_moment, say

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "timewords.json").read_text(encoding="utf-8"))
NOW = datetime.fromisoformat(VECTORS["now"])
PARIS = "Europe/Paris"
WORDS = re.split(
    r"\s+",
    "yesterday hier fri ven. 18:40 18h40 20 nov 2026 2026-11-20 about vers last night soir to - à du au de "
    "from Z UTC +02:00 ago il y a 2 h 99999 days 0001-01-01 9999-12-31 29 feb noon pm , T",
)


def told(text: str) -> dict[str, str]:
    try:
        moment = read_moment(text, now=NOW, zone=VECTORS["zone"])
    except UnreadableTime as refusal:
        return {"text": text, "refused": refusal.code}
    return {
        "text": text,
        "start": moment.occurred_from.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "end": moment.occurred_to.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "precision": str(moment.precision),
        "zone": moment.zone,
    }


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["text"][:40] or "empty")
def test_known_answers(case: dict[str, str]) -> None:
    assert told(case["text"]) == case


def test_the_words_are_kept_as_given() -> None:
    moment = read_moment("  Ven. 18h40 ", now=NOW, zone=PARIS)
    assert moment == Moment(
        datetime(2026, 11, 20, 17, 40, tzinfo=UTC),
        datetime(2026, 11, 20, 17, 40, tzinfo=UTC),
        Precision.EXACT,
        PARIS,
        "Ven. 18h40",
    )


def test_a_repeated_hour_names_both_offsets() -> None:
    with pytest.raises(UnreadableTime) as refusal:
        read_moment("2026-10-25 02:30", now=NOW, zone=PARIS)
    assert str(refusal.value) == (
        "time: 2026-10-25 02:30 came twice in Europe/Paris: the clocks went back. "
        "Add +02:00 for the first or +01:00 for the second."
    )
    first = read_moment("2026-10-25 02:30+02:00", now=NOW, zone=PARIS)
    second = read_moment("2026-10-25 02:30+01:00", now=NOW, zone=PARIS)
    assert second.occurred_from - first.occurred_from == timedelta(hours=1)
    assert (first.zone, second.zone) == (PARIS, PARIS)


def test_a_day_with_a_change_of_clocks_has_25_hours() -> None:
    day = read_moment("2026-10-25", now=NOW, zone=PARIS)
    assert day.occurred_to - day.occurred_from == timedelta(hours=25)


def test_the_zone_decides_what_yesterday_is() -> None:
    late = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)
    assert read_moment("yesterday 10:00", now=late, zone=PARIS).occurred_from == datetime(
        2026, 11, 24, 9, 0, tzinfo=UTC
    )
    assert read_moment("yesterday 10:00", now=late, zone="UTC").occurred_from == datetime(
        2026, 11, 23, 10, 0, tzinfo=UTC
    )


def test_an_unknown_zone_is_refused() -> None:
    with pytest.raises(UnreadableTime) as refusal:
        read_moment("14:00", now=NOW, zone="Europe/Atlantis")
    assert refusal.value.code == "time_zone"


@given(st.text(max_size=130))
def test_any_text_is_read_or_refused_and_never_ahead(text: str) -> None:
    try:
        moment = read_moment(text, now=NOW, zone=PARIS)
    except UnreadableTime:
        return
    assert moment.occurred_from <= moment.occurred_to
    assert moment.occurred_from <= NOW + CLOCK_SKEW


@given(
    st.lists(
        st.sampled_from(WORDS),
        max_size=6,
    )
)
def test_any_words_of_time_are_read_or_refused(words: list[str]) -> None:
    try:
        moment = read_moment(" ".join(words), now=NOW, zone=PARIS)
    except UnreadableTime:
        return
    assert moment.occurred_from <= NOW + CLOCK_SKEW


@pytest.mark.parametrize(
    "broken",
    [
        (datetime(2026, 1, 1), datetime(2026, 1, 1), Precision.EXACT),  # noqa: DTZ001 - naive on purpose
        (NOW, NOW - timedelta(hours=1), Precision.RANGE),
        (NOW, NOW + timedelta(hours=1), Precision.EXACT),
    ],
)
def test_a_moment_refuses_nonsense(broken: tuple[datetime, datetime, Precision]) -> None:
    with pytest.raises(ValueError):
        Moment(*broken, PARIS)


@pytest.mark.parametrize(
    "case", [case for case in VECTORS["cases"] if "start" in case], ids=lambda case: case["text"]
)
def test_what_was_read_can_be_said_again_on_a_later_day(case: dict[str, str]) -> None:
    moment = read_moment(case["text"], now=NOW, zone=PARIS)
    again = read_moment(say(moment, zone=PARIS), now=NOW + timedelta(days=9), zone=PARIS)
    assert (again.occurred_from, again.precision, again.zone) == (
        moment.occurred_from,
        moment.precision,
        moment.zone,
    )


def test_a_repeated_hour_is_said_with_its_offset() -> None:
    second = read_moment("2026-10-25 02:30+01:00", now=NOW, zone=PARIS)
    assert say(second, zone=PARIS) == "2026-10-25 02:30 +0100"
    assert say(read_moment("2026-11-20 18:40 Europe/Berlin", now=NOW, zone=PARIS), zone=PARIS) == (
        "2026-11-20 18:40 Europe/Berlin"
    )
