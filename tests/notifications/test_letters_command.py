"""`manage.py letters`: one letter in every form, print runs sealed for the printer, refusals in one line."""

import csv
import io
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from breach.models import Entry
from breach.vault.readers import new_identity, open_as_reader
from notifications.checks import printer_keys
from notifications.models import Notice
from notifications.services.prepare import prepare_some
from tests.house import House
from tests.notifications import campaign
from tests.notifications.letters.test_document import DOCUMENT, PERSON


@pytest.fixture
def notice(house: House, now: datetime) -> Notice:
    """Released and prepared: one letter is due by post."""
    house.open(now)
    campaign.add_people(house, now)
    notice = campaign.released(house, now)
    while prepare_some(notice=notice, now=now):
        pass
    return notice


@pytest.fixture
def printer(tmp_path: Path) -> tuple[str, Path]:
    """The printer's secret key, and the file with the public one."""
    secret, public = new_identity()
    path = tmp_path / "printer.pub"
    path.write_text(f"# Imprimerie du Port\n{public}\n")
    return secret, path


def run(capsys: pytest.CaptureFixture[str], *arguments: Any) -> Any:
    call_command("letters", *[str(one) for one in arguments], "--json")
    return json.loads(capsys.readouterr().out)


def refused(*arguments: Any) -> str:
    with pytest.raises(CommandError) as caught:
        call_command("letters", *[str(one) for one in arguments])
    assert caught.value.returncode == 2
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.fixture
def document(tmp_path: Path) -> Path:
    person = {**PERSON, "address_lines": ["Gasse 1"], "postcode": "1010", "city": "Wien"}
    path = tmp_path / "letters.json"
    path.write_text(json.dumps({**DOCUMENT, "recipients": [person], "date": "2026-12-01"}), encoding="utf-8")
    return path


def test_a_letter_of_a_document_in_every_form(
    document: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = run(capsys, "render", "--document", document)
    assert (said["form"], said["variant"], said["file"]) == ("text", "de adult iban", None)
    assert "Guten Tag Ida Roth," in said["text"]
    page = run(capsys, "render", "--document", document, "--out", tmp_path / "letter.html")
    assert (page["form"], page["text"]) == ("html", None)
    assert "<h1" in (tmp_path / "letter.html").read_text(encoding="utf-8")
    paper = run(capsys, "render", "--document", document, "--out", tmp_path / "letter.pdf")
    assert (tmp_path / "letter.pdf").read_bytes().startswith(b"%PDF")
    assert (tmp_path / "letter.pdf").stat().st_mode & 0o077 == 0
    assert paper["bytes"] == (tmp_path / "letter.pdf").stat().st_size


def test_a_run_of_a_document_opens_with_the_printers_key_only(
    document: Path, tmp_path: Path, printer: tuple[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    secret, keys = printer
    done = run(capsys, "spool", "--document", document, "--printer", keys, "--out", tmp_path)

    assert (done["letters"], done["pages"], len(done["runs"])) == (1, 2, 1)
    (file,), manifest = done["runs"][0]["files"], done["runs"][0]["manifest"]
    sealed = (tmp_path / file["file"]).read_bytes()
    assert b"%PDF" not in sealed
    with pikepdf.open(io.BytesIO(open_as_reader(sealed, secret))) as pdf:
        assert len(pdf.pages) == 2
    rows = csv.DictReader(
        io.StringIO(open_as_reader((tmp_path / manifest["file"]).read_bytes(), secret).decode())
    )
    assert [(row["uid"], row["batch"], row["pages"]) for row in rows] == [("1", "1", "2")]
    assert "exists" in refused("spool", "--document", document, "--printer", keys, "--out", tmp_path)


def test_a_letter_that_may_not_be_printed_stops_the_run_of_a_document(
    document: Path, tmp_path: Path, printer: tuple[str, Path]
) -> None:
    data = json.loads(document.read_text())
    data["recipients"][0]["full_name"] = "王小明"
    document.write_text(json.dumps(data))

    said = refused("spool", "--document", document, "--printer", printer[1], "--out", tmp_path)
    assert said.startswith("1: the letter fonts do not hold U+5C0F")
    assert list(tmp_path.glob("*.age")) == []


def test_letters_of_a_notice_by_variant_and_by_person(
    notice: Notice, house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    reference = f"{notice.incident.reference}/{notice.number}"
    assert "Alex Example" in run(capsys, "render", "--notice", reference, "--variant", 1)["text"]
    row = notice.people.get(channel="post")
    for uid in (row.uid, row.reference, row.person.uid):
        letter = run(capsys, "render", "--notice", notice.uid, "--person", uid)
        assert (letter["letter"], "Cléo Martin" in letter["text"]) == (row.uid, True)
    reads = Entry.objects.filter(chain=notice.incident.access_chain)
    assert f"letter/{row.uid}" in str(reads.last().body)  # type: ignore[union-attr]
    said = refused("render", "--notice", reference, "--person", row.uid, "--user", house.guest.email)
    assert "allow" in said or "may" in said, said


def test_the_run_of_a_notice_is_printed_sealed_and_noted(
    notice: Notice, tmp_path: Path, printer: tuple[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    secret, keys = printer
    reference = f"{notice.incident.reference}/{notice.number}"
    done = run(capsys, "spool", "--notice", reference, "--printer", keys, "--out", tmp_path)

    (made,) = done["runs"]
    assert (made["run"], made["letters"], made["date"]) == (
        1,
        1,
        notice.print_runs.get().letter_date.isoformat(),
    )
    sealed = (tmp_path / made["files"][0]["file"]).read_bytes()
    assert open_as_reader(sealed, secret).startswith(b"%PDF")
    assert notice.people.get(channel="post").state == "rendered"
    noted = [entry.body for entry in Entry.objects.filter(chain=notice.incident.access_chain)]
    assert sum("print_file/" in body for body in noted) == 1
    assert sum("print_manifest/" in body for body in noted) == 1
    again = run(
        capsys, "spool", "--notice", reference, "--printer", keys, "--out", tmp_path, "--replace", "--run", 1
    )
    assert [file["file"] for file in again["runs"][0]["files"]] == [made["files"][0]["file"]]


def test_what_does_not_fit_is_refused_in_one_line(
    notice: Notice, document: Path, tmp_path: Path, printer: tuple[str, Path], house: House
) -> None:
    secret_file, broken = tmp_path / "secret", tmp_path / "broken"
    secret_file.write_text(printer[0])
    broken.write_text("age1nonsense\n")
    spool = ("spool", "--document", document, "--out", tmp_path, "--printer")
    assert "secret key" in refused(*spool, secret_file)
    assert "broken, line 1" in refused(*spool, broken)
    assert "cannot be read" in refused(*spool, tmp_path / "none")
    assert "printer's key is missing" in refused(*spool[:-1])
    assert "there is no notice" in refused("render", "--notice", "2026-999/1")
    assert "say what to print" in refused("render")
    assert "nobody on this notice" in refused("render", "--notice", notice.uid, "--person", "x")
    assert "no such variant" in refused("render", "--notice", notice.uid, "--variant", 99)
    assert "a PDF needs a place" in refused("render", "--document", document, "--as", "pdf")
    assert "no such print run" in refused(
        "spool", "--notice", notice.uid, "--run", 9, "--printer", printer[1], "--out", tmp_path
    )
    draft = campaign.draft(house, notice.created_at)
    assert "not released" in refused(
        "spool", "--notice", draft.uid, "--printer", printer[1], "--out", tmp_path
    )


def test_a_registered_printer_is_taken_and_a_broken_one_shows_at_start(
    document: Path,
    tmp_path: Path,
    printer: tuple[str, Path],
    settings: Any,
    capsys: pytest.CaptureFixture[str],
) -> None:
    settings.TOCSIN_PRINTER_KEYS = str(printer[1])
    assert printer_keys(None) == []
    assert run(capsys, "spool", "--document", document, "--out", tmp_path)["letters"] == 1
    printer[1].write_text("# nobody\n")
    assert [found.id for found in printer_keys(None)] == ["tocsin.E020"]
