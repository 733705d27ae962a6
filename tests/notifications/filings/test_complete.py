from datetime import timedelta

import pytest

from breach.errors import BadInput
from notifications.filings.complete import Finding, blocking, findings
from notifications.filings.content import FilingContent, ToFollow, instant_value
from notifications.filings.profiles import profile_for
from notifications.filings.show import show_finding

from .samples import AWARE, CLOCK, NOW, PROMISED, ZONE, follow_up, initial

FORM = profile_for("fr").form


def test_an_incomplete_filing_may_promise_fields_and_leave_options_open() -> None:
    assert findings(initial(), FORM, NOW) == ()


def test_a_follow_up_that_answers_everything_is_complete() -> None:
    assert findings(follow_up(), FORM, NOW) == ()


def test_the_same_content_marked_complete_is_refused_row_by_row() -> None:
    content = initial().with_value(FORM, "notification_subtype", "complete")
    assert [(f.code, f.row) for f in findings(content, FORM, NOW)] == [
        ("promise_in_complete", 67),
        ("open_in_complete", 72),
        ("open_in_complete", 89),
        ("open_in_complete", 97),
        ("promise_in_complete", 117),
    ]


def test_a_missing_answer_blocks_and_is_worded_with_row_and_label() -> None:
    content = initial().with_value(FORM, "systems", None)
    found = findings(content, FORM, NOW)
    assert found == (Finding("missing", 63, "systems"),)
    assert show_finding(found[0], FORM, "en").startswith("Row 63, Systems concerned")


def test_reasons_are_asked_once_the_clock_has_run_out() -> None:
    late = CLOCK.due + timedelta(seconds=1)
    content = initial().with_promise(FORM, "people_precision", ToFollow(late + timedelta(days=1), "Analyse."))
    content = content.with_promise(FORM, "people_by_country", ToFollow(late + timedelta(days=1), "Analyse."))
    assert findings(content, FORM, CLOCK.due) == ()
    assert findings(content, FORM, late) == (Finding("missing", 49, "late_reasons"),)


def test_a_promise_whose_time_has_come_blocks() -> None:
    assert [f.code for f in findings(initial(), FORM, PROMISED) if f.row == 67] == ["promise_past"]


def test_an_answer_the_form_no_longer_asks_is_a_notice_and_blocks_nothing() -> None:
    content = initial().with_value(FORM, "withdrawal_reason", "Doublon")
    assert findings(content, FORM, NOW) == (Finding("not_asked", 5, "withdrawal_reason", blocks=False),)
    assert blocking(findings(content, FORM, NOW)) == ()


def test_awareness_in_the_future_is_refused() -> None:
    content = initial().with_value(FORM, "aware_at", instant_value(NOW + timedelta(hours=1), ZONE))
    assert findings(content, FORM, NOW) == (Finding("in_the_future", 48, "aware_at"),)


def test_parties_need_one_entry_in_each_of_their_rows() -> None:
    content = initial().with_value(FORM, "other_name", ["Hébergeur du Sud SARL", "Agence Nord SAS"])
    assert {(f.code, f.row) for f in findings(content, FORM, NOW)} == {
        ("uneven", 39),
        ("uneven", 40),
        ("uneven", 41),
    }


def test_a_withdrawal_asks_for_identity_and_reason_only() -> None:
    content = FilingContent.from_json(initial().to_json() | {"values": {}, "to_follow": {}})
    content = content.with_value(FORM, "notification_subtype", "withdraw")
    rows = {f.row for f in findings(content, FORM, NOW)}
    assert {3, 5, 12, 13, 21, 22} <= rows
    assert max(rows) < 44


@pytest.mark.parametrize(
    ("key", "value", "row"),
    [
        ("people_number", -1, "68"),
        ("people_number", True, "68"),
        ("nature", "confidentiality", "55"),
        ("nature", ["secrecy"], "55"),
        ("cause", "bad luck", "61"),
        ("aware_at", {"at": "2026-11-20T17:40:00", "zone": ZONE}, "48"),
        ("aware_at", {"at": "2026-11-20T17:40:00Z", "zone": "Paris"}, "48"),
        ("people_by_country", {"France": 3}, "117"),
    ],
)
def test_a_value_that_does_not_fit_names_its_row(key: str, value: object, row: str) -> None:
    with pytest.raises(BadInput) as refused:
        initial().with_value(FORM, key, value)
    assert refused.value.place.startswith(f"row {row} ")
    assert refused.value.mend


def test_identity_and_awareness_cannot_be_promised() -> None:
    for key in ("controller_name", "aware_at", "late_reasons"):
        with pytest.raises(BadInput, match="cannot be announced"):
            initial().with_promise(FORM, key, ToFollow(PROMISED, "Plus tard."))


def test_a_promise_needs_a_reason() -> None:
    with pytest.raises(BadInput, match="needs a reason"):
        initial().with_promise(FORM, "systems", ToFollow(PROMISED, " "))


def test_content_survives_json_unchanged() -> None:
    assert FilingContent.from_json(initial().to_json()) == initial()
    assert initial().to_json()["values"]["aware_at"] == {"at": "2026-11-20T17:40:00Z", "zone": ZONE}
    assert initial().clock is not None
    assert initial().clock.aware_at == AWARE
