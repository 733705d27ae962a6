"""Changing the house's keys: new ones wrap and sign, old ones go on reading until they are retired."""

import base64
from dataclasses import dataclass
from datetime import datetime

from allauth.mfa.models import Authenticator
from django.db import transaction

from breach.models import User
from breach.permissions import require
from breach.services.keys import incident_keys, keyring
from breach.services.ledger import sign_checkpoint
from breach.services.record import record
from breach.vault import Keyring

FACTOR_CONTEXT = "second-factor"  # associated data of sealed factors; frozen
SEALED_IN_FACTORS = {"secret", "seed"}


@dataclass(frozen=True, slots=True)
class Rotated:
    """What a rotation did: the new keys' ids, the public key (hex), counts of keys moved and gone."""

    wrapping_key: str
    signing_key: str
    public_key: str
    rewrapped: int
    retired: int


def rotate_keys(*, actor: User | None, new_signer: bool, retire: bool, now: datetime) -> Rotated:
    """Put new keys first in the keyring and wrap every incident's key anew; nothing sealed is sealed again.

    The old signing key signs a last checkpoint, the new one the next. With `retire` the old wrapping keys are
    forgotten: copies of incident keys in old backups are unreadable from then on. May be repeated after a
    crash. `actor` is None for the operator at the machine.
    """
    if actor is not None:
        require(actor, "keys.manage")
    sign_checkpoint(actor=actor, now=now)
    keys = keyring()
    keys.rotate(signer=new_signer)
    rewrapped = incident_keys().rewrap_all() + _rewrap_factors(keys)
    retired = incident_keys().retire_old_keys(keys) if retire else 0
    signer = keys.signer()
    done = Rotated(keys.key_ids[0], signer.key_id, signer.public_key_bytes.hex(), rewrapped, retired)
    data = {
        "wrapping_key": done.wrapping_key,
        "signing_key": done.signing_key,
        "public_key": done.public_key,
        "rewrapped": rewrapped,
        "retired": retired,
    }
    with transaction.atomic():
        record(actor=actor, incident=None, action="keys.rotated", subject="keyring", now=now, data=data)
    sign_checkpoint(actor=actor, now=now)
    return done


def _rewrap_factors(keys: Keyring) -> int:
    """Bring the secrets of second factors under the newest key. Returns how many moved."""
    moved = 0
    for row in Authenticator.objects.exclude(type=Authenticator.Type.WEBAUTHN):
        for name in SEALED_IN_FACTORS & row.data.keys():
            blob = base64.b64decode(row.data[name])
            if keys.is_current(blob):
                continue
            with keys.hold(), transaction.atomic():
                clear = keys.unwrap(blob, context=FACTOR_CONTEXT)
                row.data[name] = base64.b64encode(keys.wrap(clear, context=FACTOR_CONTEXT)).decode("ascii")
                row.save(update_fields=["data"])
            moved += 1
    return moved


def change_passphrase(*, actor: User | None, passphrase: str, now: datetime) -> None:
    """Protect the keyring file by another passphrase; the keys stay the same."""
    if actor is not None:
        require(actor, "keys.manage")
    keyring().change_passphrase(passphrase)
    with transaction.atomic():
        record(actor=actor, incident=None, action="keys.passphrase_changed", subject="keyring", now=now)
