"""Sealed files: nothing in clear on disk, bound to where they belong, no half-written ones."""

import io
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings

from breach import files
from breach.errors import BadInput
from breach.models import SealedFile
from breach.vault import VaultError
from tests.house import House

CONTENT = "Zoé Lefèvre; zoe@example.org\n".encode() * 9000


def stored(house: House, now: datetime) -> SealedFile:
    return files.store_sealed(
        incident=house.incident,
        stream=io.BytesIO(CONTENT),
        purpose="evidence",
        now=now,
        filename="Lefèvre.log",
    )


def test_a_file_comes_back_whole_and_lies_sealed_under_a_random_name(house: House, now: datetime) -> None:
    house.open(now)
    row = stored(house, now)
    with files.open_sealed(row) as stream:
        assert stream.read() == CONTENT
    raw = files.path_of(row.name).read_bytes()
    assert b"zoe@example.org" not in raw
    assert files.path_of(row.name).stat().st_mode & 0o777 == 0o600
    assert files.meta_of(row)["filename"] == "Lefèvre.log"
    assert (row.size, len(row.digest)) == (len(CONTENT), 64)


def test_a_file_of_another_row_or_purpose_does_not_open(house: House, now: datetime) -> None:
    house.open(now)
    one, two = stored(house, now), stored(house, now)
    files.path_of(one.name).write_bytes(files.path_of(two.name).read_bytes())
    with pytest.raises(VaultError):
        files.open_sealed(one)


def test_too_large_a_file_is_refused_and_leaves_nothing(
    house: House, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.open(now)
    monkeypatch.setattr(settings, "TOCSIN_MAX_UPLOAD", 1000)
    before = set(Path(settings.DATA.files).rglob("*.part")), SealedFile.objects.count()
    with pytest.raises(BadInput, match="larger than"):
        stored(house, now)
    assert (set(Path(settings.DATA.files).rglob("*.part")), SealedFile.objects.count()) == before


def test_the_sweep_removes_old_orphans_and_keeps_what_a_row_names(house: House, now: datetime) -> None:
    house.open(now)
    kept = stored(house, now)
    lost = stored(house, now)
    SealedFile.objects.filter(pk=lost.pk).delete()
    written = datetime.fromtimestamp(files.path_of(kept.name).stat().st_mtime, tz=now.tzinfo)
    files.sweep_orphans(older_than=written - timedelta(hours=1))
    assert files.path_of(lost.name).exists()
    files.sweep_orphans(older_than=written + timedelta(hours=1))
    assert (files.path_of(lost.name).exists(), files.path_of(kept.name).exists()) == (False, True)
