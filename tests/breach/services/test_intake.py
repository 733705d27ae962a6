import dataclasses
import io
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

from breach import intake_jobs
from breach.errors import BadInput, Conflict, Forbidden
from breach.intake.mapping import ColumnMapping, ColumnRule
from breach.intake.refusals import reason_text
from breach.models import (
    Entry,
    EvidenceState,
    IntakeFile,
    IntakeState,
    MergeEvidence,
    Person,
    RefusedCell,
    SealedFile,
    SourceRecord,
)
from breach.queries import people as queries
from breach.services import intake, loading
from tests.conftest import NOW
from tests.house import House

SAMPLES = Path(settings.BASE_DIR) / "notifications" / "demo" / "data"
TABLE = (
    "Nom;Prénom;Courriel;Adresse;Code postal;Ville;Pays;Date de naissance;N° client;Mot de passe;IBAN\n"
    "Lefèvre;Zoé;Zoe@example.org;7 rue des Lilas;75011;Paris;FR;09/03/2012;C1;$2b$12$abcdefghijkl;\n"
    "Müller;Jürgen;kaputt@;Lindenweg 3;10115;Berlin;DE;;C2;$2b$12$zyxwvutsrqp;DE75512108001245126199\n"
    "Freed;Omar;omar@example.org;;;;Freedonia;;C3;$2b$12$x;\n"
    "LEFEVRE;Zoe;zoe@EXAMPLE.org;;;;;;;;\n"
)


@pytest.fixture
def opened(house: House) -> House:
    house.open(NOW)
    return house


def upload(house: House, content: bytes | str = TABLE, name: str = "people.csv") -> IntakeFile:
    raw = content.encode() if isinstance(content, str) else content
    return intake.upload(
        actor=house.responder,
        incident=house.incident,
        party=house.party,
        stream=io.BytesIO(raw),
        filename=name,
        now=NOW,
    )


def checked(house: House, content: bytes | str = TABLE, name: str = "people.csv") -> IntakeFile:
    file = upload(house, content, name)
    intake.profile(actor=house.responder, file=file, now=NOW)
    intake.dry_run(actor=house.responder, file=file, now=NOW)
    return file


def load(house: House, content: bytes | str = TABLE, name: str = "people.csv") -> IntakeFile:
    file = checked(house, content, name)
    intake.accept(actor=house.responder, file=file, now=NOW)
    loading.load_all(file=file, now=lambda: NOW)
    return file


def entries(house: House) -> list[tuple[str, dict[str, object]]]:
    rows = Entry.objects.filter(chain=house.incident.chain).order_by("seq")
    return [
        (row.action, json.loads(row.body)["data"])
        for row in rows
        if row.action.startswith(("intake", "people"))
    ]


def everybody(house: House) -> list[dict[str, object]]:
    ids = queries.active(house.incident).values_list("pk", flat=True)
    values = [dataclasses.asdict(value) for value in queries.open_people(house.incident, ids)]
    return [{key: value for key, value in each.items() if key != "uid"} for each in values]


def test_a_table_becomes_sealed_people(opened: House) -> None:
    file = load(opened)

    assert (file.state, file.read, file.accepted, file.refused, file.set_aside) == (
        IntakeState.LOADED,
        4,
        3,
        1,
        1,
    )
    assert (file.loaded, file.people_new, file.merged, file.suggested) == (3, 2, 1, 0)
    kinds = ("customer_number", "date_of_birth", "email", "name", "password_hash_salted", "postal_address")
    assert everybody(opened) == [
        {
            "given_name": "Zoé",
            "family_name": "Lefèvre",
            "full_name": "Zoé Lefèvre",
            "email": "zoe@example.org",
            "phone": "",
            "address_lines": ("7 rue des Lilas",),
            "postcode": "75011",
            "city": "Paris",
            "region": "",
            "country": "FR",
            "language": "fr",
            "birth_date": NOW.date().replace(2012, 3, 9),
            "minor": True,
            "guardian": "",
            "customer_number": "C1",
            "kinds": kinds,
            "channel": "email",
            "relation": "",
            "addressee": "self",
        },
        {
            "given_name": "Jürgen",
            "family_name": "Müller",
            "full_name": "Jürgen Müller",
            "email": "",
            "phone": "",
            "address_lines": ("Lindenweg 3",),
            "postcode": "10115",
            "city": "Berlin",
            "region": "",
            "country": "DE",
            "language": "de",
            "birth_date": None,
            "minor": None,
            "guardian": "",
            "customer_number": "C2",
            "kinds": ("customer_number", "email", "iban", "name", "password_hash_salted", "postal_address"),
            "channel": "post",
            "relation": "",
            "addressee": "self",
        },
    ]
    assert list(RefusedCell.objects.values_list("row", "column", "reason", "masked", "whole_row")) == [
        (3, "Courriel", "email_unusable", "k•••••@", False),
        (4, "Pays", "country_unknown", "F••••••••", True),
    ]
    assert list(MergeEvidence.objects.values_list("source__row", "other__row", "key", "state")) == [
        (5, 2, "email", EvidenceState.JOINED)
    ]


def test_sources_keep_which_row_gave_which_value(opened: House) -> None:
    file = load(opened)
    (zoe,) = queries.search(opened.incident, "ZOE@example.org")

    assert [(each.origin, each.file_uid, each.row, each.record.name) for each in queries.sources_of(zoe)] == [
        ("file", file.uid, 2, "Zoé Lefèvre"),
        ("file", file.uid, 5, "Zoe LEFEVRE"),
    ]


def test_ledger_holds_counts_and_digests_of_every_step(opened: House) -> None:
    file = load(opened)
    found = entries(opened)

    assert [action for action, _ in found] == [
        "intake.uploaded",
        "intake.profiled",
        "intake.tried",
        "intake.accepted",
        "people.loaded",
        "intake.loaded",
    ]
    assert found[4][1] == {
        "batch": 0,
        "read": 4,
        "refused": 1,
        "loaded": 3,
        "people_new": 2,
        "merged": 1,
        "suggested": 0,
        "count": 3,
        "root": found[4][1]["root"],
    }
    assert len(str(found[4][1]["root"])) == 64
    assert found[5][1] == {
        "read": 4,
        "accepted": 3,
        "refused": 1,
        "loaded": 3,
        "people_new": 2,
        "merged": 1,
        "suggested": 0,
    }
    assert found[0][1]["digest"] == file.file.digest


def dump() -> Iterator[str]:
    """Every cell of every table, as text."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - names from the database itself
            for row in cursor.fetchall():
                yield from (
                    bytes(cell).decode(errors="replace")
                    if isinstance(cell, bytes | memoryview)
                    else str(cell)
                    for cell in row
                )


def test_nothing_personal_lies_in_the_database_or_on_disk_in_clear(opened: House) -> None:
    load(opened, name="Zoé Lefèvre.csv")

    # Nothing shorter: a few megabytes of sealed bytes hold every three letters somewhere.
    words = [
        "Lefèvre",
        "LEFEVRE",
        "zoe@example.org",
        "Lilas",
        "2012-03-09",
        "09/03/2012",
        "DE75512",
        "$2b$12$",
    ]
    cells = "\n".join(dump())
    assert "country_unknown" in cells
    assert [word for word in words if word in cells] == []
    stored = b"".join(path.read_bytes() for path in settings.DATA.files.rglob("*") if path.is_file())
    assert stored
    assert [word for word in words if word.encode() in stored] == []


def test_the_sample_files_give_the_documented_numbers(opened: House) -> None:
    for name in ("customers.csv", "legacy_accounts.xlsx"):
        load(opened, (SAMPLES / name).read_bytes(), name)

    files = IntakeFile.objects.values_list("read", "accepted", "refused", "people_new", "merged", "suggested")
    assert list(files) == [(1200, 1176, 24, 1144, 32, 4), (300, 292, 8, 190, 102, 0)]
    counts = queries.counts(opened.incident, opened.party)
    assert (counts.total, counts.by_channel, counts.unreachable, counts.minors) == (
        1334,
        {"email": 1177, "post": 150, "none": 7},
        7,
        48,
    )
    assert sum(counts.by_country.values()) == counts.total
    assert set(counts.by_country) == {"FR", "DE", "BE", "ES", "GB", "US"}
    assert {"nl", "fr", "de", "en", "es"} == set(counts.by_language)
    assert counts.by_kind["username_email_with_password"] > 100
    readme = (SAMPLES / "README.md").read_text(encoding="utf-8")
    assert [
        number for number in ("1,176", "292", "1,334", "1,177", "150", "48") if number not in readme
    ] == []


def test_a_load_that_was_killed_ends_as_one_without(opened: House) -> None:
    content = (SAMPLES / "customers.csv").read_bytes()
    with patch.object(loading, "BATCH", 100):
        file = checked(opened, content)
        intake.accept(actor=opened.responder, file=file, now=NOW)
        with loading.opened(file, NOW) as work:
            for _ in range(5):
                loading.load_batch(load=work, batch=next(work.batches), now=NOW)
            batch = next(work.batches)
            with (
                patch("breach.services.loading.log.append_many", side_effect=KeyboardInterrupt),
                pytest.raises(KeyboardInterrupt),
            ):
                loading.load_batch(load=work, batch=batch, now=NOW)
        file = IntakeFile.objects.get(pk=file.pk)
        assert (file.next_batch, file.loaded, SourceRecord.objects.count()) == (5, file.loaded, file.loaded)
        loading.load_all(file=file, now=lambda: NOW)
    interrupted = everybody(opened)
    numbers = (file.loaded, file.people_new, file.merged, file.suggested)

    opened.open(NOW)
    file = load(opened, content)

    assert everybody(opened) == interrupted
    assert (file.loaded, file.people_new, file.merged, file.suggested) == numbers


def test_a_batch_is_stored_once_whoever_comes_second(opened: House) -> None:
    file = checked(opened)
    intake.accept(actor=opened.responder, file=file, now=NOW)
    with loading.opened(file, NOW) as one, loading.opened(file, NOW) as two:
        loading.load_batch(load=one, batch=next(one.batches), now=NOW)
        with pytest.raises(Conflict, match="Another worker"):
            loading.load_batch(load=two, batch=next(two.batches), now=NOW)
        while loading.index_keys(load=one, now=NOW):
            pass
        loading.finish(load=one, now=NOW)
        with pytest.raises(Conflict, match="loaded already"):
            loading.finish(load=two, now=NOW)

    assert SourceRecord.objects.count() == 3


def test_new_evidence_unites_people_of_earlier_files(opened: House) -> None:
    load(opened, "Name;E-mail;Kundennr\nAnn Müller;a@example.org;\nAnn Müller;;C7\n", "one.csv")
    first, second = Person.objects.order_by("pk")

    file = load(opened, "Name;E-mail;Kundennr\nA. Mueller;a@example.org;C7\n", "two.csv")

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state, second.merged_into_id) == ("active", "merged", first.pk)
    assert first.sources.count() == 3
    assert (file.people_new, file.merged) == (0, 2)


def test_a_national_identifier_joins_and_only_its_index_is_kept(opened: House) -> None:
    nirs = ("2 95 10 99 126 111 93", "295109912611193", "295109912611194")
    table = "Name;NIR\n" + "".join(f"Ann Müller;{nir}\n" for nir in nirs)

    file = load(opened, table, "one.csv")

    kept = [source.record for person in Person.objects.all() for source in queries.sources_of(person)]
    assert (file.people_new, file.merged, file.set_aside) == (2, 1, 1)
    assert [each.full_name for each in kept] == ["Ann Müller"] * 3
    assert not any("9912611" in repr(each) for each in kept)
    assert list(MergeEvidence.objects.values_list("key", "state")) == [("national_id", "joined")]
    assert [list(each.kinds) for each in Person.objects.order_by("pk")] == [["name", "national_id"]] * 2
    (found,) = queries.search(opened.incident, "2.95.10.99.126.111.93")
    assert found == Person.objects.order_by("pk")[0]


def test_a_shared_address_is_suggested_once_and_not_joined(opened: House) -> None:
    load(opened, "Name;E-mail;Kundennr\nAnn Müller;a@example.org;1\nBen Stiller;a@example.org;2\n", "one.csv")

    file = load(opened, "Name;E-mail;Kundennr\nAnn Müller;a@example.org;1\n", "two.csv")

    assert list(MergeEvidence.objects.values_list("key", "state")) == [
        ("email", "suggested"),
        ("email", "joined"),
    ]
    assert (Person.objects.count(), file.people_new, file.merged, file.suggested) == (2, 0, 1, 0)


def test_the_same_file_is_noticed_until_it_is_discarded(opened: House) -> None:
    file = upload(opened)

    with pytest.raises(Conflict, match=r"other\.csv: this very file was given before"):
        upload(opened, name="other.csv")
    intake.discard(actor=opened.responder, file=file, now=NOW)

    assert upload(opened, name="other.csv").state == IntakeState.UPLOADED


@pytest.mark.parametrize("content", ["", "Name\nCourriel;Nom\n", "Kunde;Mail\n" * 2, "\0" * 500])
def test_a_file_that_is_no_table_leaves_nothing_behind(opened: House, content: str) -> None:
    before = Entry.objects.count()

    with pytest.raises(BadInput):
        upload(opened, content)

    assert (IntakeFile.objects.count(), SealedFile.objects.count(), Entry.objects.count()) == (0, 0, before)


def test_only_members_who_load_may_and_only_into_their_incident(opened: House) -> None:
    for user in (opened.auditor, opened.stranger, opened.admin):
        with pytest.raises(Forbidden):
            intake.upload(
                actor=user,
                incident=opened.incident,
                party=opened.party,
                stream=io.BytesIO(b"a"),
                filename="a",
                now=NOW,
            )
    file = checked(opened)
    for step in (intake.profile, intake.dry_run, intake.accept, intake.discard):
        with pytest.raises(Forbidden):
            step(actor=opened.stranger, file=file, now=NOW)


def test_what_was_not_tried_as_it_is_cannot_be_accepted(opened: House) -> None:
    file = upload(opened)
    with pytest.raises(Conflict, match="has not been tried"):
        intake.accept(actor=opened.responder, file=file, now=NOW)
    intake.profile(actor=opened.responder, file=file, now=NOW)
    intake.dry_run(actor=opened.responder, file=file, now=NOW)

    mapping = ColumnMapping((ColumnRule("Nom", "full_name", "name"),))
    intake.set_mapping(actor=opened.responder, file=file, mapping=mapping, now=NOW)

    assert (file.state, file.read, file.refusals.count()) == (IntakeState.MAPPED, 0, 0)
    with pytest.raises(Conflict, match="has not been tried"):
        intake.accept(actor=opened.responder, file=file, now=NOW)


def test_an_accepted_file_does_not_move_back(opened: House) -> None:
    file = load(opened)
    for step in (intake.profile, intake.dry_run, intake.discard):
        with pytest.raises(Conflict, match="has moved on"):
            step(actor=opened.responder, file=file, now=NOW)
    with pytest.raises(Conflict, match="not waiting"), loading.opened(file, NOW):
        pass


def test_a_table_without_one_usable_row_is_not_accepted(opened: House) -> None:
    file = checked(opened, "Name;Country\nAnn;Freedonia\n")

    with pytest.raises(Conflict, match="Not one row"):
        intake.accept(actor=opened.responder, file=file, now=NOW)


def test_the_load_is_queued_after_commit_and_again_when_silent(
    opened: House,
    django_capture_on_commit_callbacks: Any,
) -> None:
    file = checked(opened)
    with django_capture_on_commit_callbacks() as queued:
        intake.accept(actor=opened.responder, file=file, now=NOW)
    assert len(queued) == 1

    with django_capture_on_commit_callbacks() as queued:
        assert intake.enqueue_silent(now=NOW + timedelta(minutes=4)) == 0
        assert intake.enqueue_silent(now=NOW + timedelta(minutes=6)) == 1
        assert intake.enqueue_silent(now=NOW + timedelta(minutes=7)) == 0
    assert len(queued) == 1


def test_the_job_loads_the_rest_and_does_nothing_when_done(opened: House) -> None:
    file = checked(opened)
    intake.accept(actor=opened.responder, file=file, now=NOW)

    intake_jobs.load_people(file.uid)
    intake_jobs.load_people(file.uid)

    file.refresh_from_db()
    assert (file.state, file.loaded, Person.objects.count()) == (IntakeState.LOADED, 3, 2)
    assert [action for action, _ in entries(opened)].count("intake.loaded") == 1


def run(*args: str) -> dict[str, object]:
    out = io.StringIO()
    call_command("import_people", *args, "--json", stdout=out)
    document = json.loads(out.getvalue())
    assert isinstance(document, dict)
    return document


def test_command_imports_and_reports(opened: House, tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text(TABLE, encoding="cp1252")

    document = run(str(path), "--incident", opened.incident.reference)

    assert {
        key: document[key] for key in ("read", "accepted", "refused", "merged", "suggestions", "people")
    } == {
        "read": 4,
        "accepted": 3,
        "refused": [
            {
                "row": 4,
                "column": "Pays",
                "reason": reason_text("country_unknown", "en"),
                "code": "country_unknown",
            }
        ],
        "merged": 1,
        "suggestions": 0,
        "people": 2,
    }
    with pytest.raises(CommandError, match="was given before") as again:
        run(str(path), "--incident", opened.incident.reference)
    assert again.value.returncode == 2


def test_command_goes_on_where_it_was_interrupted(opened: House, tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_bytes((SAMPLES / "customers.csv").read_bytes())
    file = checked(opened, path.read_bytes())
    intake.accept(actor=opened.responder, file=file, now=NOW)
    with loading.opened(file, NOW) as work:
        loading.load_batch(load=work, batch=next(work.batches), now=NOW)

    document = run(str(path), "--incident", opened.incident.reference)

    assert (document["file"], document["accepted"], document["people"]) == (file.uid, 1176, 1144)


def test_command_takes_a_mapping(opened: House, tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text("a;b\nAnn;x\n", encoding="utf-8")
    mapping = {"columns": {"a": {"field": "full_name", "kind": "name"}}, "country": "FR"}
    (tmp_path / "map.json").write_text(json.dumps(mapping), encoding="utf-8")

    run(
        str(tmp_path / "people.csv"),
        "--incident",
        opened.incident.reference,
        "--mapping",
        str(tmp_path / "map.json"),
    )

    assert [(person.country, person.kinds) for person in Person.objects.all()] == [("FR", ["name"])]


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["nowhere.csv"], "nowhere.csv: there is no such file. Check the path."),
        (
            ["{tmp}/a.csv", "--incident", "1999-001"],
            "--incident: there is no incident '1999-001'. Give its reference",
        ),
        (["{tmp}/a.csv", "--user", "x@example.org"], "--user: there is no such user"),
        (["{tmp}/a.csv", "--mapping", "{tmp}/bad.json"], "bad.json, line 2: this is not JSON. Correct it."),
        (["{tmp}/empty.csv"], "empty.csv: the file is empty. Export the table again."),
    ],
)
def test_command_names_what_does_not_fit(
    opened: House, tmp_path: Path, args: list[str], message: str
) -> None:
    (tmp_path / "a.csv").write_text("Name;City\nAnn;Kiel\n", encoding="utf-8")
    (tmp_path / "empty.csv").write_text("", encoding="utf-8")
    (tmp_path / "bad.json").write_text("{\n,}", encoding="utf-8")
    given = [arg.format(tmp=tmp_path) for arg in args]
    if "--incident" not in given:
        given += ["--incident", opened.incident.reference]

    with pytest.raises(CommandError) as refused:
        run(*given)

    assert refused.value.returncode == 2
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)
