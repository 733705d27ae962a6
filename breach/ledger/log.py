"""Appending to the ledger, inside the transaction of the change that is recorded.

Append last in the transaction. The chain's head row is locked from there to the commit, so two writers make
one chain. Whoever appends to several chains takes the house first and then incidents in the order of their
ids.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import router, transaction

from breach.ledger import chain as chains
from breach.ledger import checkpoints
from breach.ledger.merkle import leaf_hash, root_of
from breach.models.ledger import ChainHead, Checkpoint, Entry, MarkedHead
from breach.vault import Signer


class NotInTransaction(RuntimeError):  # noqa: N818
    """An entry without the transaction of its change could outlive a change that is rolled back."""


def append(
    *,
    chain: str,
    actor_id: int | None,
    actor_uid: str,
    action: str,
    subject: str,
    data: Mapping[str, Any],
    now: datetime,
) -> Entry:
    """Append one entry and return its row.

    `data` holds ids, counts, states and digests: JSON without fractions, nothing of an affected person.
    `actor_id` is None, and `actor_uid` "system", for what happens on a schedule.
    Raises NotInTransaction, ValueError or TypeError; nothing is written then.
    """
    head = _locked_head(chain)
    prev = bytes.fromhex(head.head)
    body = chains.entry_bytes(
        chain=chain,
        seq=head.size + 1,
        at=now,
        actor_id=actor_id,
        actor_uid=actor_uid,
        action=action,
        subject=subject,
        data=data,
        prev=prev,
    )
    leaf = leaf_hash(body)
    head.size, head.head = head.size + 1, chains.next_head(prev, leaf).hex()
    entry = Entry.objects.create(
        chain=chain,
        seq=head.size,
        at=now,
        actor_id=actor_id,
        actor_uid=actor_uid,
        action=action,
        subject=subject,
        body=body.decode(),
        leaf_hash=leaf.hex(),
        head=head.head,
    )
    head.save(update_fields=["size", "head"])
    return entry


def append_many(
    *,
    chain: str,
    actor_id: int | None,
    actor_uid: str,
    action: str,
    subject: str,
    items: Iterable[bytes],
    data: Mapping[str, Any],
    now: datetime,
) -> Entry:
    """Append one entry for a batch: `data` with the count of `items` and the Merkle root over them.

    What an item is, is the caller's to say in `data`; salted digests, where it holds anything personal. A
    single item can be shown to have been in the batch by `merkle.inclusion_path`.
    """
    leaves = [leaf_hash(item) for item in items]
    batch = dict(data) | {"count": len(leaves), "root": root_of(leaves).hex()}
    return append(
        chain=chain,
        actor_id=actor_id,
        actor_uid=actor_uid,
        action=action,
        subject=subject,
        data=batch,
        now=now,
    )


def checkpoint(
    *, signer: Signer, now: datetime, actor_id: int | None = None, actor_uid: str = "system"
) -> Checkpoint:
    """Sign the heads of all chains, enter that in the house's chain, and return the checkpoint.

    Its `digest`, or `short` for print, goes where the house's own machines cannot reach: on filings and
    reports, to the auditor. Opens a transaction of its own where there is none.
    """
    with transaction.atomic(using=router.db_for_write(Checkpoint)):
        _locked_head(chains.HOUSE)  # one checkpoint at a time
        signed, chain_count = _sign_heads(signer, now)
        append(
            chain=chains.HOUSE,
            actor_id=actor_id,
            actor_uid=actor_uid,
            action=checkpoints.ACTION,
            subject="ledger",
            data={
                "number": signed.number,
                "digest": signed.digest,
                "chains": chain_count,
                "key": signer.key_id,
            },
            now=now,
        )
    return signed


def _sign_heads(signer: Signer, now: datetime) -> tuple[Checkpoint, int]:
    state = {head.chain: (head.size, head.head) for head in ChainHead.objects.all() if head.size}
    marked = {mark.chain: (mark.size, mark.head) for mark in MarkedHead.objects.all()}
    last = Checkpoint.objects.order_by("-number").first()
    number = last.number + 1 if last else 1
    body = checkpoints.checkpoint_bytes(
        number=number,
        at=now,
        prev=last.digest if last else "",
        state=state,
        # Marks are working notes that anybody may have touched: when they do not fit, all heads are written.
        marked=marked if last and checkpoints.state_root(marked) == last.root else None,
    )
    digest = checkpoints.digest(body)
    signed = Checkpoint.objects.create(
        number=number,
        at=now,
        body=body.decode(),
        digest=digest,
        short=checkpoints.short(digest),
        root=checkpoints.state_root(state),
        key_id=signer.key_id,
        signature=signer.sign(checkpoints.signed_bytes(body)).hex(),
    )
    _mark({chain: mark for chain, mark in state.items() if marked.get(chain) != mark})
    return signed, len(state)


def _locked_head(chain: str) -> ChainHead:
    """Return the chain's head row, locked until the end of the transaction; made when the chain is new."""
    using = router.db_for_write(ChainHead)
    if not transaction.get_connection(using).in_atomic_block:
        raise NotInTransaction("append to the ledger inside the transaction of the change it records")
    heads = ChainHead.objects.using(using).select_for_update()
    found = heads.filter(chain=chain).first()
    if found:
        return found
    if not chains.is_chain(chain):
        raise ValueError(f"{chain!r} is no chain: house, incident/UID or access/UID")
    # Of two transactions that begin a chain at once, the second waits here and then reads the first one's
    # row.
    new = ChainHead(chain=chain, size=0, head=chains.genesis(chain).hex())
    ChainHead.objects.using(using).bulk_create([new], ignore_conflicts=True)
    return heads.get(chain=chain)


def _mark(state: Mapping[str, tuple[int, str]]) -> None:
    rows = [MarkedHead(chain=chain, size=size, head=head) for chain, (size, head) in state.items()]
    MarkedHead.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["chain"], update_fields=["size", "head"]
    )
