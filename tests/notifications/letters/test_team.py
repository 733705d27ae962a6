import os
import time
from collections.abc import Iterator
from concurrent.futures import Future
from typing import Any

import pytest

from notifications.letters.team import Team

_KNOWN: dict[str, str] = {}


def begin(word: str) -> None:
    _KNOWN["word"] = word


def told(number: int, *, pause: float = 0.0) -> tuple[int, int, str]:
    time.sleep(pause)
    return number, os.getpid(), _KNOWN.get("word", "")


def fails(number: int) -> None:
    raise ValueError(f"number {number}")


@pytest.fixture(autouse=True)
def _known_here() -> Iterator[None]:
    begin("here")
    yield
    _KNOWN.clear()


def results(team: Team, count: int, pause: float = 0.0) -> list[tuple[int, int, str]]:
    pieces: list[Future[Any]] = [team.submit(told, number, pause=pause) for number in range(count)]
    return [piece.result() for piece in pieces]


def test_one_process_does_everything_itself() -> None:
    with Team(1, begin, ("there",)) as team:
        assert results(team, 5) == [(number, os.getpid(), "here") for number in range(5)]


def test_everything_is_done_once_and_by_all() -> None:
    with Team(2, begin, ("there",)) as team:
        found = results(team, 60, pause=0.02)

    assert [number for number, _process, _word in found] == list(range(60))
    by_process = {process: word for _number, process, word in found}
    assert len(by_process) == 2
    assert by_process.pop(os.getpid()) == "here"
    assert list(by_process.values()) == ["there"]


@pytest.mark.parametrize("processes", [1, 2])
def test_failure_is_raised_where_the_result_is_asked_for(processes: int) -> None:
    with Team(processes, begin, ("there",)) as team:
        pieces = [team.submit(fails, number) for number in range(4)]
        said = []
        for piece in pieces:
            with pytest.raises(ValueError, match="number") as caught:
                piece.result()
            said.append(str(caught.value))

    assert said == [f"number {number}" for number in range(4)]


def test_results_can_be_asked_for_in_any_order() -> None:
    with Team(2, begin, ("there",)) as team:
        pieces = [team.submit(told, number) for number in range(8)]
        assert [piece.result()[0] for piece in reversed(pieces)] == list(reversed(range(8)))


def test_maps_in_order() -> None:
    with Team(2, begin, ("there",)) as team:
        assert [one[0] for one in team.map(told, range(9))] == list(range(9))


def test_what_nobody_began_is_left_when_the_team_goes_home() -> None:
    with Team(1, begin, ()) as team:
        piece = team.submit(fails, 1)

    assert not piece.done()
