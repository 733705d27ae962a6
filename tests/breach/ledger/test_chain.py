"""Entries, heads and trees on known answers; pure functions over bytes."""

import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breach.ledger import chain, checkpoints, merkle

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "chain.json").read_text(encoding="utf-8"))
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def test_a_chain_of_entries_is_as_recorded() -> None:
    head = chain.genesis(VECTORS["chain"])
    assert head.hex() == VECTORS["genesis"]
    for seq, case in enumerate(VECTORS["entries"], start=1):
        body = chain.entry_bytes(
            chain=VECTORS["chain"],
            seq=seq,
            at=datetime.fromisoformat(case["at"]),
            actor_id=case["actor"]["id"],
            actor_uid=case["actor"]["uid"],
            action=case["action"],
            subject=case["subject"],
            data=case["data"],
            prev=head,
        )
        head = chain.head_after(head, body)
        assert (body.decode(), merkle.leaf_hash(body).hex(), head.hex()) == (
            case["bytes"],
            case["leaf"],
            case["head"],
        )


def entry(**changes: Any) -> bytes:
    values: dict[str, Any] = {
        "chain": "house",
        "seq": 1,
        "at": NOW,
        "actor_id": None,
        "actor_uid": "system",
        "action": "a.b",
        "subject": "s",
        "data": {},
        "prev": chain.genesis("house"),
    }
    return chain.entry_bytes(**(values | changes))


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"chain": "incident/../x"}, ValueError),
        ({"chain": "House"}, ValueError),
        ({"chain": "incident/"}, ValueError),
        ({"action": "Incident opened"}, ValueError),
        ({"action": ""}, ValueError),
        ({"at": NOW.replace(tzinfo=None)}, ValueError),
        ({"data": {"rate": 0.5}}, TypeError),
        ({"data": {"at": NOW}}, TypeError),
        ({"data": {"list": "x" * chain.LARGEST_ENTRY}}, ValueError),
    ],
)
def test_an_entry_that_does_not_fit_is_refused(changes: dict[str, Any], refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        entry(**changes)


def test_an_instant_is_written_in_utc_whatever_zone_it_came_in() -> None:
    paris = timezone(timedelta(hours=1))
    assert entry(at=NOW.astimezone(paris)) == entry(at=NOW)
    assert chain.moment(NOW) == "2026-11-24T09:00:00.000000Z"


def test_each_chain_begins_with_a_head_of_its_own() -> None:
    assert chain.genesis("house") != chain.genesis("incident/aaaaaaaaaaaaaaaaaaaa")


@pytest.mark.parametrize("size", range(1, 9))
def test_merkle_roots_are_those_of_rfc_6962(size: int) -> None:
    leaves = [merkle.leaf_hash(bytes.fromhex(leaf)) for leaf in VECTORS["merkle"]["leaves"][:size]]
    assert merkle.root_of(leaves).hex() == VECTORS["merkle"]["roots"][size - 1]


def test_the_empty_tree_has_the_root_of_rfc_6962() -> None:
    assert merkle.root_of([]).hex() == VECTORS["merkle"]["empty"]


@given(st.lists(st.binary(max_size=8), min_size=1, max_size=40), st.data())
def test_a_path_shows_a_leaf_in_its_place_and_nothing_else(items: list[bytes], data: st.DataObject) -> None:
    leaves = [merkle.leaf_hash(item) for item in items]
    index = data.draw(st.integers(0, len(leaves) - 1))
    root, path = merkle.root_of(leaves), merkle.inclusion_path(leaves, index)
    assert merkle.is_included(leaves[index], index, len(leaves), path, root)
    assert not merkle.is_included(merkle.leaf_hash(b"another one, too long"), index, len(leaves), path, root)
    assert not merkle.is_included(leaves[index], index, len(leaves), [*path, root], root)
    assert not merkle.is_included(leaves[index], len(leaves), len(leaves), path, root)
    other = (index + 1) % len(leaves)
    if leaves[other] != leaves[index]:
        assert not merkle.is_included(leaves[other], index, len(leaves), path, root)


def test_a_leaf_never_passes_for_a_node() -> None:
    left, right = merkle.leaf_hash(b"l"), merkle.leaf_hash(b"r")
    assert merkle.leaf_hash(left + right) != merkle.node_hash(left, right)
    assert chain.next_head(left, right) != merkle.node_hash(left, right)


def test_a_checkpoint_lists_what_changed_and_reads_back() -> None:
    before = {"house": (1, "aa"), "incident/a1a1a1a1": (2, "bb")}
    after = {**before, "house": (3, "cc"), "incident/b2b2b2b2": (1, "dd")}
    body = checkpoints.checkpoint_bytes(number=2, at=NOW, prev="p", state=after, marked=before)
    parsed = checkpoints.parse(body)
    assert parsed == checkpoints.ParsedCheckpoint(
        number=2,
        at="2026-11-24T09:00:00.000000Z",
        prev="p",
        full=False,
        changed=(("house", 3, "cc"), ("incident/b2b2b2b2", 1, "dd")),
        chains=3,
        root=checkpoints.state_root(after),
    )
    assert checkpoints.parse(
        checkpoints.checkpoint_bytes(number=1, at=NOW, prev="", state=before, marked=None)
    ).full


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"kind":"tocsin checkpoint","v":2}', b"null"])
def test_other_bytes_are_no_checkpoint(body: bytes) -> None:
    with pytest.raises(ValueError):
        checkpoints.parse(body)


def test_the_short_form_of_a_digest_forgives_what_is_misread() -> None:
    digest = "59b658c2a88ab6cd29342a0a7616d884757c060b31b86641eee3847b8fb073e7"
    short = checkpoints.short(digest)
    assert short == "B6V5-HGN8-HAVC-TA9M"
    for noted in (
        digest,
        digest.upper(),
        short,
        short.lower(),
        short.replace("-", " "),
        " B6V5HGN8HAVCTA9M\n",
    ):
        assert checkpoints.is_same_digest(noted, digest)
    assert not checkpoints.is_same_digest("B6V5-HGN8-HAVC-TA9N", digest)
    assert not checkpoints.is_same_digest("", digest)
    zero = "0" * 64
    assert checkpoints.is_same_digest("OOOO-oooo-0000-0000", zero)
