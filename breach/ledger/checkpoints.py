"""Checkpoints: the heads of all chains at one moment, signed by the house.

A checkpoint lists the heads that changed since the one before and the Merkle root over all of them, so that
its size follows the work and not the number of incidents. Whoever reads them from the first on knows every
head.

    {v, kind, number, at, prev, full, changed: [[chain, size, head], …], chains, root}

`full` is true when all heads are listed (the first, and whenever the working notes did not fit).
"""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from breach.ledger.chain import moment
from breach.ledger.merkle import leaf_hash, root_of
from breach.vault.canonical import canonical_json

ACTION = "ledger.checkpointed"
KIND, VERSION = "tocsin checkpoint", 1
_SIGNED, _DIGEST = b"tocsin/v1/checkpoint\0", b"tocsin/v1/checkpoint-digest\0"
# Crockford's base 32 has no letters that are misread; what is misread all the same comes out right.
_TO_CROCKFORD = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "0123456789ABCDEFGHJKMNPQRSTVWXYZ")
_MISREAD = str.maketrans("OIL", "011")
_SHORT_BYTES = 10  # 80 bits: to forge a printed one takes 2**80 tries

State = Mapping[str, tuple[int, str]]  # chain -> size, head in hex


@dataclass(frozen=True, slots=True)
class ParsedCheckpoint:
    """A checkpoint's content."""

    number: int
    at: str
    prev: str
    full: bool
    changed: tuple[tuple[str, int, str], ...]
    chains: int
    root: str


def checkpoint_bytes(*, number: int, at: datetime, prev: str, state: State, marked: State | None) -> bytes:
    """Return the canonical bytes of a checkpoint over `state`; `marked` is the state of the one before."""
    before = {} if marked is None else marked
    changed = [[chain, *mark] for chain, mark in sorted(state.items()) if before.get(chain) != mark]
    return canonical_json(
        {
            "v": VERSION,
            "kind": KIND,
            "number": number,
            "at": moment(at),
            "prev": prev,
            "full": marked is None,
            "changed": changed,
            "chains": len(state),
            "root": state_root(state),
        }
    )


def parse(body: bytes) -> ParsedCheckpoint:
    """Read a checkpoint's bytes. Raises ValueError for what `checkpoint_bytes` would not write."""
    try:
        document = json.loads(body)
        if document["kind"] != KIND or document["v"] != VERSION or canonical_json(document) != body:
            raise ValueError("not a checkpoint of this version in canonical form")
        return ParsedCheckpoint(
            number=int(document["number"]),
            at=str(document["at"]),
            prev=str(document["prev"]),
            full=document["full"] is True,
            changed=tuple((str(chain), int(size), str(head)) for chain, size, head in document["changed"]),
            chains=int(document["chains"]),
            root=str(document["root"]),
        )
    except (KeyError, TypeError) as problem:
        raise ValueError(f"not a checkpoint: {problem}") from None


def state_root(state: State) -> str:
    """Return the Merkle root, in hex, over all heads in the order of their chains' names."""
    leaves = (leaf_hash(canonical_json([chain, size, head])) for chain, (size, head) in sorted(state.items()))
    return root_of(leaves).hex()


def signed_bytes(body: bytes) -> bytes:
    """Return what is signed: a frozen label keeps a signature from being used for anything else."""
    return _SIGNED + body


def digest(body: bytes) -> str:
    """Return the checkpoint's hex digest, by which it is known outside."""
    return hashlib.sha256(_DIGEST + body).hexdigest()


def short(digest: str) -> str:
    """Return a form of the digest to print and read out: four groups of four letters and digits."""
    text = base64.b32encode(bytes.fromhex(digest)[:_SHORT_BYTES]).decode().translate(_TO_CROCKFORD)
    return "-".join(text[start : start + 4] for start in range(0, len(text), 4))


def is_same_digest(given: str, digest: str) -> bool:
    """Tell whether what somebody noted, in full or in the short form, is this digest."""
    plain = given.strip().replace("-", "").replace(" ", "")
    return plain.lower() == digest or plain.upper().translate(_MISREAD) == short(digest).replace("-", "")
