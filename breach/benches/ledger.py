"""Checking a long ledger: in the database, and as an export alone. The bar: 1,000,000 entries within 15 seconds."""

import hashlib
import json
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from django.db import connection

from breach import clock
from breach.benches.measure import Measured, Result, Stopwatch, measured
from breach.ledger import chain as chains
from breach.ledger import triggers
from breach.ledger.audit import verify_database
from breach.ledger.export import export
from breach.ledger.merkle import leaf_hash
from breach.ledger.reading import verify_file
from breach.models.ledger import ChainHead, Entry
from breach.services.keys import keyring, signer

UNIT = "entries"
SIZES = (1_000_000,)
PER_CHAIN, AT_A_TIME = 100_000, 5_000
START = datetime(2026, 1, 1, tzinfo=UTC)


def bench(n: int) -> Result:
    """Measure both checks; the peer reads and hashes the lines of the same export and checks nothing."""
    here = f"{__name__}:"
    alone = measured(f"{here}check_export", n)
    floor = Measured(n, alone.value["floor"], 0.0)
    return Result(
        "ledger",
        measured(f"{here}check_database", n),
        {"read_and_hash_only": floor},
        {"export_alone": {"rate": round(alone.rate, 2), "seconds": round(alone.seconds, 3)}},
    )


def check_database(n: int, watch: Stopwatch) -> None:
    """Check `n` entries where they lie."""
    _fill(n)
    keys = keyring()
    with watch:
        report = verify_database(public_keys=keys.public_keys, successions=keys.successions)
    _must_be_intact(report.is_intact)


def check_export(n: int, watch: Stopwatch) -> dict[str, float]:
    """Check an export of `n` entries as a stranger would; return the seconds that reading and hashing alone take."""
    _fill(n)
    keys = keyring()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.jsonl"
        with path.open("wb") as stream:
            export(
                stream,
                None,
                signer=signer(),
                public_keys=keys.public_keys,
                successions=keys.successions,
                now=clock.now(),
            )
        with watch:
            report = verify_file(path, pinned=list(keys.public_keys))
        _must_be_intact(report.is_intact)
        floor = Stopwatch()
        with floor, path.open("rb") as stream:
            for line in stream:
                json.loads(line)
                hashlib.sha256(line).digest()
    return {"floor": floor.seconds}


def _must_be_intact(is_intact: bool) -> None:
    if not is_intact:
        raise RuntimeError("the ledger that was written is not intact")


def _fill(n: int) -> None:
    """Write `n` entries like those of daily work, chained as `ledger.log` chains them."""
    chain_count = -(-n // PER_CHAIN)
    for number in range(chain_count):
        lengthen(f"incident/{number:022d}", min(PER_CHAIN, n - number * PER_CHAIN))


def lengthen(chain: str, by: int) -> None:
    """Write `by` entries behind those that the chain has."""
    known = ChainHead.objects.filter(chain=chain).first()
    size = known.size if known else 0
    head = bytes.fromhex(known.head) if known else chains.genesis(chain)
    rows: list[Entry] = []
    for seq in range(size + 1, size + by + 1):
        entry = _entry(chain, seq, head)
        head = bytes.fromhex(entry.head)
        rows.append(entry)
        if len(rows) == AT_A_TIME or seq == size + by:
            Entry.objects.bulk_create(rows)
            rows = []
    _set_head(chain, size + by, head)


def _set_head(chain: str, size: int, head: bytes) -> None:
    """Write a head at once. The triggers let it grow by one only, as daily work does; this ledger is thrown away."""
    triggers.drop(connection)
    ChainHead.objects.update_or_create(chain=chain, defaults={"size": size, "head": head.hex()})
    triggers.create(connection)


def _entry(chain: str, seq: int, prev: bytes) -> Entry:
    subject = f"{seq:022d}"
    body = chains.entry_bytes(
        chain=chain,
        seq=seq,
        at=START,
        actor_id=1,
        actor_uid="u" * 22,
        action="timeline.added",
        subject=subject,
        data={"number": seq, "state": "open", "digest": f"{seq:064x}"},
        prev=prev,
    )
    leaf = leaf_hash(body)
    return Entry(
        chain=chain,
        seq=seq,
        at=START,
        actor_id=1,
        actor_uid="u" * 22,
        action="timeline.added",
        subject=subject,
        body=body.decode(),
        leaf_hash=leaf.hex(),
        head=chains.next_head(prev, leaf).hex(),
    )
