from datetime import UTC, datetime, timedelta

import pytest

from breach.figures import Clock, Count, bar_plot, most_urgent, time_line

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def clock(label: str = "CNIL", *, due: datetime | None = None, done_at: datetime | None = None) -> Clock:
    return Clock(label=label, now=NOW, due=due, zone="Europe/Paris", done_at=done_at)


@pytest.mark.parametrize(
    ("due", "done_at", "state"),
    [
        (NOW + 13 * HOUR, None, "running"),
        (NOW + 12 * HOUR, None, "pressing"),
        (NOW, None, "pressing"),
        (NOW - timedelta(seconds=1), None, "late"),
        (None, None, "verbal"),
        (NOW + HOUR, NOW, "done"),
        (NOW - HOUR, NOW, "done_late"),
        (None, NOW, "done"),
    ],
)
def test_clock_state(due: datetime | None, done_at: datetime | None, state: str) -> None:
    assert clock(due=due, done_at=done_at).state == state


def test_done_between_both_ends_is_neither_in_time_nor_late() -> None:
    one = Clock("CNIL", NOW, NOW - HOUR, "Europe/Paris", outer=NOW + HOUR, done_at=NOW)
    assert (one.state, one.tone) == ("done_outer", "warn")


def test_most_urgent_is_the_earliest_open_end_and_never_a_done_one() -> None:
    done = clock("done", due=NOW - 9 * HOUR, done_at=NOW - 10 * HOUR)
    late = clock("late", due=NOW - HOUR)
    later = clock("later", due=NOW + HOUR)
    verbal = clock("verbal")
    assert most_urgent([verbal, later, done, late]) == late
    assert most_urgent([done, verbal]) == verbal
    assert most_urgent([done]) is None


def test_bar_plot_scales_to_the_longest_and_shares_the_total() -> None:
    plot = bar_plot("People", [Count("FR", 30), Count("DE", 10)])
    assert [(bar.width, bar.share) for bar in plot.bars] == [(100.0, 75.0), (33.33, 25.0)]


def test_bar_plot_with_overlapping_rows_takes_the_given_total() -> None:
    plot = bar_plot("Kinds", [Count("name", 40), Count("email", 20)], total=40)
    assert [bar.share for bar in plot.bars] == [100.0, 50.0]


def test_bar_plot_of_nothing_divides_by_nothing() -> None:
    assert [(bar.width, bar.share) for bar in bar_plot("None", [Count("FR", 0)]).bars] == [(0.0, 0.0)]


def test_time_line_sorts_by_end_and_keeps_every_mark_inside() -> None:
    started = NOW - 60 * HOUR
    line = time_line(
        started, [clock("b", due=NOW + 40 * HOUR), clock("a", due=NOW), clock("v")], now=NOW, zone="UTC"
    )
    assert [lane.clock.label for lane in line.lanes] == ["a", "b"]
    assert [one.label for one in line.verbal] == ["v"]
    assert line.now_x == line.lanes[0].end == pytest.approx(57.69)
    assert all(0 <= x <= 100 for x in [*(lane.end for lane in line.lanes), *(tick.x for tick in line.ticks)])


def test_time_line_without_deadlines_still_shows_now() -> None:
    line = time_line(NOW - HOUR, [], now=NOW, zone="UTC")
    assert line.lanes == ()
    assert 0 < line.now_x <= 100


def test_ticks_stand_on_local_midnights_across_the_change_of_clocks() -> None:
    started = datetime(2026, 10, 24, 9, 0, tzinfo=UTC)
    end = datetime(2026, 10, 26, 12, 0, tzinfo=UTC)
    line = time_line(started, [clock(due=end)], now=started, zone="Europe/Paris")
    assert [tick.instant for tick in line.ticks] == [
        datetime(2026, 10, 24, 22, 0, tzinfo=UTC),
        datetime(2026, 10, 25, 23, 0, tzinfo=UTC),
    ]


@pytest.mark.parametrize("days", [1, 3, 10, 45, 400, 2000])
def test_the_axis_never_gets_crowded(days: int) -> None:
    line = time_line(NOW, [clock(due=NOW + timedelta(days=days))], now=NOW, zone="Europe/Paris")
    assert len(line.ticks) <= 7
