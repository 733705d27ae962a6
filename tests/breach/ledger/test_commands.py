"""The commands of ledger and keys, as an operator runs them."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from breach import keys
from breach.ledger import log
from breach.ledger.reading import verify_file
from breach.ledger.testing import without_triggers
from breach.models import Entry
from breach.vault import Destroyed, Keyring, WrongKey

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
UID = "aaaaaaaaaaaaaaaaaaaa"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def keys_apart(tmp_path: Path, settings: Any) -> Iterator[Path]:
    """Keys of this test's own."""
    settings.TOCSIN_KEYS = tmp_path / "keys"
    settings.TOCSIN_KEYRING_PASSPHRASE = None
    keys.forget()
    yield settings.TOCSIN_KEYS
    keys.forget()


@pytest.fixture(autouse=True)
def ledger() -> None:
    for chain in ("house", f"incident/{UID}", f"access/{UID}"):
        log.append(
            chain=chain, actor_id=None, actor_uid="system", action="a.b", subject="s", data={}, now=NOW
        )


def run(*words: str) -> dict[str, Any]:
    out = StringIO()
    call_command(*words, "--json", stdout=out)
    document: dict[str, Any] = json.loads(out.getvalue())
    return document


def spoil() -> None:
    with without_triggers(connection), connection.cursor() as cursor:
        cursor.execute("UPDATE ledger_entry SET subject = 'x' WHERE chain = 'house'")


def test_verify_ledger_says_that_all_is_well() -> None:
    document = run("verify_ledger")
    assert (document["intact"], document["entries"], document["findings"]) == (True, 3, [])


def test_verify_ledger_exits_1_after_saying_what_is_wrong() -> None:
    spoil()
    out = StringIO()
    with pytest.raises(CommandError) as ended:
        call_command("verify_ledger", stdout=out)
    assert ended.value.returncode == 1
    assert "house 1: a look-up column differs from the entry itself [column]" in out.getvalue()


def test_export_ledger_writes_a_private_file_that_checks_alone(tmp_path: Path) -> None:
    file = tmp_path / "ledger.jsonl"
    document = run("export_ledger", str(file))
    report = verify_file(file, pinned=[keys.signer().public_key_bytes], noted=[document["short"]])
    assert report.findings.kept == []
    assert report.complete
    assert report.entries == document["entries"] == 5  # the three, the export itself, the checkpoint
    assert file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.glob("*ledger*")] == ["ledger.jsonl"]
    assert Entry.objects.filter(action="ledger.exported").count() == 1


def test_export_ledger_does_not_write_over_a_file_unless_told(tmp_path: Path) -> None:
    file = tmp_path / "ledger.jsonl"
    file.write_text("mine")
    with pytest.raises(CommandError, match=r"ledger\.jsonl: The file exists\. Name another") as ended:
        run("export_ledger", str(file))
    assert (ended.value.returncode, file.read_text()) == (2, "mine")
    run("export_ledger", str(file), "--replace")
    assert verify_file(file).is_intact


def test_export_ledger_refuses_an_unknown_incident_and_a_missing_folder(tmp_path: Path) -> None:
    for words, place in (
        ([str(tmp_path / "x"), "--incident", "2099-001"], "--incident"),
        ([str(tmp_path / "no" / "x")], "Cannot write"),
    ):
        with pytest.raises(CommandError, match=place) as ended:
            run("export_ledger", *words)
        assert ended.value.returncode == 2
    assert not list(tmp_path.glob("*x*"))


def test_rotate_keys_keeps_what_was_sealed_and_the_trust_in_old_checkpoints(tmp_path: Path) -> None:
    sealed = keys.incident_keys().create(UID).seal(b"x", context="c")
    old = keys.signer()
    document = run("rotate_keys", "--retire")
    assert (document["rewrapped"], document["retired"]) == (1, 1)
    assert document["signing_key"] != old.key_id
    keys.forget()  # as a new process would begin
    assert keys.incident_keys().vault(UID).open(sealed, context="c") == b"x"
    run("export_ledger", str(tmp_path / "ledger.jsonl"))
    for pinned in (old.public_key_bytes, bytes.fromhex(document["public_key"])):
        assert verify_file(tmp_path / "ledger.jsonl", pinned=[pinned]).findings.kept == []
    assert run("verify_ledger")["intact"]
    assert Entry.objects.filter(action="keys.rotated").count() == 1


def test_rotate_keys_may_keep_the_signer_and_the_old_keys() -> None:
    old = keys.signer().key_id
    document = run("rotate_keys", "--keep-signer")
    assert (document["signing_key"], document["retired"]) == (old, 0)
    assert len(keys.keyring().key_ids) == 2


def test_a_passphrase_is_changed_from_the_environment(
    keys_apart: Path, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    keys.incident_keys().create(UID)
    with pytest.raises(CommandError, match="TOCSIN_NEW_KEYRING_PASSPHRASE") as ended:
        run("rotate_keys", "--change-passphrase")
    assert ended.value.returncode == 2
    monkeypatch.setenv("TOCSIN_NEW_KEYRING_PASSPHRASE", "a new passphrase")
    run("rotate_keys", "--change-passphrase")
    with pytest.raises(WrongKey):
        Keyring.load(keys_apart / "keyring.json")
    settings.TOCSIN_KEYRING_PASSPHRASE = "a new passphrase"
    keys.forget()
    keys.incident_keys().vault(UID)


def test_a_destroyed_incident_does_not_stop_a_rotation() -> None:
    keys.incident_keys().create(UID)
    keys.incident_keys().destroy(UID)
    assert run("rotate_keys", "--retire")["rewrapped"] == 0
    with pytest.raises(Destroyed):
        keys.incident_keys().vault(UID)
