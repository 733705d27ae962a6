"""Reports for named readers and the register, from a real incident."""

import csv
import io
from datetime import UTC, datetime, timedelta

import pikepdf
import pytest

from breach.errors import BadInput, Conflict, Forbidden
from breach.models.ledger import Entry
from breach.services.awareness import set_awareness
from breach.services.facts import update_facts
from breach.services.keys import incident_keys
from breach.vault.errors import WrongKey
from breach.vault.readers import new_identity, open_as_reader
from notifications.models import Reader
from notifications.queries.register import register_rows
from notifications.queries.reports import active_readers, age_file_of, pdf_of, report_of, reports_of
from notifications.services.reports import add_reader, export_register, make_report, retire_reader
from tests.house import House

AWARE = datetime(2026, 11, 24, 7, 40, tzinfo=UTC)
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.fixture
def opened(house: House) -> House:
    house.open(AWARE)
    changes = {
        "occurred_from": "2026-11-23T18:00:00+00:00",
        "confidentiality": True,
        "data_kinds": ["name", "iban"],
    }
    changes |= {
        "established_in": ["FR"],
        "role": "controller",
        "harms": ["fraud"],
        "measures": ["access_closed"],
    }
    update_facts(
        actor=house.responder,
        incident=house.incident,
        party=house.party,
        changes=changes,
        reason="known",
        now=NOW,
    )
    set_awareness(
        actor=house.manager,
        incident=house.incident,
        party=house.party,
        state="decided",
        instant=AWARE,
        zone="Europe/Paris",
        reasons="=The log proves it.",
        now=NOW,
    )
    return house


def reader(house: House, name: str = "Hélène Roux") -> tuple[Reader, str]:
    secret, public = new_identity()
    email = f"{name.split(maxsplit=1)[0].lower().replace('é', 'e').replace('è', 'e')}@example.org"
    return add_reader(actor=house.manager, name=name, email=email, recipient=public, now=NOW), secret


def test_each_named_reader_opens_the_age_file_and_nobody_else(opened: House) -> None:
    (one, first), (two, second), (_other, stranger) = (
        reader(opened),
        reader(opened, "Marc Olivier"),
        reader(opened, "X Y"),
    )
    made = make_report(
        actor=opened.manager, incident=opened.incident, readers=[one, two], language="fr", now=NOW
    )
    blob = age_file_of(made.report)
    for secret in (first, second):
        assert open_as_reader(blob, secret).startswith(b"%PDF-")
    with pytest.raises(WrongKey):
        open_as_reader(blob, stranger)


def test_the_pdf_opens_only_with_the_passphrase_that_is_shown_once(opened: House) -> None:
    made = make_report(
        actor=opened.manager, incident=opened.incident, readers=[reader(opened)[0]], language="en", now=NOW
    )
    with pytest.raises(pikepdf.PasswordError):
        pikepdf.open(io.BytesIO(pdf_of(made.report)))
    with pikepdf.open(io.BytesIO(pdf_of(made.report)), password=made.passphrase) as document:
        assert (document.encryption.R, str(document.docinfo["/Title"])) == (
            6,
            f"Incident report {opened.incident.reference}",
        )
    stored = " ".join(Entry.objects.values_list("body", flat=True))
    assert made.passphrase not in stored


def test_the_ledger_names_the_readers_by_uid_and_keeps_a_salted_digest(opened: House) -> None:
    one, _secret = reader(opened)
    made = make_report(actor=opened.manager, incident=opened.incident, readers=[one], language="en", now=NOW)
    entry = Entry.objects.get(chain=opened.incident.chain, action="report.made")
    assert entry.data["readers"] == [one.uid]
    assert entry.data["digest"] == made.report.digest
    assert "Hélène" not in entry.body
    assert [report.number for report in reports_of(opened.incident)] == [1]


def test_a_report_needs_active_readers_and_a_language_it_speaks(opened: House) -> None:
    one, _secret = reader(opened)
    retired = retire_reader(actor=opened.manager, reader=one, now=NOW)
    assert active_readers() == []
    for readers, language in (([], "en"), ([retired], "en"), ([retired], "de")):
        with pytest.raises(BadInput):
            make_report(
                actor=opened.manager, incident=opened.incident, readers=readers, language=language, now=NOW
            )
    with pytest.raises(Conflict):
        retire_reader(actor=opened.manager, reader=retired, now=NOW)


def test_strangers_make_no_report_and_responders_name_no_readers(opened: House) -> None:
    one, _secret = reader(opened)
    with pytest.raises(Forbidden):
        make_report(actor=opened.stranger, incident=opened.incident, readers=[one], language="en", now=NOW)
    with pytest.raises(Forbidden):
        add_reader(actor=opened.responder, name="A", email="a@example.org", recipient=one.recipient, now=NOW)


def test_a_key_that_age_cannot_use_is_refused_and_so_is_a_second_reader_with_one(opened: House) -> None:
    one, _secret = reader(opened)
    for key in ("ecdsa-sha2-nistp256 AAAA", "age1nonsense", one.recipient):
        with pytest.raises(BadInput):
            add_reader(actor=opened.manager, name="A", email="a@example.org", recipient=key, now=NOW)
    assert Reader.objects.count() == 1


def test_the_report_gathers_timeline_clock_and_obligations(opened: House) -> None:
    found = report_of(incident=opened.incident, language="en", readers=["A"], made_by=opened.manager, now=NOW)
    assert [(step.state, step.at, step.due, step.stands) for step in found.awareness] == [
        ("decided", AWARE, AWARE + timedelta(hours=72), True)
    ]
    assert ("authority", "initial", AWARE + timedelta(hours=72)) in {
        (o.to, o.phase, o.due) for o in found.owed
    }
    assert found.people.total == 0
    assert found.ruled_out


def test_the_register_holds_every_real_incident_notified_or_not(opened: House) -> None:
    first = opened.incident
    opened.open(NOW, title="Letter to a wrong address")
    opened.open(NOW, title="An exercise", drill=True)
    content = export_register(actor=opened.manager, language="en", now=NOW).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(content, newline=""), delimiter=";"))
    assert [row["Title"] for row in rows] == ["Web shop broken into", "Letter to a wrong address"]
    assert rows[0]["Reference"] == first.reference
    assert rows[0]["Aware"] == "24 November 2026, 08:40 (Europe/Paris, UTC+01:00)"
    assert rows[0]["Reasons for awareness"] == "'=The log proves it."
    assert rows[0]["Likely consequences"] == "Fraud"
    assert rows[0]["Confidentiality, integrity, availability"] == "confidentiality"
    entry = Entry.objects.get(chain="house", action="register.exported")
    assert entry.data["rows"] == 2


def test_auditors_take_the_register_out_and_strangers_do_not(opened: House) -> None:
    assert export_register(actor=opened.auditor, language="fr", now=NOW).startswith(b"\xef\xbb\xbf")
    with pytest.raises(Forbidden):
        export_register(actor=opened.stranger, language="fr", now=NOW)


def test_after_erasure_the_register_keeps_the_entry_and_says_what_is_gone(opened: House) -> None:
    incident_keys().destroy(opened.incident.uid)
    (row,) = register_rows([opened.party], "en")
    assert row.reference == opened.incident.reference
    assert row.aware_reasons == "(erased with the incident's key)"
