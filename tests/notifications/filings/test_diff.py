from notifications.filings.content import ToFollow
from notifications.filings.diff import Change, changes
from notifications.filings.profiles import profile_for

from .samples import PROMISED, follow_up, initial

FORM = profile_for("fr").form


def test_nothing_changed_between_equal_phases() -> None:
    assert changes(initial(), initial(), FORM) == ()


def test_a_follow_up_lists_what_it_completes_changes_adds_and_promises() -> None:
    before = initial()
    promise = before.to_follow["people_precision"]
    after = (
        before.with_value(FORM, "people_precision", "exact")
        .with_value(FORM, "people_number", 1432)
        .with_value(FORM, "police", "yes")
        .with_value(FORM, "authorities_notified", None)
        .with_promise(FORM, "systems", ToFollow(PROMISED, "Analyse."))
        .with_value(FORM, "earlier_id", "CNIL-1")
    )
    assert changes(before, after, FORM) == (
        Change("promised", 63, "systems", before.values["systems"], ToFollow(PROMISED, "Analyse.")),
        Change("completed", 67, "people_precision", promise, "exact"),
        Change("added", 68, "people_number", None, 1432),
        Change("changed", 109, "police", "no", "yes"),
        Change("removed", 118, "authorities_notified", before.values["authorities_notified"], None),
    )


def test_the_sample_follow_up_completes_both_promises() -> None:
    completed = [change.row for change in changes(initial(), follow_up(), FORM) if change.kind == "completed"]
    assert completed == [67, 117]
