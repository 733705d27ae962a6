"""Seals for named readers, and secrets that people carry by hand."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from breach.errors import BadInput
from breach.vault import Damaged, WrongKey, new_passphrase, readers


def ssh_pair(private: object) -> tuple[str, str]:
    secret = private.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()).decode()  # type: ignore[attr-defined]
    public = private.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()  # type: ignore[attr-defined]
    return secret, public


def test_every_named_reader_opens_the_file_and_nobody_else() -> None:
    (secret, public), (other_secret, other_public), (stranger, _) = (readers.new_identity() for _ in range(3))
    ssh_secret, ssh_public = ssh_pair(ed25519.Ed25519PrivateKey.generate())
    sealed = readers.seal_for_readers(b"report", [public, other_public, f"{ssh_public} ines@laptop"])
    for holder in (secret, other_secret, ssh_secret):
        assert readers.open_as_reader(sealed, holder) == b"report"
    with pytest.raises(WrongKey):
        readers.open_as_reader(sealed, stranger)
    assert b"report" not in sealed


def test_an_rsa_key_of_ssh_will_do() -> None:
    secret, public = ssh_pair(rsa.generate_private_key(public_exponent=65537, key_size=2048))
    assert readers.open_as_reader(readers.seal_for_readers(b"x", [public]), secret) == b"x"


def test_a_changed_file_is_damaged_and_a_bad_secret_is_a_wrong_key() -> None:
    secret, public = readers.new_identity()
    sealed = readers.seal_for_readers(b"report", [public])
    with pytest.raises(Damaged):
        readers.open_as_reader(sealed[:-1] + bytes([sealed[-1] ^ 1]), secret)
    with pytest.raises(Damaged):
        readers.open_as_reader(b"no age file", secret)
    with pytest.raises(WrongKey):
        readers.open_as_reader(sealed, "AGE-SECRET-KEY-NONSENSE")


def test_a_recipient_is_kept_without_its_comment() -> None:
    _, public = ssh_pair(ed25519.Ed25519PrivateKey.generate())
    assert readers.parse_recipient(f"  {public} ines@laptop\n") == public
    _, age = readers.new_identity()
    assert readers.parse_recipient(age) == age


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "recipient_empty"),
        ("age1nonsense", "recipient_unreadable"),
        ("ssh-ed25519", "recipient_unreadable"),
        ("ssh-ed25519 AAAA", "recipient_unreadable"),
        ("ssh-dss AAAAB3NzaC1kc3MAAACBAKD", "recipient_unreadable"),
        ("sk-ssh-ed25519@openssh.com AAAA", "recipient_unsupported"),
        ("ines@example.org", "recipient_unreadable"),
    ],
)
def test_a_key_that_age_cannot_use_is_refused_with_a_mend(text: str, code: str) -> None:
    with pytest.raises(BadInput) as refusal:
        readers.parse_recipient(text)
    assert refusal.value.code == code
    assert "ssh-ed25519" in refusal.value.mend


def test_an_ecdsa_key_is_refused_by_name() -> None:
    _, public = ssh_pair(ec.generate_private_key(ec.SECP256R1()))
    with pytest.raises(BadInput, match="ecdsa-sha2-nistp256"):
        readers.parse_recipient(public)


def test_a_secret_given_by_mistake_is_refused_and_not_repeated() -> None:
    secret, _ = readers.new_identity()
    with pytest.raises(BadInput) as refusal:
        readers.parse_recipient(secret)
    assert refusal.value.code == "recipient_secret"
    assert secret not in str(refusal.value)


def test_nobody_named_is_refused() -> None:
    with pytest.raises(BadInput, match="Nobody"):
        readers.seal_for_readers(b"x", [])


@pytest.mark.skipif(shutil.which("age") is None, reason="the age program is not installed")
def test_the_age_program_opens_what_we_seal(tmp_path: Path) -> None:
    secret, public = readers.new_identity()
    (tmp_path / "key").write_text(secret)
    (tmp_path / "report.age").write_bytes(readers.seal_for_readers(b"report" * 20000, [public]))
    opened = subprocess.run(
        ["age", "-d", "-i", tmp_path / "key", tmp_path / "report.age"], capture_output=True, check=True
    )
    assert opened.stdout == b"report" * 20000


def test_a_passphrase_has_five_groups_without_letters_that_are_misread() -> None:
    made = {new_passphrase() for _ in range(50)}
    assert len(made) == 50
    assert all(re.fullmatch(r"([0-9A-HJKMNP-TV-Z]{5}-){4}[0-9A-HJKMNP-TV-Z]{5}", one) for one in made)
    with pytest.raises(ValueError, match="three"):
        new_passphrase(2)


def test_vault_and_verifier_import_neither_django_nor_age() -> None:
    program = (
        "import sys, breach.vault, breach.ledger.verify\n"
        "found = {'django', 'pyrage', 'sqlite3', 'psycopg'} & sys.modules.keys()\n"
        "sys.exit(f'imported {found}' if found else 0)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
