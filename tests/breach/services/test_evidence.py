"""Evidence: sealed on disk, digest shown to those who may read it, each opening in the access chain."""

import hashlib
import json
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from breach.errors import BadInput, Forbidden
from breach.models import Attachment, Event, SealedFile
from breach.models.ledger import Entry
from breach.queries.timeline import AttachedFile, timeline_page
from breach.services import evidence
from breach.timewords import Moment
from tests.house import House

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
CONTENT = b'203.0.113.7 - maria.lopez@example.org "GET /admin/export.php" 200\n' * 50
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def opened(house: House) -> House:
    house.open(NOW)
    return house


def log(
    house: House, content: bytes = CONTENT, filename: str = "access.log", **changes: Any
) -> tuple[Event, Attachment]:
    values: dict[str, Any] = {
        "actor": house.responder,
        "incident": house.incident,
        "party": house.party,
        "kind": "evidence",
        "text": "Web server log of Friday.",
        "moment": Moment.at(NOW, "Europe/Paris"),
        "now": NOW,
    }
    return evidence.log_with_file(stream=BytesIO(content), filename=filename, **(values | changes))


def entries(chain: str) -> list[tuple[str, str, str, dict[str, Any]]]:
    rows = Entry.objects.filter(chain=chain).order_by("seq")
    return [(row.action, row.subject, row.actor_uid, json.loads(row.body)["data"]) for row in rows]


def test_an_entry_and_its_file_are_both_in_the_ledger_without_name_or_content(opened: House) -> None:
    event, attachment = log(opened)
    logged, added = entries(opened.incident.chain)[-2:]
    assert (logged[0], logged[1]) == ("event.logged", event.uid)
    assert added == (
        "evidence.added",
        attachment.uid,
        opened.responder.uid,
        {
            "event": event.uid,
            "file": attachment.file.uid,
            "size": len(CONTENT),
            "digest": attachment.file.digest,
        },
    )
    everything = "".join(Entry.objects.values_list("body", flat=True))
    assert not [word for word in ("maria", "access.log", SHA256) if word in everything]


def test_the_plain_digest_is_shown_to_those_who_may_open_it(opened: House) -> None:
    _, attachment = log(opened)
    assert evidence.sha256_of(attachment) == SHA256
    (shown,) = timeline_page(opened.incident, names=True).entries
    assert shown.attachments == (AttachedFile(attachment.uid, "access.log", len(CONTENT), SHA256),)
    (hidden,) = timeline_page(opened.incident, names=False).entries
    assert hidden.attachments == (AttachedFile(attachment.uid, "", len(CONTENT), ""),)


def test_nothing_of_the_file_lies_on_disk_in_clear(opened: House) -> None:
    log(opened)
    stored = [path for path in Path(settings.DATA.files).rglob("*") if path.is_file()]
    assert stored
    assert not [path for path in stored if b"maria" in path.read_bytes() or "access" in path.name]


def test_each_opening_is_recorded_in_the_access_chain(opened: House) -> None:
    _, attachment = log(opened)
    for actor in (opened.manager, opened.auditor):
        found = evidence.open_evidence(actor=actor, attachment=attachment, now=NOW)
        with found.stream as stream:
            assert stream.read() == CONTENT
        assert (found.filename, found.size, found.sha256) == ("access.log", len(CONTENT), SHA256)
    assert entries(opened.incident.access_chain) == [
        ("read", f"evidence/{attachment.uid}", opened.manager.uid, {"count": 1}),
        ("read", f"evidence/{attachment.uid}", opened.auditor.uid, {"count": 1}),
    ]


@pytest.mark.parametrize("who", ["stranger", "admin"])
def test_others_cannot_open_it_and_leave_no_entry(opened: House, who: str) -> None:
    _, attachment = log(opened)
    with pytest.raises(Forbidden):
        evidence.open_evidence(actor=getattr(opened, who), attachment=attachment, now=NOW)
    assert entries(opened.incident.access_chain) == []


def test_an_empty_file_takes_its_entry_with_it(opened: House) -> None:
    before = Entry.objects.count()
    with pytest.raises(BadInput) as refusal:
        log(opened, content=b"")
    assert str(refusal.value) == "attachments: The file is empty. Give the file again."
    assert (Event.objects.count(), SealedFile.objects.count(), Entry.objects.count()) == (0, 0, before)


def test_a_file_over_the_limit_takes_its_entry_with_it(opened: House, settings: Any) -> None:
    settings.TOCSIN_MAX_UPLOAD = 1000
    with pytest.raises(BadInput):
        log(opened)
    assert (Event.objects.count(), SealedFile.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("C:\\logs\\access.log", "access.log"),
        ("../../etc/passwd", "passwd"),
        ("a\r\nSet-Cookie: x.log", "aSet-Cookie: x.log"),
        ("/", "evidence"),
        ("x" * 300 + ".log", "x" * 116 + ".log"),
    ],
)
def test_names_are_kept_without_path_or_control_characters(given: str, kept: str) -> None:
    assert evidence.shown_name(given) == kept
