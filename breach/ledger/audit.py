"""Checking the ledger in the database: entries, look-up columns, heads, checkpoints, triggers."""

from collections.abc import Iterable, Iterator, Sequence
from operator import itemgetter
from typing import Any

from django.db import connections, router
from django.db.models import TextField
from django.db.models.functions import Cast

from breach.ledger import triggers
from breach.ledger.report import Report
from breach.ledger.walk import Anchor, CheckpointWalk, Walk
from breach.models.ledger import ChainHead, Checkpoint, Entry
from breach.vault.signing import Succession, trusted_keys

_AT_A_TIME = 5000
_IN_ENTRY = itemgetter("chain", "seq", "at", "actor", "action", "subject")
_COLUMNS = (
    "chain",
    "seq",
    "at_text",
    "actor_id",
    "actor_uid",
    "action",
    "subject",
    "body",
    "leaf_hash",
    "head",
)


def verify_database(*, public_keys: Sequence[bytes], successions: Iterable[Succession]) -> Report:
    """Walk every chain and return everything found. `public_keys` are the keyring's, newest first.

    Reads only, and may run while others append: what they add meanwhile is walked or left for the next time.
    """
    report = Report(pinned=True, complete=True, keys=[key.hex() for key in public_keys])
    walk = Walk(report.findings)
    signed = CheckpointWalk(walk, trusted_keys(public_keys[:1], successions))
    for held in Checkpoint.objects.order_by("number").iterator():
        signed.checkpoint(held.body, held.key_id, held.signature, f"checkpoint {held.number}")
    heads = {head.chain: head for head in ChainHead.objects.all()}
    for head in heads.values():
        if head.size:
            walk.anchor(head.chain, head.size, Anchor(head.head, "the stored head"))
    for row in _entries():
        _check_row(walk, row)
    for chain in sorted((signed.chains | heads.keys()) - walk.chains.keys()):
        report.findings.add("missing_chain", chain, f"the whole of {chain} is missing")
    for chain in sorted(walk.chains.keys() - heads.keys()):
        report.findings.add("head", chain, f"{chain} has entries and no head")
    walk.finish(walk.chains)
    _check_triggers(report)
    report.take(walk, signed)
    return report


def _entries() -> Iterator[tuple[Any, ...]]:
    # The instant as text: making a datetime of each costs more than all the hashing.
    rows = Entry.objects.annotate(at_text=Cast("at", TextField())).order_by("chain", "seq")
    return rows.values_list(*_COLUMNS).iterator(chunk_size=_AT_A_TIME)


def _check_row(walk: Walk, row: tuple[Any, ...]) -> None:
    chain, seq, at, actor_id, actor_uid, action, subject, body, leaf, head = row
    place = f"{chain} {seq}"
    document = walk.entry(body, place)
    if walk.leaf.hex() != leaf:
        walk.findings.add("altered", place, "the entry is not what was hashed when it was entered")
    if document is None:
        return
    columns = (chain, seq, _moment(at), {"id": actor_id, "uid": actor_uid}, action, subject)
    if columns != _IN_ENTRY(document):
        walk.findings.add("column", place, "a look-up column differs from the entry itself")
    if walk.chains[document["chain"]].head.hex() != head:
        walk.findings.add("head", place, "the stored head is not the one that follows from the entry")


def _moment(text: str) -> str:
    """Write an instant as the ledger does, from a database's text: SQLite's and PostgreSQL's, both in UTC."""
    whole, _, fraction = text.removesuffix("+00").partition(".")
    return f"{whole[:10]}T{whole[11:]}.{fraction:0<6}Z"


def _check_triggers(report: Report) -> None:
    connection = connections[router.db_for_read(Entry)]
    for name in triggers.missing(connection):
        report.findings.add("triggers", name, "the trigger is missing, off or altered")
