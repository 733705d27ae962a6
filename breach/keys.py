"""The installation's keyring and incident keys, opened once per process."""

from functools import cache
from pathlib import Path
from typing import Protocol

from django.conf import settings

from breach.vault import IncidentKeys, IncidentVault, Keyring, Signer


class HasUid(Protocol):
    """Anything that names an incident by its uid."""

    uid: str


@cache
def _keyring(folder: Path, passphrase: str | None) -> Keyring:
    return Keyring.ensure(folder / "keyring.json", passphrase)


def keyring() -> Keyring:
    """Return the keyring; it is made on first start, mode 0600, outside the database's folder."""
    return _keyring(settings.TOCSIN_KEYS, settings.TOCSIN_KEYRING_PASSPHRASE)


def incident_keys() -> IncidentKeys:
    return IncidentKeys(settings.TOCSIN_KEYS / "incidents", keyring())


def vault_for(incident: HasUid) -> IncidentVault:
    """Return the vault that seals and opens what belongs to `incident`. Raises Destroyed after erasure."""
    return incident_keys().vault(incident.uid)


def signer() -> Signer:
    return keyring().signer()


def forget() -> None:
    """Drop what this process has opened, after a rotation or for a test with keys of its own."""
    _keyring.cache_clear()
