"""approved = delivered + failed + pending + ambiguous + withheld, for every state there is."""

import pytest

from notifications.states import NOTICE_MOVES, PERSON_MOVES, TALLY_OF, PersonState
from notifications.totals import Totals, totals_of


def test_every_state_has_its_sum() -> None:
    assert set(TALLY_OF) == set(PersonState)
    totals = totals_of(len(PersonState), dict.fromkeys(PersonState, 1))
    assert totals == Totals(14, delivered=2, failed=4, pending=5, ambiguous=1, withheld=2, unreachable=1)
    assert totals.reconciled


def test_a_lost_row_shows() -> None:
    assert not totals_of(3, {"accepted": 2}).reconciled


def test_an_unknown_state_is_an_error() -> None:
    with pytest.raises(KeyError):
        totals_of(1, {"lost": 1})


def test_every_state_can_be_reached_and_no_letter_leaves_twice_by_itself() -> None:
    reached = {target for _source, target in PERSON_MOVES}
    assert reached == set(PersonState) - {PersonState.LISTED}
    assert (PersonState.ACCEPTED, PersonState.PENDING) not in PERSON_MOVES
    assert (PersonState.POSTED, PersonState.PENDING) not in PERSON_MOVES
    assert ("released", "draft") not in NOTICE_MOVES
