"""The installation's keyring and incident keys, opened once per process."""

from functools import cache
from pathlib import Path
from typing import Protocol

from django.conf import settings

from breach.vault import IncidentKeys, IncidentVault, KeyExists, KeyMissing, Keyring, Signer

# The house's own secrets (addresses of webhooks and the like) have a key beside those of the incidents, so that
# it is wrapped, rotated and backed up as they are. No incident has this id: theirs have twenty characters.
HOUSE_KEY = "housesecrets"


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


def house_vault() -> IncidentVault:
    """Return the vault of what belongs to the house and to no incident; its key is made when first asked for."""
    keys = incident_keys()
    try:
        return keys.vault(HOUSE_KEY)
    except KeyMissing:
        try:
            return keys.create(HOUSE_KEY)
        except KeyExists:  # another process was quicker
            return keys.vault(HOUSE_KEY)


def signer() -> Signer:
    return keyring().signer()


def forget() -> None:
    """Drop what this process has opened, after a rotation or for a test with keys of its own."""
    _keyring.cache_clear()
