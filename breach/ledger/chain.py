"""Chains of entries, as pure functions over bytes.

An entry is canonical JSON: {v, chain, seq, at, actor, action, subject, data, prev}. Its leaf hash is that of
RFC 6962. The head after an entry is SHA-256 over a byte of its own, the head before and the leaf; `prev` in
the entry is that head before, so that an entry says itself where it belongs.
"""

import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from breach.ledger.merkle import leaf_hash
from breach.vault.canonical import canonical_json

VERSION = 1
HOUSE = "house"
LARGEST_ENTRY = 256 * 1024  # bytes; bulk work is entered as count and Merkle root, never row by row
_HEAD, _GENESIS = b"\x02", b"\x03tocsin ledger v1\0"
_CHAIN = re.compile(r"house|(incident|access)/[0-9A-Za-z]{8,40}")
_ACTION = re.compile(r"[a-z][a-z_]*(\.[a-z][a-z_]*)*")
FIELDS = ("action", "actor", "at", "chain", "data", "prev", "seq", "subject", "v")  # in canonical order


def genesis(chain: str) -> bytes:
    """Return the head of a chain that has no entry yet; each chain has its own."""
    return hashlib.sha256(_GENESIS + chain.encode()).digest()


def next_head(head: bytes, leaf: bytes) -> bytes:
    """Return the head after an entry with this leaf hash."""
    return hashlib.sha256(_HEAD + head + leaf).digest()


def head_after(head: bytes, entry: bytes) -> bytes:
    """Return the head after an entry with these bytes."""
    return next_head(head, leaf_hash(entry))


def moment(instant: datetime) -> str:
    """Write an aware instant in UTC with microseconds: 2026-11-24T02:24:00.000000Z."""
    if instant.tzinfo is None:
        raise ValueError("the ledger takes aware instants only")
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def entry_bytes(
    *,
    chain: str,
    seq: int,
    at: datetime,
    actor_id: int | None,
    actor_uid: str,
    action: str,
    subject: str,
    data: Mapping[str, Any],
    prev: bytes,
) -> bytes:
    """Return the canonical bytes of an entry.

    `actor_id` is None for what the system does itself. Raises ValueError or TypeError for what does not fit:
    the chain's or the action's form, an instant without zone, a number with a fraction, an entry too large.
    """
    if not is_chain(chain):
        raise ValueError(f"{chain!r} is no chain: house, incident/UID or access/UID")
    if not _ACTION.fullmatch(action):
        raise ValueError(f"{action!r} is no action: words in lower case with points between")
    content = canonical_json(
        {
            "v": VERSION,
            "chain": chain,
            "seq": seq,
            "at": moment(at),
            "actor": {"id": actor_id, "uid": actor_uid},
            "action": action,
            "subject": subject,
            "data": data,
            "prev": prev.hex(),
        }
    )
    if len(content) > LARGEST_ENTRY:
        raise ValueError(f"the entry has {len(content)} bytes; enter a digest, or count and root, instead")
    return content


def is_chain(name: str) -> bool:
    """Tell whether this may name a chain."""
    return _CHAIN.fullmatch(name) is not None
