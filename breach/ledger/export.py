"""Writing the ledger out as a file that `breach.ledger.verify` checks alone. Reads only; appends nothing."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Protocol

from breach.ledger import reading
from breach.ledger.chain import moment
from breach.models.ledger import ChainHead, Checkpoint, Entry
from breach.vault import Signer, canonical_json
from breach.vault.signing import Succession

_AT_A_TIME = 2000


class Sink(Protocol):
    """Anything that takes bytes."""

    def write(self, data: bytes, /) -> object:
        """Take them all."""


def export(
    stream: Sink,
    chains: Sequence[str] | None,
    *,
    signer: Signer,
    public_keys: Sequence[bytes],
    successions: Iterable[Succession],
    now: datetime,
) -> dict[str, int]:
    """Write header, keys, checkpoints, entries and a signed closing line; return entries by chain.

    `chains` None means all. All checkpoints go along, since each rests on those before; of other incidents
    they name ids and sizes only. Chains may grow meanwhile: what is written is what stood when the export
    began. Raises ValueError for a chain that does not exist.
    """
    # Checkpoints first: each then vouches for heads that are at or before those read after it.
    signed = list(Checkpoint.objects.order_by("number"))
    known = {head.chain: head for head in ChainHead.objects.order_by("id")}
    wanted = list(known) if chains is None else list(dict.fromkeys(chains))
    absent = [name for name in wanted if name not in known]
    if absent:
        raise ValueError(f"no such chain: {', '.join(absent)}")
    heads = [known[name] for name in wanted]
    write = _Writer(stream)
    write({"format": reading.FORMAT, "version": reading.VERSION, "at": moment(now)})
    write(
        {
            "kind": "keys",
            "public_keys": [key.hex() for key in public_keys],
            "successions": [link.to_json() for link in successions],
        }
    )
    for row in signed:
        write({"kind": "checkpoint", "key": row.key_id, "signature": row.signature, "body": row.body})
    for head in heads:
        _write_entries(stream, head)
    write(_closing(heads, signed, complete=chains is None, signer=signer, now=now))
    return {head.chain: head.size for head in heads}


class _Writer:
    def __init__(self, stream: Sink) -> None:
        self._stream = stream

    def __call__(self, document: dict[str, Any]) -> None:
        self._stream.write(json.dumps(document, ensure_ascii=False).encode() + b"\n")


def _write_entries(stream: Sink, head: ChainHead) -> None:
    entries = Entry.objects.filter(chain=head.chain, seq__lte=head.size).order_by("seq")
    for body in entries.values_list("body", flat=True).iterator(chunk_size=_AT_A_TIME):
        stream.write(body.encode() + b"\n")


def _closing(
    heads: Sequence[ChainHead], signed: Sequence[Checkpoint], *, complete: bool, signer: Signer, now: datetime
) -> dict[str, Any]:
    body = canonical_json(
        {
            "v": reading.VERSION,
            "kind": reading.FORMAT,
            "at": moment(now),
            "complete": complete,
            "heads": [[head.chain, head.size, head.head] for head in heads],
            "checkpoints": len(signed),
        }
    )
    signature = signer.sign(reading.closing_bytes(body)).hex()
    return {"kind": "closing", "key": signer.key_id, "signature": signature, "body": body.decode()}
