"""The vault: the only room that touches ciphers.

Nothing here imports Django, and age (readers.py) only when asked for: checking a ledger must need neither.
"""

from breach.vault.canonical import canonical_json, new_salt, salted_digest
from breach.vault.errors import (
    Damaged,
    Destroyed,
    KeyExists,
    KeyExposed,
    KeyMissing,
    TooMuchWork,
    UnknownVersion,
    VaultError,
    WrongKey,
)
from breach.vault.incident import IncidentVault
from breach.vault.incident_keys import IncidentKeys
from breach.vault.keyring import Keyring, KeyWrapper
from breach.vault.passwords import new_passphrase
from breach.vault.signing import Signer

__all__ = [
    "Damaged",
    "Destroyed",
    "IncidentKeys",
    "IncidentVault",
    "KeyExists",
    "KeyExposed",
    "KeyMissing",
    "KeyWrapper",
    "Keyring",
    "Signer",
    "TooMuchWork",
    "UnknownVersion",
    "VaultError",
    "WrongKey",
    "canonical_json",
    "new_passphrase",
    "new_salt",
    "salted_digest",
]
