from datetime import timedelta

import pytest

from breach.models import IntakeFile
from breach.queries.intake_progress import Progress, is_working, progress
from tests.conftest import NOW


def loading(**changes: object) -> IntakeFile:
    values: dict[str, object] = {
        "state": "loading",
        "accepted": 1_000,
        "loaded": 400,
        "working_since": NOW,
        "working_from": 100,
        "progress_at": NOW + timedelta(seconds=3),
    }
    return IntakeFile(**(values | changes))


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        (loading(), Progress(400, 1_000, 100.0, timedelta(seconds=6))),
        # What stood before a kill says nothing about the pace of now.
        (loading(working_from=400), Progress(400, 1_000, None, None)),
        (loading(progress_at=NOW), Progress(400, 1_000, None, None)),
        (loading(working_since=None), Progress(400, 1_000, None, None)),
        (
            loading(state="trying", read=60, working_from=0, profile={"rows": 90}),
            Progress(60, 90, 20.0, timedelta(seconds=1.5)),
        ),
    ],
)
def test_a_pace_is_told_from_the_worker_of_now(file: IntakeFile, expected: Progress) -> None:
    assert progress(file) == expected


@pytest.mark.parametrize(
    ("state", "at", "expected"),
    [("loading", NOW, True), ("uploaded", NOW, True), ("uploaded", None, False), ("checked", NOW, False)],
)
def test_a_file_is_worked_on_while_a_worker_has_it(state: str, at: object, expected: bool) -> None:
    assert is_working(IntakeFile(state=state, progress_at=at)) is expected
