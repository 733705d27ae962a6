"""Seals for named readers: age files (age-encryption.org/v1), opened by anybody's age program.

A reader gives an age public key (age1…) or the ssh key they have already. Not imported by `breach.vault`
itself, so that checking a ledger needs no age library.
"""

from collections.abc import Sequence

import pyrage

from breach.errors import BadInput
from breach.vault.errors import Damaged, WrongKey

_MEND = "Give an age key (age1…, made by age-keygen) or an ssh-ed25519 or ssh-rsa public key."


def parse_recipient(text: str) -> str:
    """Return a reader's public key in its short form, without an ssh comment. Raises BadInput."""
    words = text.split()
    if not words:
        raise BadInput("No key was given", mend=_MEND, code="recipient_empty")
    if words[0].startswith(("ecdsa-", "sk-")):
        raise BadInput(f"age cannot seal for {words[0]} keys", mend=_MEND, code="recipient_unsupported")
    if words[0].upper().startswith("AGE-SECRET-KEY-") or "PRIVATE" in text.upper():
        raise BadInput(
            "This is a secret key", mend="Give the public key, and replace this one.", code="recipient_secret"
        )
    recipient = " ".join(words[:2]) if words[0].startswith("ssh-") else words[0]
    _load(recipient)
    return recipient


def _load(recipient: str) -> "pyrage.x25519.Recipient | pyrage.ssh.Recipient":
    kind = pyrage.ssh.Recipient if recipient.startswith("ssh-") else pyrage.x25519.Recipient
    try:
        return kind.from_str(recipient)
    except pyrage.RecipientError:
        raise BadInput(
            "This is no key that age can seal for", mend=_MEND, code="recipient_unreadable"
        ) from None


def seal_for_readers(plaintext: bytes, recipients: Sequence[str]) -> bytes:
    """Return an age file that every one of the recipients can open. Raises BadInput for a bad key or none."""
    if not recipients:
        raise BadInput(
            "Nobody is named as reader", mend="Name at least one reader with a key.", code="readers_none"
        )
    unique = list(dict.fromkeys(parse_recipient(text) for text in recipients))
    sealed: bytes = pyrage.encrypt(plaintext, [_load(recipient) for recipient in unique])
    return sealed


def new_identity() -> tuple[str, str]:
    """Return a new reader's (secret, public key). The secret is the reader's; the house keeps the other."""
    identity = pyrage.x25519.Identity.generate()
    return str(identity), str(identity.to_public())


def open_as_reader(blob: bytes, secret: str) -> bytes:
    """Open an age file with an age secret or an unencrypted ssh private key. Raises WrongKey or Damaged."""
    try:
        if secret.lstrip().startswith("-----BEGIN"):
            identity = pyrage.ssh.Identity.from_buffer(secret.encode())
        else:
            identity = pyrage.x25519.Identity.from_str(secret.strip())
    except pyrage.IdentityError:
        raise WrongKey("this is no secret key that age knows") from None
    try:
        opened: bytes = pyrage.decrypt(blob, [identity])
    except pyrage.DecryptError as problem:
        if "No matching keys" in str(problem):
            raise WrongKey("the file was not sealed for this reader") from None
        raise Damaged("the file was changed or is no age file") from None
    return opened
