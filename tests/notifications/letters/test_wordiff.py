import pytest

from notifications.letters import library
from notifications.letters.values import IncidentText
from notifications.letters.wordiff import FieldChange, Run, changes, runs


def test_words_that_came_and_went() -> None:
    assert runs("We closed the gap.", "We have closed the old gap.") == (
        Run("same", "We"),
        Run("added", " have"),
        Run("same", " closed the "),
        Run("added", "old "),
        Run("same", "gap."),
    )


@pytest.mark.parametrize(
    ("old", "new"), [("", "New."), ("a\n\nb", "b\n\n- c {incident}"), ("été", "l’été"), ("", "")]
)
def test_what_stands_and_came_is_the_new_text(old: str, new: str) -> None:
    found = runs(old, new)
    assert "".join(run.text for run in found if run.kind != "removed") == new
    assert sorted("".join(run.text for run in found if run.kind != "added")) == sorted(old)


def test_only_fields_that_differ_are_named_in_the_order_of_reading() -> None:
    old = library.wording("en").to_json()
    blocks = [
        block | {"text": block["text"] + " Now."} if block["key"] == "contact" else block
        for block in old["blocks"]
    ]
    found = changes(old, old | {"title": "Another", "blocks": blocks})
    assert [change.name for change in found] == ["title", "text_contact"]
    assert found[1].runs[-1] == Run("added", " Now.")
    assert changes(old, old) == []


def test_the_first_version_is_all_added() -> None:
    text = IncidentText("en", incident="A theft.").to_json()
    assert changes({}, text) == [FieldChange("own_incident", (Run("added", "A theft."),))]
