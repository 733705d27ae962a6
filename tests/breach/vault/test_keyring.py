"""The keyring and the incidents' keys: made once, kept private, rotated, destroyed for good."""

import json
import os
import stat
import threading
from pathlib import Path

import pytest

from breach.vault import (
    Damaged,
    Destroyed,
    IncidentKeys,
    KeyExists,
    KeyExposed,
    KeyMissing,
    Keyring,
    TooMuchWork,
    UnknownVersion,
    WrongKey,
)
from breach.vault.signing import Signer, Succession, is_signature, trusted_keys

UID, OTHER = "7w3k9d2m5h8r4t6v1n0p", "aaaaaaaaaaaaaaaaaaaa"
LIGHT = 10  # scrypt work for tests


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keys" / "keyring.json"


@pytest.fixture
def keyring(path: Path) -> Keyring:
    return Keyring.create(path)


@pytest.fixture
def keys(tmp_path: Path, keyring: Keyring) -> IncidentKeys:
    return IncidentKeys(tmp_path / "incidents", keyring)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_keyring_is_private_and_opens_again(path: Path) -> None:
    made = Keyring.create(path)
    again = Keyring.load(path)
    assert mode(path) == 0o600
    assert again.key_ids == made.key_ids
    assert again.signer().public_key_bytes == made.signer().public_key_bytes
    assert not again.is_protected


def test_a_keyring_is_never_overwritten(path: Path) -> None:
    Keyring.create(path)
    before = path.read_bytes()
    with pytest.raises(KeyExists):
        Keyring.create(path)
    assert path.read_bytes() == before
    assert sorted(child.name for child in path.parent.iterdir()) == ["keyring.json"]


def test_two_first_starts_at_once_get_the_same_keyring(path: Path) -> None:
    found: list[tuple[str, ...]] = []
    start = threading.Barrier(8)

    def begin() -> None:
        start.wait()
        found.append(Keyring.ensure(path).key_ids)

    threads = [threading.Thread(target=begin) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1


def test_a_keyring_that_others_may_read_is_refused(path: Path, keyring: Keyring) -> None:
    path.chmod(0o640)
    with pytest.raises(KeyExposed, match="chmod 600"):
        Keyring.load(path)


def test_a_missing_keyring_is_its_own_refusal(path: Path) -> None:
    with pytest.raises(KeyMissing):
        Keyring.load(path)


def test_a_passphrase_opens_and_hides_the_keys(path: Path) -> None:
    made = Keyring.create(path, "a long passphrase", work=LIGHT)
    text = path.read_text()
    seed = made._content.signer_seed.hex()
    assert made.is_protected
    assert seed not in text
    assert made._content.keys[0].hex() not in text
    assert Keyring.load(path, "a long passphrase").key_ids == made.key_ids
    for wrong in (None, "a long passphrasE"):
        with pytest.raises(WrongKey):
            Keyring.load(path, wrong)


def test_no_part_in_clear_of_a_protected_keyring_can_be_changed(path: Path) -> None:
    Keyring.create(path, "pass", work=LIGHT)
    document = json.loads(path.read_text())
    document["public_keys"] = [Signer(os.urandom(32)).public_key_bytes.hex()]
    path.write_text(json.dumps(document))
    with pytest.raises(Damaged):
        Keyring.load(path, "pass")


def test_a_keyring_that_asks_for_too_much_work_is_refused_before_the_work(path: Path) -> None:
    Keyring.create(path, "pass", work=LIGHT)
    document = json.loads(path.read_text())
    document["protection"]["work"] = 40
    path.write_text(json.dumps(document))
    with pytest.raises(TooMuchWork):
        Keyring.load(path, "pass")


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"version": 2}, UnknownVersion),
        ({"protection": {"kind": "quantum"}}, UnknownVersion),
        ({"format": "something else"}, Damaged),
        ({"secrets": {"keys": [], "signer": "00" * 32}}, Damaged),
        ({"secrets": {"keys": ["00" * 31], "signer": "00" * 32}}, Damaged),
        ({"secrets": None}, Damaged),
        ({"public_keys": ["00" * 32]}, Damaged),
    ],
)
def test_a_keyring_file_that_does_not_fit_is_refused(
    path: Path, keyring: Keyring, change: dict, refusal: type
) -> None:
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(refusal):
        Keyring.load(path)


def test_a_cut_keyring_file_is_damaged(path: Path, keyring: Keyring) -> None:
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(Damaged):
        Keyring.load(path)


def test_keys_do_not_show_in_representations(keyring: Keyring, keys: IncidentKeys) -> None:
    vault = keys.create(UID)
    secrets = [keyring._content.keys[0].hex(), keyring._content.signer_seed.hex(), vault._seal_key.hex()]
    shown = f"{keyring!r} {keyring._content!r} {keyring.signer()!r} {vault!r}"
    assert not any(secret in shown for secret in secrets)


def test_an_incident_key_is_wrapped_in_a_private_file_of_its_own(tmp_path: Path, keys: IncidentKeys) -> None:
    sealed = keys.create(UID).seal(b"x", context="c")
    keys.create(OTHER)
    file = tmp_path / "incidents" / f"{UID}.key"
    assert mode(file) == 0o600
    assert file.stat().st_size == 1 + 8 + 12 + 32 + 16
    assert keys.vault(UID).open(sealed, context="c") == b"x"
    with pytest.raises(WrongKey):
        keys.vault(OTHER).open(sealed, context="c")


def test_an_incident_key_is_made_once(keys: IncidentKeys) -> None:
    keys.create(UID)
    with pytest.raises(KeyExists):
        keys.create(UID)


def test_a_key_file_renamed_to_another_incident_does_not_open(tmp_path: Path, keys: IncidentKeys) -> None:
    keys.create(UID)
    folder = tmp_path / "incidents"
    (folder / f"{UID}.key").rename(folder / f"{OTHER}.key")
    with pytest.raises(Damaged):
        keys.vault(OTHER)
    with pytest.raises(KeyMissing, match=UID):
        keys.vault(UID)


@pytest.mark.parametrize("uid", ["", "../../etc/passwd", "a/b", "..", "x" * 41, "abc\n"])
def test_a_uid_cannot_name_another_place(keys: IncidentKeys, uid: str) -> None:
    for verb in (keys.create, keys.vault, keys.destroy):
        with pytest.raises(ValueError, match="uid"):
            verb(uid)


def test_a_destroyed_key_stays_destroyed_when_a_backup_brings_it_back(
    tmp_path: Path, keys: IncidentKeys
) -> None:
    keys.create(UID)
    file = tmp_path / "incidents" / f"{UID}.key"
    backup = file.read_bytes()
    keys.destroy(UID)
    assert not file.exists()
    with pytest.raises(Destroyed):
        keys.vault(UID)
    file.write_bytes(backup)
    file.chmod(0o600)
    with pytest.raises(Destroyed):
        keys.vault(UID)
    assert not file.exists()
    with pytest.raises(Destroyed):
        keys.create(UID)


def test_after_a_restore_of_everything_the_ledger_can_say_what_was_destroyed(
    tmp_path: Path, keys: IncidentKeys
) -> None:
    keys.create(UID)
    file = tmp_path / "incidents" / f"{UID}.key"
    backup = file.read_bytes()
    keys.destroy(UID)
    (tmp_path / "incidents" / "destroyed").unlink()  # the list was lost with the disk
    file.write_bytes(backup)
    file.chmod(0o600)
    assert keys.apply_destroyed([UID]) == 1
    with pytest.raises(Destroyed):
        keys.vault(UID)
    assert keys.apply_destroyed([UID]) == 0


def test_destroying_one_key_leaves_the_others(keys: IncidentKeys) -> None:
    keys.create(UID)
    sealed = keys.create(OTHER).seal(b"x", context="c")
    keys.destroy(UID)
    keys.destroy(UID)
    assert keys.destroyed() == {UID}
    assert keys.vault(OTHER).open(sealed, context="c") == b"x"


def test_rotation_rewraps_and_never_reseals(tmp_path: Path, keyring: Keyring, keys: IncidentKeys) -> None:
    sealed = keys.create(UID).seal(b"x", context="c")
    file = tmp_path / "incidents" / f"{UID}.key"
    old_file, (old_id,) = file.read_bytes(), keyring.key_ids
    keyring.rotate()
    assert keyring.key_ids[1:] == (old_id,)
    assert keys.vault(UID).open(sealed, context="c") == b"x"  # read with every key
    assert keys.rewrap_all() == 1
    assert keys.rewrap_all() == 0
    assert file.read_bytes()[1:9].hex() == keyring.key_ids[0]  # written with the first
    assert keys.vault(UID).open(sealed, context="c") == b"x"
    assert keys.retire_old_keys(keyring) == 1
    assert keys.vault(UID).open(sealed, context="c") == b"x"
    file.write_bytes(old_file)
    with pytest.raises(WrongKey):
        keys.vault(UID)


@pytest.mark.parametrize("rewrapped", [False, True])
def test_retiring_stops_before_anything_is_forgotten_when_a_key_does_not_open(
    tmp_path: Path, keyring: Keyring, keys: IncidentKeys, *, rewrapped: bool
) -> None:
    keys.create(UID)
    keyring.rotate()
    if rewrapped:
        keys.rewrap_all()
    file = tmp_path / "incidents" / f"{UID}.key"
    blob = file.read_bytes()
    file.write_bytes(blob[:-1] + bytes([blob[-1] ^ 1]))
    with pytest.raises(Damaged):
        keys.retire_old_keys(keyring)
    assert len(keyring.key_ids) == 2


def test_another_process_notices_a_rotation(path: Path, tmp_path: Path, keyring: Keyring) -> None:
    elsewhere = Keyring.load(path)
    keyring.rotate()
    here, there = (IncidentKeys(tmp_path / "incidents", one) for one in (keyring, elsewhere))
    here.create(UID)
    there.vault(UID)
    there.create(OTHER)
    assert (tmp_path / "incidents" / f"{OTHER}.key").read_bytes()[1:9].hex() == keyring.key_ids[0]
    keyring.rotate()
    assert elsewhere.signer().key_id == keyring.signer().key_id


def test_a_passphrase_set_later_protects_the_file_at_the_next_rotation(path: Path, tmp_path: Path) -> None:
    IncidentKeys(tmp_path / "incidents", Keyring.create(path)).create(UID)
    keyring = Keyring.load(path, "set later")
    assert not keyring.is_protected
    keyring.change_passphrase("set later", work=LIGHT)
    assert Keyring.load(path, "set later").is_protected
    keyring.rotate()
    IncidentKeys(tmp_path / "incidents", Keyring.load(path, "set later")).vault(UID)


def test_rotation_protects_a_plain_keyring_by_the_passphrase_given(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("breach.vault.passphrase.Stretching.new.__func__.__defaults__", (LIGHT,))
    Keyring.create(path)
    Keyring.load(path, "pass").rotate()
    with pytest.raises(WrongKey):
        Keyring.load(path)
    assert Keyring.load(path, "pass").is_protected


def test_trust_passes_along_successions_in_both_directions_and_no_further(keyring: Keyring) -> None:
    first = keyring.signer().public_key_bytes
    keyring.rotate()
    keyring.rotate()
    newest = keyring.signer().public_key_bytes
    assert keyring.public_keys[0] == newest
    assert keyring.public_keys[-1] == first
    assert len(keyring.public_keys) == 3
    assert trusted_keys([newest], keyring.successions) == set(keyring.public_keys)
    assert trusted_keys([first], keyring.successions) == set(keyring.public_keys)
    intruder = Signer(os.urandom(32))
    forged = Succession(first, intruder.public_key_bytes, bytes(64), keyring.successions[0].by_new)
    assert trusted_keys([first], [*keyring.successions, forged]) == set(keyring.public_keys)


def test_a_signature_holds_for_its_message_and_key_only(keyring: Keyring) -> None:
    signer = keyring.signer()
    signature = signer.sign(b"message")
    assert is_signature(signer.public_key_bytes, signature, b"message")
    assert not is_signature(signer.public_key_bytes, signature, b"Message")
    assert not is_signature(Signer(os.urandom(32)).public_key_bytes, signature, b"message")
    assert not is_signature(b"short", signature, b"message")
    assert not is_signature(signer.public_key_bytes, b"short", b"message")
