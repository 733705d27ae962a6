"""What people do with the ledger as a whole: sign where it stands, and take a copy out."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from django.db import transaction

from breach.errors import BadInput
from breach.ledger import export, log
from breach.models import ChainHead, Checkpoint, Incident, User
from breach.permissions import require
from breach.services.keys import keyring
from breach.services.record import record


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written: entries by chain, SHA-256 of the file (hex), the checkpoint just before."""

    chains: dict[str, int]
    sha256: str
    checkpoint: Checkpoint


class _Digesting:
    """A writer that digests what passes."""

    def __init__(self, target: BinaryIO) -> None:
        self._target, self.sha256 = target, hashlib.sha256()

    def write(self, data: bytes) -> int:
        self.sha256.update(data)
        return self._target.write(data)


def sign_checkpoint(*, actor: User | None, now: datetime) -> Checkpoint:
    """Sign the heads of all chains; print the checkpoint's `short` on what leaves the house."""
    by = (actor.pk, actor.uid) if actor else (None, "system")
    return log.checkpoint(signer=keyring().signer(), now=now, actor_id=by[0], actor_uid=by[1])


def export_ledger(
    *, actor: User | None, incidents: Sequence[Incident] | None, stream: BinaryIO, now: datetime
) -> Exported:
    """Write the chains of `incidents` (their access chains too), or the whole ledger for None, to `stream`.

    The export itself is entered and a checkpoint signed first, so that both are in it. `actor` is None for
    the operator at the machine. Raises Forbidden.
    """
    if actor is not None:
        _require_export(actor, incidents)
    for incident in (None,) if incidents is None else incidents:
        subject = incident.uid if incident else "house"
        with transaction.atomic():
            record(actor=actor, incident=incident, action="ledger.exported", subject=subject, now=now)
    signed = sign_checkpoint(actor=actor, now=now)
    chains = None if incidents is None else _chains_of(incidents)
    digesting, keys = _Digesting(stream), keyring()
    written = export.export(
        digesting,
        chains,
        signer=keys.signer(),
        public_keys=keys.public_keys,
        successions=keys.successions,
        now=now,
    )
    return Exported(written, digesting.sha256.hexdigest(), signed)


def _require_export(actor: User, incidents: Sequence[Incident] | None) -> None:
    if incidents is None:
        raise BadInput(
            "The whole ledger is exported at the machine", mend="Run: manage.py export_ledger FILE"
        )
    for incident in incidents:
        require(actor, "ledger.export", incident)


def _chains_of(incidents: Sequence[Incident]) -> list[str]:
    names = [name for incident in incidents for name in (incident.chain, incident.access_chain)]
    known = set(ChainHead.objects.filter(chain__in=names).values_list("chain", flat=True))
    return [name for name in names if name in known]
