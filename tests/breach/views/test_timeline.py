"""The timeline's pages: quick add with and without script, typed text kept, corrections, evidence out."""

import hashlib
import json
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from breach import clock
from breach.models import Attachment, Event
from breach.models.ledger import Entry
from breach.services import evidence, timeline
from breach.timewords import Moment
from tests.house import House

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
FRIDAY = datetime(2026, 11, 20, 17, 40, tzinfo=UTC)
CONTENT = b"<script>alert(1)</script> 203.0.113.7\n"


@pytest.fixture
def opened(house: House, monkeypatch: pytest.MonkeyPatch) -> House:
    house.open(NOW)
    monkeypatch.setattr(clock, "now", lambda: NOW)
    return house


def signed_in(house: House, who: str = "responder") -> Client:
    client = Client()
    client.force_login(getattr(house, who))
    return client


def url(house: House, name: str = "timeline", *more: str) -> str:
    return reverse(name, args=[house.incident.uid, *more])


def typed(house: House, **changes: Any) -> dict[str, Any]:
    return {
        "text": "Alarm of the intrusion detection.",
        "moment": "Fri 18:40",
        "kind": "detected",
        "party": house.party.pk,
    } | changes


def logged(house: House, **changes: Any) -> Event:
    values: dict[str, Any] = {
        "kind": "observed",
        "text": "First request.",
        "moment": Moment.at(FRIDAY, "Europe/Paris"),
    }
    return timeline.log_event(
        actor=house.responder, incident=house.incident, party=house.party, now=NOW, **(values | changes)
    )


def attached(house: House) -> tuple[Event, Attachment]:
    return evidence.log_with_file(
        actor=house.responder,
        incident=house.incident,
        party=house.party,
        kind="evidence",
        text="The log.",
        moment=Moment.at(FRIDAY, "Europe/Paris"),
        stream=BytesIO(CONTENT),
        filename="journal d'accès.log",
        now=NOW,
    )


def test_an_empty_timeline_says_what_to_do(opened: House) -> None:
    page = signed_in(opened).get(url(opened)).content.decode()
    assert "The first entry can be one sentence" in page
    assert "data-quick-add" in page
    assert 'aria-current="page"' in page


def test_an_entry_with_a_file_is_added_without_script(opened: House) -> None:
    given = typed(
        opened, attachments=SimpleUploadedFile("access.log", CONTENT), known="Fri 19:00", is_detection="on"
    )
    response = signed_in(opened).post(url(opened, "timeline-add"), given)
    assert (response.status_code, response.headers["Location"]) == (302, url(opened))
    event = Event.objects.get()
    assert (event.text, event.occurred_from, event.original_text, event.kind, event.is_detection) == (
        "Alarm of the intrusion detection.",
        FRIDAY,
        "Fri 18:40",
        "detected",
        True,
    )
    assert event.known_at == datetime(2026, 11, 20, 18, 0, tzinfo=UTC)
    assert evidence.sha256_of(Attachment.objects.get(event=event)) == hashlib.sha256(CONTENT).hexdigest()


def test_several_files_come_with_one_entry(opened: House) -> None:
    files = [SimpleUploadedFile(f"{number}.log", CONTENT) for number in range(3)]
    signed_in(opened).post(url(opened, "timeline-add"), typed(opened, attachments=files))
    assert Event.objects.get().attachments.count() == 3


def test_an_empty_time_means_now(opened: House) -> None:
    signed_in(opened).post(url(opened, "timeline-add"), typed(opened, moment=""))
    assert Event.objects.get().moment == Moment.at(NOW, "Europe/Paris")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"moment": "18:40"},
            "This time is still to come. If you mean the day before, write 18:40 yesterday.",
        ),
        ({"moment": "lunch yesterday"}, "“lunch” is not understood as a time."),
        ({"moment": "2026-10-25 02:30"}, "Add +02:00 for the first or +01:00 for the second."),
        ({"moment": "2026-03-29 02:30"}, "does not exist in Europe/Paris"),
        ({"known": "Thu 10:00"}, "It was known before it happened"),
        ({"text": " "}, "This field is required."),
        ({"attachments": SimpleUploadedFile("empty.log", b"")}, "The submitted file is empty."),
        ({"kind": "rumour"}, "Select a valid choice."),
    ],
)
def test_a_refusal_stands_on_the_page_and_nothing_typed_is_lost(
    opened: House, changes: dict[str, Any], said: str
) -> None:
    response = signed_in(opened).post(url(opened, "timeline-add"), typed(opened, **changes))
    page = response.content.decode()
    assert response.status_code == 422
    assert said in page
    assert changes.get("text", "Alarm of the intrusion detection.").strip() in page
    assert f'value="{changes.get("moment", "Fri 18:40")}"' in page
    assert Event.objects.count() == 0


def test_french_words_of_time_are_read(opened: House) -> None:
    opened.responder.language = "fr"
    opened.responder.save()
    response = signed_in(opened).post(url(opened, "timeline-add"), typed(opened, moment="hier midi"))
    assert response.status_code == 302
    assert Event.objects.get().occurred_from == datetime(2026, 11, 23, 11, 0, tzinfo=UTC)


def test_htmx_gets_the_fragment_from_the_same_view(opened: House) -> None:
    client = signed_in(opened)
    logged(opened)
    whole = client.get(url(opened)).content.decode()
    part = client.get(url(opened), headers={"HX-Request": "true"}).content.decode()
    assert "<html" in whole
    assert "<html" not in part
    assert part.strip().startswith('<div id="timeline-room">')
    assert "First request." in part
    answer = client.post(url(opened, "timeline-add"), typed(opened), headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["Location"]) == (302, url(opened))
    assert "Alarm of the intrusion detection." in client.get(url(opened)).content.decode()
    refused = client.post(
        url(opened, "timeline-add"), typed(opened, moment="x"), headers={"HX-Request": "true"}
    )
    assert refused.status_code == 422
    assert "<html" not in refused.content.decode()
    assert "error-summary" in refused.content.decode()
    assert Event.objects.count() == 2


def test_filter_and_order(opened: House) -> None:
    logged(opened, text="Old note.", kind="note", moment=Moment.at(FRIDAY, "Europe/Paris"))
    logged(opened, text="Young deed.", kind="contained", moment=Moment.at(NOW, "Europe/Paris"))
    client = signed_in(opened)
    both = client.get(url(opened)).content.decode()
    assert both.index("Young deed.") < both.index("Old note.")
    turned = client.get(url(opened) + "?order=oldest").content.decode()
    assert turned.index("Old note.") < turned.index("Young deed.")
    notes = client.get(url(opened) + "?kind=note").content.decode()
    assert ("Old note." in notes, "Young deed." in notes) == (True, False)
    assert "Nothing like that is logged" in client.get(url(opened) + "?with_files=on").content.decode()
    assert client.get(url(opened) + "?kind=nonsense&page=-4").status_code == 200


def test_a_correction_shows_both_and_the_reason(opened: House) -> None:
    old = logged(opened)
    client = signed_in(opened, "manager")
    form = client.get(url(opened, "timeline-entry", old.uid)).content.decode()
    assert 'value="2026-11-20 18:40"' in form
    given = {
        "text": "Second request.",
        "moment": "Fri 18:41",
        "kind": "observed",
        "reason": "Misread the log.",
    }
    response = client.post(url(opened, "timeline-correct", old.uid), given)
    new = Event.objects.get(supersedes=old)
    assert response.headers["Location"] == f"{url(opened)}#entry-{new.uid}"
    page = client.get(url(opened)).content.decode()
    assert all(
        text in page for text in ("First request.", "Second request.", "Corrected because: Misread the log.")
    )
    assert f'href="{url(opened, "timeline-entry", new.uid)}"' in page
    again = client.post(url(opened, "timeline-correct", old.uid), given)
    assert again.status_code == 422
    assert "corrected already" in again.content.decode()


def test_a_correction_without_a_reason_keeps_what_was_typed(opened: House) -> None:
    old = logged(opened)
    given = {"text": "Second request.", "moment": "Fri 18:41", "kind": "observed", "reason": ""}
    response = signed_in(opened).post(url(opened, "timeline-correct", old.uid), given)
    assert response.status_code == 422
    assert "Second request." in response.content.decode()
    assert Event.objects.count() == 1


def test_evidence_is_handed_over_as_a_download_and_recorded(opened: House) -> None:
    event, attachment = attached(opened)
    response = signed_in(opened, "auditor").get(url(opened, "evidence-download", attachment.uid))
    assert b"".join(response.streaming_content) == CONTENT  # type: ignore[attr-defined]
    assert {
        name: response.headers[name] for name in ("Content-Type", "X-Content-Type-Options", "Content-Length")
    } == {
        "Content-Type": "application/octet-stream",
        "X-Content-Type-Options": "nosniff",
        "Content-Length": str(len(CONTENT)),
    }
    assert response.headers["Content-Disposition"].startswith("attachment; filename")
    assert "no-store" in response.headers["Cache-Control"]
    reads = Entry.objects.filter(chain=opened.incident.access_chain)
    assert [(row.actor_uid, row.subject, json.loads(row.body)["data"]) for row in reads] == [
        (opened.auditor.uid, f"evidence/{attachment.uid}", {"count": 1})
    ]
    page = signed_in(opened).get(url(opened)).content.decode()
    assert hashlib.sha256(CONTENT).hexdigest() in page
    assert event.uid in page


def test_more_evidence_is_attached_later(opened: House) -> None:
    event = logged(opened)
    target = url(opened, "evidence-attach", event.uid)
    client = signed_in(opened)
    assert client.post(target, {"attachments": SimpleUploadedFile("a.log", CONTENT)}).status_code == 302
    assert client.post(target, {}).status_code == 422
    assert event.attachments.count() == 1


def test_a_row_of_another_incident_is_not_found(opened: House) -> None:
    event, attachment = attached(opened)
    first = opened.incident
    opened.open(NOW)
    client = signed_in(opened)
    assert opened.incident != first
    for name, row in (("timeline-entry", event.uid), ("evidence-download", attachment.uid)):
        assert client.get(url(opened, name, row)).status_code == 404


READERS = {"responder": 200, "manager": 200, "officer": 200, "auditor": 200, "admin": 404, "stranger": 404}
WRITERS = {"responder": 302, "manager": 302, "officer": 302, "auditor": 403, "admin": 404, "stranger": 404}


@pytest.mark.parametrize("who", READERS)
def test_who_reads_and_who_writes(opened: House, who: str) -> None:
    client = signed_in(opened, who)
    event, attachment = attached(opened)
    reads = [
        url(opened),
        url(opened, "timeline-entry", event.uid),
        url(opened, "evidence-download", attachment.uid),
    ]
    assert [client.get(one).status_code for one in reads] == [READERS[who]] * 3
    correction = {"text": "x", "moment": "Fri 18:40", "kind": "note", "reason": "typo"}
    writes = [
        (url(opened, "timeline-add"), typed(opened)),
        (url(opened, "evidence-attach", event.uid), {"attachments": SimpleUploadedFile("a.log", CONTENT)}),
        (url(opened, "timeline-correct", event.uid), correction),
    ]
    assert [client.post(one, given).status_code for one, given in writes] == [WRITERS[who]] * 3
    assert [client.get(one).status_code for one, _ in writes] == [405] * 3


def test_an_auditor_is_offered_nothing_to_write(opened: House) -> None:
    event = logged(opened)
    client = signed_in(opened, "auditor")
    for page in (client.get(url(opened)), client.get(url(opened, "timeline-entry", event.uid))):
        assert "timeline/add" not in page.content.decode()
        assert "/correct/" not in page.content.decode()


def test_pages_hold_no_inline_script_or_style_and_escape_what_people_wrote(opened: House) -> None:
    event = logged(opened, text="<script>alert(1)</script>")
    client = signed_in(opened)
    for target in (url(opened), url(opened, "timeline-entry", event.uid)):
        page = client.get(target).content.decode()
        assert "<script>" not in page
        assert " style=" not in page
        assert "&lt;script&gt;alert(1)" in page


def test_the_page_costs_the_same_queries_for_one_entry_and_for_three(opened: House) -> None:
    client = signed_in(opened)

    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            client.get(url(opened))
        return len(found)

    attached(opened)
    queries()  # the first page of a session costs one more
    one = queries()
    attached(opened)
    attached(opened)
    assert queries() == one
