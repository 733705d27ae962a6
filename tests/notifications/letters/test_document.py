"""Letters from a JSON document: what is read, and what is refused with place and mend."""

import datetime as dt
import json
from typing import Any

import pytest

from breach.errors import BadInput
from notifications.letters.document import read_document
from notifications.letters.values import IncidentText, Recipient

SENDER = {"name": "Azur", "country": "FR", "email": "a@azur.example"}
PERSON: dict[str, Any] = {
    "uid": "1",
    "full_name": "Ida Roth",
    "language": "de-AT",
    "country": "AT",
    "kinds": ["iban"],
}
DOCUMENT: dict[str, Any] = {"sender": SENDER, "recipients": [PERSON]}


def read(**changes: Any) -> Any:
    return read_document(json.dumps({**DOCUMENT, **changes}).encode())


def test_a_document_names_sender_people_days_and_own_words() -> None:
    found = read(
        date="2026-12-01",
        breach_from="2026-11-20",
        texts={"de": {"incident": "Ein Diebstahl {breach_date}."}},
    )

    assert found.date == dt.date(2026, 12, 1)
    assert found.content.breach_from == dt.date(2026, 11, 20)
    assert found.content.texts == {"de": IncidentText("de", incident="Ein Diebstahl {breach_date}.")}
    assert found.recipients == (Recipient("1", "Ida Roth", "de-AT", "AT", kinds=("iban",)),)
    assert set(found.content.wordings) == {"de"}  # the languages its people read


def test_people_in_california_bring_their_form_with_them() -> None:
    person = {**PERSON, "language": "en", "country": "US", "region": "US-CA"}
    assert set(read(recipients=[person]).content.wordings) == {"en", "en@us_ca"}
    assert set(read(recipients=[person], languages=["fr", "en"]).content.wordings) == {"en", "fr", "en@us_ca"}


@pytest.mark.parametrize(
    ("changes", "place", "said"),
    [
        ({"recipients": []}, "recipients", "nobody is named"),
        ({"recipients": [{**PERSON, "countri": "AT"}]}, "recipients[0]", "Did you mean country?"),
        ({"recipients": [{"uid": "1"}]}, "recipients[0].full_name", "missing"),
        ({"recipients": [{**PERSON, "minor": "no"}]}, "recipients[0].minor", "true or false or null"),
        ({"recipients": [{**PERSON, "kinds": "iban"}]}, "recipients[0].kinds", "a list"),
        ({"recipients": [{**PERSON, "honorific": "dr"}]}, "recipients[0].honorific", "'mr'"),
        ({"recipients": [PERSON, PERSON]}, "recipients", "there twice"),
        ({"breach_from": "20.11.2026"}, "breach_from", "2026-11-20"),
        ({"languages": ["tlh"]}, "templates/letters/tlh", "no letters in the language"),
        ({"forms": ["us_zz"]}, "forms", "unknown form"),
        ({"texts": {"de": {"incident": "{oops}"}}}, "texts.de.incident", "unknown placeholder"),
        ({"senders": {}}, "document", "Did you mean sender?"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_place(changes: dict[str, Any], place: str, said: str) -> None:
    with pytest.raises(BadInput) as caught:
        read(**changes)

    assert caught.value.place == place
    assert said in str(caught.value)


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b"\xff", b'{"sender": {}}', b"[" * 100_000])
def test_what_is_no_document_is_refused(text: bytes) -> None:
    with pytest.raises(BadInput):
        read_document(text)
