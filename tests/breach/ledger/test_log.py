"""Appending: in the caller's transaction, in order, with nothing left behind by what is rolled back."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from breach.ledger import chain, checkpoints, log, merkle
from breach.models import ChainHead, Checkpoint, Entry, MarkedHead
from breach.vault import Signer

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
A, B = "incident/aaaaaaaaaaaaaaaaaaaa", "incident/bbbbbbbbbbbbbbbbbbbb"
SIGNER = Signer(b"s" * 32)


def append(chain: str = A, **changes: Any) -> Entry:
    values: dict[str, Any] = {
        "actor_id": 3,
        "actor_uid": "cccccccccccccccccccc",
        "action": "event.logged",
        "subject": "dddddddddddddddddddd",
        "data": {"n": 1},
        "now": NOW,
    }
    return log.append(chain=chain, **(values | changes))


@pytest.mark.django_db
def test_entries_of_a_chain_follow_from_each_other() -> None:
    first, second, other = append(), append(now=NOW - timedelta(hours=1)), append(B)
    assert [first.seq, second.seq, other.seq] == [1, 2, 1]
    assert first.document["prev"] == chain.genesis(A).hex()
    assert second.document["prev"] == first.head
    assert second.head == chain.head_after(bytes.fromhex(first.head), second.body.encode()).hex()
    assert list(ChainHead.objects.order_by("chain").values_list("chain", "size", "head")) == [
        (A, 2, second.head),
        (B, 1, other.head),
    ]


@pytest.mark.django_db
def test_an_entry_holds_who_what_when_and_reads_back() -> None:
    entry = append(data={"old": None, "new": "réglé"})
    entry.refresh_from_db()
    assert entry.document | {"prev": ""} == {
        "v": 1,
        "chain": A,
        "seq": 1,
        "at": "2026-11-24T09:00:00.000000Z",
        "actor": {"id": 3, "uid": "cccccccccccccccccccc"},
        "action": "event.logged",
        "subject": "dddddddddddddddddddd",
        "data": {"old": None, "new": "réglé"},
        "prev": "",
    }
    assert entry.data == {"old": None, "new": "réglé"}


@pytest.mark.django_db
def test_appending_costs_three_queries() -> None:
    append()
    with CaptureQueriesContext(connection) as queries:
        append()
    assert len(queries) == 3


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"chain": "people/1"}, ValueError),
        ({"action": "Not An Action"}, ValueError),
        ({"data": {"rate": 1.5}}, TypeError),
        ({"now": NOW.replace(tzinfo=None)}, ValueError),
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_is_written(
    changes: dict[str, Any], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal), transaction.atomic():
        append(**changes)
    assert not Entry.objects.exists()
    assert not ChainHead.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_an_entry_outside_a_transaction_is_refused() -> None:
    with pytest.raises(log.NotInTransaction):
        append()
    assert not ChainHead.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_an_entry_goes_with_the_transaction_that_is_rolled_back() -> None:
    with transaction.atomic():
        kept = append()
    with transaction.atomic():
        append()
        transaction.set_rollback(True)
    with transaction.atomic():
        after = append()
    assert (after.seq, after.document["prev"]) == (2, kept.head)
    assert Entry.objects.count() == 2


@pytest.mark.django_db
def test_a_batch_is_one_entry_with_count_and_root() -> None:
    items = [f"person {number}".encode() for number in range(1000)]
    entry = log.append_many(
        chain=A,
        actor_id=None,
        actor_uid="system",
        action="people.loaded",
        subject="x",
        items=iter(items),
        data={"file": "f"},
        now=NOW,
    )
    leaves = [merkle.leaf_hash(item) for item in items]
    assert entry.data == {"file": "f", "count": 1000, "root": merkle.root_of(leaves).hex()}
    path = merkle.inclusion_path(leaves, 41)
    assert merkle.is_included(
        merkle.leaf_hash(b"person 41"), 41, 1000, path, bytes.fromhex(entry.data["root"])
    )


@pytest.mark.django_db
def test_a_row_is_neither_saved_again_nor_deleted() -> None:
    entry = append()
    with pytest.raises(TypeError, match="never changed"):
        entry.save()
    with pytest.raises(TypeError, match="never deleted"):
        entry.delete()


@pytest.mark.django_db
def test_a_checkpoint_signs_all_heads_and_stands_in_the_house_chain() -> None:
    head = append().head
    signed = log.checkpoint(signer=SIGNER, now=NOW)
    parsed = checkpoints.parse(signed.body.encode())
    assert (parsed.number, parsed.prev, parsed.full, parsed.changed) == (1, "", True, ((A, 1, head),))
    assert checkpoints.digest(signed.body.encode()) == signed.digest
    assert signed.short == checkpoints.short(signed.digest)
    entry = Entry.objects.get(chain="house")
    assert entry.action == "ledger.checkpointed"
    assert entry.data == {"number": 1, "digest": signed.digest, "chains": 1, "key": SIGNER.key_id}


@pytest.mark.django_db
def test_the_next_checkpoint_lists_only_what_changed() -> None:
    append(A)
    append(B)
    first = log.checkpoint(signer=SIGNER, now=NOW)
    changed = append(B)
    house = ChainHead.objects.get(chain="house")
    second = checkpoints.parse(log.checkpoint(signer=SIGNER, now=NOW).body.encode())
    assert second.prev == first.digest
    assert second.changed == (("house", 1, house.head), (B, 2, changed.head))
    assert second.chains == 3
    assert not second.full


@pytest.mark.django_db
def test_a_checkpoint_lists_everything_when_the_working_notes_were_touched() -> None:
    append(A)
    append(B)
    log.checkpoint(signer=SIGNER, now=NOW)
    MarkedHead.objects.filter(chain=A).update(size=7)
    second = checkpoints.parse(log.checkpoint(signer=SIGNER, now=NOW).body.encode())
    assert second.full
    assert [chain for chain, _, _ in second.changed] == ["house", A, B]
    assert not checkpoints.parse(log.checkpoint(signer=SIGNER, now=NOW).body.encode()).full


@pytest.mark.django_db(transaction=True)
def test_a_checkpoint_outside_a_transaction_opens_its_own() -> None:
    log.checkpoint(signer=SIGNER, now=NOW)
    assert Checkpoint.objects.count() == Entry.objects.count() == 1


@pytest.mark.django_db
def test_no_other_row_is_read_from_the_body_than_was_hashed() -> None:
    entry = append(data={"text": 'quote " backslash \\ line\nend  '})
    entry.refresh_from_db()
    assert merkle.leaf_hash(entry.body.encode()).hex() == entry.leaf_hash
    assert json.loads(entry.body)["data"] == entry.data
