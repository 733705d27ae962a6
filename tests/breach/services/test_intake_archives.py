"""Archives of tables: unpacked, listed in full, noticed when given twice, and refused whole when they are hostile."""

import gzip
import io
import json
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse

from breach import clock
from breach.errors import BadInput, Conflict
from breach.files import open_sealed
from breach.intake.caps import CAPS, Caps
from breach.intake.read import Options
from breach.models import Entry, IntakeArchive, IntakeFile, SealedFile
from breach.queries.intake_archive import archive_lines
from breach.services import intake
from breach.services.intake_upload import Taken
from tests.breach.intake.tables import packed, xlsx
from tests.breach.services.test_intake import entries, run
from tests.conftest import NOW
from tests.house import House

ANN = "Name;E-mail\nAnn Lee;ann@example.org\n"
BEN = "Name;E-mail\nBen Ode;ben@example.org\nCy Poe;cy@example.org\n"
DAN = "Name;E-mail\nDan Roy;dan@example.org\n"
TAR = b"people.csv".ljust(257, b"\0") + b"ustar\x0000" + bytes(248)


@pytest.fixture
def opened(house: House, monkeypatch: pytest.MonkeyPatch) -> House:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    house.open(NOW)
    return house


def given(
    house: House,
    content: bytes | str,
    name: str = "people.zip",
    caps: Caps = CAPS,
    options: Options | None = None,
) -> Taken:
    raw = content.encode() if isinstance(content, str) else content
    return intake.take_in(
        actor=house.responder,
        incident=house.incident,
        party=house.party,
        stream=io.BytesIO(raw),
        filename=name,
        now=NOW,
        options=options,
        caps=caps,
    )


def stored() -> set[str]:
    """The stored files, by name: all tests of a session share one folder."""
    return {path.stem for path in settings.DATA.files.rglob("*") if path.is_file()}


def became(taken: Taken) -> list[tuple[str, str, str, str]]:
    assert taken.archive
    return [(line.number, line.name, line.what, line.reason) for line in archive_lines(taken.archive)]


def test_each_file_of_an_archive_becomes_a_table_or_is_listed(opened: House) -> None:
    inner = packed({"c.csv": DAN, "copy of a.csv": ANN})
    content = packed(
        {
            "folder/": "",
            "folder/a.csv": ANN,
            "b.csv.gz": gzip.compress(BEN.encode()),
            "photo.jpg": b"\xff\xd8\xff\xe0" + bytes(range(256)) * 4,
            "inner.zip": inner,
            "empty.csv": "",
            "old.tar": TAR,
        }
    )

    before = stored()
    taken = given(opened, content)

    assert became(taken) == [
        ("1", "people.zip › folder/a.csv", "table", ""),
        ("2.1", "people.zip › b.csv.gz › b.csv", "table", ""),
        (
            "3",
            "people.zip › photo.jpg",
            "left_out",
            (
                "this is not a text file, or its encoding is unknown. Save it as CSV in UTF-8, or name its encoding when "
                "uploading (for instance windows-1252)."
            ),
        ),
        ("4.1", "people.zip › inner.zip › c.csv", "table", ""),
        ("4.2", "people.zip › inner.zip › copy of a.csv", "same", ""),
        ("5", "people.zip › empty.csv", "left_out", "the file is empty. Export the table again."),
        (
            "6",
            "people.zip › old.tar",
            "left_out",
            "this is an archive of a kind that is not read. Pack the tables as zip or gzip.",
        ),
    ]
    assert [open_sealed(file.file).read().decode() for file in taken.files] == [ANN, BEN, DAN]
    assert [file.archive_entry for file in taken.files] == ["1", "2.1", "4.1"]
    # The archive itself, the archives inside and what is no table are gone again.
    assert stored() - before == set(SealedFile.objects.values_list("name", flat=True))
    assert SealedFile.objects.count() == 3


def test_the_ledger_counts_and_names_nobody(opened: House) -> None:
    content = packed({"Zoé Lefèvre.csv": ANN, "Quéméneur.txt": "\0\1\2" * 50, "b/Lefèvre.csv": ANN})
    taken = given(opened, content, "clients.zip")
    archive = taken.archive
    assert archive

    assert entries(opened) == [
        (
            "intake.uploaded",
            {
                "party": opened.party.uid,
                "format": "csv",
                "size": len(ANN),
                "digest": taken.files[0].file.digest,
                "archive": archive.uid,
                "entry": "1",
            },
        ),
        (
            "intake.unpacked",
            {
                "party": opened.party.uid,
                "size": len(content),
                "digest": archive.digest,
                "files": 3,
                "tables": 1,
                "same": 1,
                "left_out": 1,
            },
        ),
    ]
    said = json.dumps([row.body for row in Entry.objects.all()], default=str)
    assert [word for word in ("Zoé", "Lef", "Qu", "clients.zip") if word in said] == []
    assert [
        word for word in ("Zoé", "Lefèvre", "Quéméneur") if word.encode() in bytes(archive.sealed_texts)
    ] == []


def test_a_packed_table_is_the_table_itself(opened: House) -> None:
    taken = given(opened, gzip.compress(ANN.encode()), "people.csv.gz")

    assert became(taken) == [("1", "people.csv.gz › people.csv", "table", "")]
    with pytest.raises(Conflict, match=r"people\.csv: this very file was given before"):
        intake.refuse_twice(given(opened, ANN, "people.csv"), "people.csv")
    again = given(opened, packed({"a.csv": ANN, "b.csv": BEN}))
    assert ([one[2] for one in became(again)], again.known) == (["same", "table"], taken.files)
    assert given(opened, packed({"x": ANN, "y": BEN})).archive is None
    assert IntakeArchive.objects.count() == 2


def test_another_sheet_of_the_same_workbook_is_another_table(opened: House) -> None:
    def more(book: object) -> None:
        book.create_sheet("Leavers").append(["Name", "E-mail"])  # type: ignore[attr-defined]
        book["Leavers"].append(["Ben Ode", "ben@example.org"])  # type: ignore[index]

    book = xlsx([["Name", "E-mail"], ["Ann Lee", "ann@example.org"]], more)
    first = given(opened, book, "staff.xlsx")
    second = given(opened, book, "staff.xlsx", options=Options(sheet="Leavers"))

    assert [file.sheet for taken in (first, second) for file in taken.files] == ["Sheet", "Leavers"]
    assert given(opened, book, "renamed.xlsx").known == first.files
    assert given(opened, packed({"a.xlsx": book}), options=Options(sheet="Leavers")).known == second.files


def _bomb() -> bytes:
    return packed({"a.csv": ANN, "b.csv": bytes(40 * 1024 * 1024)})


def _nested(depth: int) -> bytes:
    content, name = ANN.encode(), "a.csv"
    for _ in range(depth):
        content, name = packed({name: content}), "in.zip"
    return content


def _encrypted() -> bytes:
    raw = bytearray(packed({"a.csv": ANN}))
    raw[6] |= 1
    raw[raw.rfind(b"PK\x01\x02") + 8] |= 1
    return bytes(raw)


def _broken_inside() -> bytes:
    raw = bytearray(packed({"a.csv": ANN, "b.csv": BEN}, zipfile.ZIP_STORED))
    raw[raw.rfind(b"Ben Ode")] = 0x42 ^ 0x20
    return bytes(raw)


def _link() -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        link = zipfile.ZipInfo("passwords.csv")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    return written.getvalue()


HOSTILE = {
    "bomb": (
        _bomb(),
        (
            "people.zip, entry 2: the archive unpacks to more than 16 MB; at most 4096 MB and 250 times its size are taken. "
            "Give its tables one by one."
        ),
    ),
    "bomb in gzip": (
        gzip.compress(bytes(40 * 1024 * 1024)),
        (
            "people.zip: the archive unpacks to more than 16 MB; at most 4096 MB and 250 times its size are taken. "
            "Give its tables one by one."
        ),
    ),
    "encrypted": (
        _encrypted(),
        "people.zip, entry 1: the archive is encrypted. Pack the tables again, as an ordinary zip without a password.",
    ),
    "path": (
        packed({"a.csv": ANN, "../../x": BEN}),
        (
            "people.zip, entry 2: the name of this file leads out of the archive. Pack the tables again, as an ordinary zip "
            "without a password."
        ),
    ),
    "absolute": (
        packed({"/etc/people.csv": ANN}),
        (
            "people.zip, entry 1: the name of this file leads out of the archive. Pack the tables again, as an ordinary zip "
            "without a password."
        ),
    ),
    "drive": (
        packed({"C:\\people.csv": ANN}),
        (
            "people.zip, entry 1: the name of this file leads out of the archive. Pack the tables again, as an ordinary zip "
            "without a password."
        ),
    ),
    "link": (
        _link(),
        "people.zip, entry 1: this is a link to another place, not a file. Pack the file itself.",
    ),
    "deep": (
        _nested(4),
        (
            "people.zip, entry 1, entry 1, entry 1: archives lie in archives, more than 3 deep. Unpack the inner ones, and "
            "give their tables."
        ),
    ),
    "nothing readable": (
        packed({"a.jpg": b"\xff\xd8\xff\xe0" + bytes(range(256)) * 4, "b.pdf": b"%PDF\0\1\2"}),
        (
            "people.zip: not one of its 2 files is a table; entry 1: this is not a text file, or its encoding is unknown. "
            "Pack the tables, and give the archive again."
        ),
    ),
    "empty": (packed({}), "people.zip: the archive is empty. Pack the tables, and give the archive again."),
    "cut off": (
        packed({"a.csv": ANN})[:-30],
        "people.zip: the archive is damaged. Pack the tables again, as an ordinary zip without a password.",
    ),
    "damaged inside": (
        _broken_inside(),
        "people.zip, entry 2: the archive is damaged. Pack the tables again, as an ordinary zip without a password.",
    ),
    "damaged gzip": (
        gzip.compress(ANN.encode())[:-6],
        "people.zip: the archive is damaged. Pack the tables again, as an ordinary zip without a password.",
    ),
    "another method": (
        packed({"a.csv": ANN}, zipfile.ZIP_LZMA),
        (
            "people.zip, entry 1: the file is packed in a way that is not read. Pack the tables again, as an ordinary zip "
            "without a password."
        ),
    ),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_archive_is_refused_whole_with_place_and_mend(opened: House, kind: str) -> None:
    content, message = HOSTILE[kind]
    before = (Entry.objects.count(), stored())

    with pytest.raises(BadInput) as refused:
        given(opened, content)

    assert str(refused.value) == message
    assert (IntakeFile.objects.count(), IntakeArchive.objects.count(), SealedFile.objects.count()) == (
        0,
        0,
        0,
    )
    assert (Entry.objects.count(), stored()) == before


@pytest.mark.parametrize(
    ("caps", "message"),
    [
        (replace(CAPS, archive_files=2), "people.zip: the archive holds more than 2 files"),
        (replace(CAPS, directory_bytes=60), "people.zip: the archive holds too many files"),
        (replace(CAPS, archive_bytes=90), "entry 2: the archive unpacks to more than 0 MB"),
        (replace(CAPS, ratio_from=10, ratio=0), "entry 1: the archive unpacks to more than 0 MB"),
    ],
)
def test_every_cap_holds(opened: House, caps: Caps, message: str) -> None:
    before = stored()
    with pytest.raises(BadInput, match=message):
        given(opened, packed({"a.csv": ANN, "b.csv": BEN, "c.csv": DAN}), caps=caps)

    assert (IntakeFile.objects.count(), stored()) == (0, before)


def test_a_size_that_is_claimed_is_not_believed(opened: House) -> None:
    """An entry that says it is ten bytes long, in both places, and is twenty times the allowance."""
    raw = bytearray(packed({"b.csv": bytes(40 * 1024 * 1024)}))
    central = raw.rfind(b"PK\x01\x02")
    raw[22:26] = raw[central + 24 : central + 28] = (10).to_bytes(4, "little")

    with pytest.raises(BadInput, match="unpacks to more than 16 MB"):
        given(opened, bytes(raw))


def test_a_workbook_is_no_archive(opened: House) -> None:
    book = xlsx([["Name", "E-mail"], ["Ann Lee", "ann@example.org"]])

    assert given(opened, book, "staff.bin").archive is None
    with pytest.raises(BadInput, match="the archive holds no workbook"):
        given(opened, packed({"[Content_Types].xml": "<x/>", "word/document.xml": "<x/>"}), "letter.docx")
    with pytest.raises(BadInput, match="the name says workbook"):
        given(opened, ANN, "people.xlsx")


def test_what_fails_while_it_is_stored_leaves_nothing(opened: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def race(*_args: object, **_more: object) -> None:
        raise IntegrityError

    before = stored()
    monkeypatch.setattr("breach.services.intake_upload.record", race)
    with pytest.raises(Conflict, match="was given before"):
        given(opened, packed({"a.csv": ANN, "b.csv": BEN}))

    assert (SealedFile.objects.count(), IntakeArchive.objects.count(), stored()) == (0, 0, before)


def test_the_page_takes_an_archive_and_lists_it(opened: House) -> None:
    client = Client()
    client.force_login(opened.responder, backend="allauth.account.auth_backends.AuthenticationBackend")
    url = reverse("people-upload", args=[opened.incident.uid])
    content = io.BytesIO(packed({"a.csv": ANN, "b.csv": BEN, "notes.txt": "\0\1" * 90}))
    content.name = "people.zip"

    answer = client.post(url, {"table": content}, follow=True)

    archive = IntakeArchive.objects.get()
    assert answer.redirect_chain == [
        (reverse("people-archive", args=[opened.incident.uid, archive.uid]), 302)
    ]
    page = answer.content.decode()
    assert "3 = 2 new + 0 given before + 1 left out" in page
    assert [name for name in ("› a.csv", "› b.csv", "› notes.txt") if name not in page] == []
    assert list(IntakeFile.objects.values_list("state", flat=True)) == ["profiled", "profiled"]
    content.seek(0)
    refused = client.post(url, {"table": content})
    assert (refused.status_code, "was given before" in refused.content.decode()) == (422, True)
    table = client.get(reverse("people-file", args=[opened.incident.uid, archive.table_files.all()[1].uid]))
    assert "File 2, of 3" in table.content.decode()


def test_the_command_takes_an_archive_and_says_where_each_row_was_refused(
    opened: House, tmp_path: Path
) -> None:
    path = tmp_path / "people.zip"
    nobody = "Name;Country\nAnn;Freedonia\n"
    path.write_bytes(
        packed({"a.csv": ANN, "n.csv": nobody, "Zoé.pdf": "\0\1" * 90, "b.csv": BEN + "x;y;z\n"})
    )
    args = [str(path), "--incident", opened.incident.reference]

    document = run(*args)

    files = document.pop("files")
    assert [{key: value for key, value in one.items() if key != "file"} for one in files] == [  # type: ignore[attr-defined]
        {"entry": "1", "read": 1, "accepted": 1, "refused": 0, "set_aside": 0, "merged": 0},
        {"entry": "2", "read": 1, "accepted": 0, "refused": 1, "set_aside": 0, "merged": 0},
        {"entry": "4", "read": 3, "accepted": 2, "refused": 1, "set_aside": 0, "merged": 0},
    ]
    assert [(cell["entry"], cell["row"], cell["code"]) for cell in document["refused"]] == [  # type: ignore[attr-defined]
        ("2", 2, "country_unknown"),
        ("4", 4, "row_length"),
    ]
    assert [one["entry"] for one in document["left_out"]] == ["3"]  # type: ignore[attr-defined]
    assert (document["read"], document["accepted"], document["people"]) == (5, 3, 3)
    assert "Zo" not in json.dumps(document)


def test_the_command_goes_on_with_an_archive_that_was_interrupted(opened: House, tmp_path: Path) -> None:
    path = tmp_path / "people.zip"
    path.write_bytes(packed({"a.csv": ANN, "b.csv": BEN}))
    given(opened, path.read_bytes())

    document = run(str(path), "--incident", opened.incident.reference)

    assert (document["read"], document["accepted"], document["people"]) == (3, 3, 3)
    with pytest.raises(CommandError, match="was given before"):
        run(str(path), "--incident", opened.incident.reference)
