"""Envelopes, streams and what is derived, on known answers whose failures are part of the file."""

import hashlib
import io
import json
import os
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breach.vault import Damaged, IncidentVault, UnknownVersion, WrongKey, canonical_json, salted_digest
from breach.vault.envelope import OVERHEAD, Envelope
from breach.vault.streams import CHUNK_BYTES, SEALED_CHUNK_BYTES, StreamSealer
from breach.vault.subkeys import derive

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "envelope.json").read_text(encoding="utf-8"))
KEY = bytes.fromhex(VECTORS["key"])
REFUSALS = {"wrong_key": WrongKey, "damaged": Damaged, "unknown_version": UnknownVersion}
STREAM_HEAD = 1 + 8 + 16


def pattern(size: int) -> bytes:
    return bytes(i % 251 for i in range(size))


def names(cases: list[dict]) -> list[str]:
    return [case["name"] for case in cases]


@pytest.mark.parametrize("case", VECTORS["envelopes"], ids=names(VECTORS["envelopes"]))
def test_an_envelope_opens_or_is_refused_as_recorded(case: dict) -> None:
    vault = IncidentVault(bytes.fromhex(case["key"]))
    blob = bytes.fromhex(case["sealed"])
    if case["outcome"] == "ok":
        assert vault.open(blob, context=case["context"]) == bytes.fromhex(case["plaintext"])
    else:
        with pytest.raises(REFUSALS[case["outcome"]]) as refusal:
            vault.open(blob, context=case["context"])
        assert type(refusal.value) is REFUSALS[case["outcome"]]


def test_sealing_with_the_recorded_nonce_gives_the_recorded_bytes() -> None:
    case = VECTORS["envelopes"][0]
    envelope = Envelope(derive(KEY, "seal"), bytes.fromhex(VECTORS["key_id"]), "sealed")
    sealed = envelope.seal(
        bytes.fromhex(case["plaintext"]), context=case["context"], nonce=bytes.fromhex(VECTORS["nonce"])
    )
    assert sealed.hex() == case["sealed"]


@given(st.binary(max_size=300), st.text(min_size=1, max_size=40).filter(lambda text: text.isprintable()))
def test_what_is_sealed_opens_again_and_is_longer_by_the_overhead(plaintext: bytes, context: str) -> None:
    vault = IncidentVault(KEY)
    sealed = vault.seal(plaintext, context=context)
    assert len(sealed) == len(plaintext) + OVERHEAD
    assert vault.open(memoryview(sealed), context=context) == plaintext


def test_every_single_bit_counts() -> None:
    vault = IncidentVault(KEY)
    sealed = vault.seal(b"IBAN", context="c")
    for bit in range(len(sealed) * 8):
        changed = bytearray(sealed)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises((WrongKey, Damaged, UnknownVersion)):
            vault.open(bytes(changed), context="c")


def test_the_same_value_sealed_twice_differs() -> None:
    vault = IncidentVault(KEY)
    assert vault.seal(b"x", context="c") != vault.seal(b"x", context="c")


def test_seal_many_keeps_order_context_and_distinct_nonces() -> None:
    vault = IncidentVault(KEY)
    items = [(f"person/{number}", f"{number}".encode()) for number in range(50)]
    sealed = vault.seal_many(items)
    assert len({blob[9:21] for blob in sealed}) == 50
    contexts = [context for context, _ in items]
    assert vault.open_many(zip(contexts, sealed, strict=True)) == [plaintext for _, plaintext in items]
    with pytest.raises(Damaged):
        vault.open(sealed[0], context="person/1")


def test_sealing_needs_a_context() -> None:
    vault = IncidentVault(KEY)
    with pytest.raises(ValueError, match="context"):
        vault.seal(b"x", context="")
    with pytest.raises(ValueError, match="context"):
        vault.seal_many([("", b"x")])
    with pytest.raises(ValueError, match="context"):
        vault.sealer(io.BytesIO(), context="")


@pytest.mark.parametrize("case", VECTORS["streams"], ids=names(VECTORS["streams"]))
def test_a_stream_is_sealed_as_recorded(case: dict) -> None:
    target = io.BytesIO()
    sealer = StreamSealer(
        derive(KEY, "seal"),
        bytes.fromhex(VECTORS["key_id"]),
        target,
        context=case["context"],
        salt=bytes.fromhex(case["salt"]),
    )
    data = pattern(case["size"])
    for start in range(0, len(data), 9973):  # a chunk size that fits nothing
        sealer.write(data[start : start + 9973])
    assert sealer.finish() == case["size"]
    sealed = target.getvalue()
    assert (len(sealed), hashlib.sha256(sealed).hexdigest()) == (case["sealed_size"], case["sealed_sha256"])
    opened = io.BytesIO()
    assert IncidentVault(KEY).open_stream(io.BytesIO(sealed), opened, context=case["context"]) == case["size"]
    assert opened.getvalue() == data


def sealed_stream(size: int, context: str = "file") -> bytes:
    target = io.BytesIO()
    assert IncidentVault(KEY).seal_stream(io.BytesIO(pattern(size)), target, context=context) == size
    return target.getvalue()


def chunks_of(sealed: bytes) -> tuple[bytes, list[bytes]]:
    head, rest = sealed[:STREAM_HEAD], sealed[STREAM_HEAD:]
    return head, [rest[at : at + SEALED_CHUNK_BYTES] for at in range(0, len(rest), SEALED_CHUNK_BYTES)]


def test_a_stream_whose_chunks_are_moved_dropped_or_repeated_does_not_open() -> None:
    head, chunks = chunks_of(sealed_stream(CHUNK_BYTES * 3 + 5))
    first, second, third, last = chunks
    wrong = {
        "swapped": [second, first, third, last],
        "end dropped": [first, second, third],
        "middle dropped": [first, third, last],
        "repeated": [first, first, second, third, last],
        "nothing left": [],
        "last cut": [first, second, third, last[:-1]],
        "last twice": [*chunks, last],
        "more after the end": [*chunks, b"x"],
    }
    assert [name for name, parts in wrong.items() if opens(head + b"".join(parts))] == []
    assert opens(head + b"".join(chunks))


def opens(sealed: bytes) -> bool:
    try:
        IncidentVault(KEY).open_stream(io.BytesIO(sealed), io.BytesIO(), context="file")
    except Damaged:
        return False
    return True


def test_a_stream_refuses_key_version_context_and_salt_apart() -> None:
    sealed = sealed_stream(10)
    cases = [
        (IncidentVault(os.urandom(32)), sealed, "file", WrongKey),
        (IncidentVault(KEY), b"\1" + sealed[1:], "file", UnknownVersion),
        (IncidentVault(KEY), sealed, "elsewhere", Damaged),
        (IncidentVault(KEY), sealed[:9] + os.urandom(16) + sealed[25:], "file", Damaged),
        (IncidentVault(KEY), sealed[:20], "file", Damaged),
        (IncidentVault(KEY), b"", "file", Damaged),
    ]
    for vault, blob, context, refusal in cases:
        with pytest.raises(refusal):
            vault.open_stream(io.BytesIO(blob), io.BytesIO(), context=context)


def test_an_envelope_is_no_stream_and_a_stream_no_envelope() -> None:
    vault = IncidentVault(KEY)
    with pytest.raises(UnknownVersion):
        vault.open_stream(io.BytesIO(vault.seal(b"x", context="c")), io.BytesIO(), context="c")
    with pytest.raises(UnknownVersion):
        vault.open(sealed_stream(1, "c"), context="c")


def test_a_stream_of_exact_chunks_ends_in_no_empty_chunk() -> None:
    key_id = bytes.fromhex(VECTORS["key_id"])
    target = io.BytesIO()
    sealer = StreamSealer(derive(KEY, "seal"), key_id, target, context="file")
    sealer.write(pattern(CHUNK_BYTES))
    # A sealer that did not hold the last chunk back would end like this; an opener must not accept two forms.
    sealer._dst.write(sealer._chunks.seal(bytes(sealer._waiting), last=False))
    sealer._waiting.clear()
    sealer.finish()
    with pytest.raises(Damaged, match="empty chunk"):
        IncidentVault(KEY).open_stream(io.BytesIO(target.getvalue()), io.BytesIO(), context="file")


class Trickle(io.RawIOBase):
    """A source that gives little at a time, as sockets do."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def read(self, size: int = -1) -> bytes:
        piece = self.data[self.at : self.at + min(size, 1000)]
        self.at += len(piece)
        return piece


def test_a_slow_source_seals_and_opens_the_same() -> None:
    data, sealed, opened = pattern(CHUNK_BYTES * 2 + 17), io.BytesIO(), io.BytesIO()
    vault = IncidentVault(KEY)
    vault.seal_stream(Trickle(data), sealed, context="file")
    vault.open_stream(Trickle(sealed.getvalue()), opened, context="file")
    assert opened.getvalue() == data


def test_streaming_holds_a_few_chunks_and_not_the_file() -> None:
    class Endless:
        left = 32 * 1024 * 1024

        def read(self, size: int) -> bytes:
            size = min(size, self.left)
            self.left -= size
            return bytes(size)

    class Nowhere:
        def write(self, data: bytes) -> int:
            return len(data)

    tracemalloc.start()
    try:
        IncidentVault(KEY).seal_stream(Endless(), Nowhere(), context="file")
        assert tracemalloc.get_traced_memory()[1] < 1024 * 1024
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("case", VECTORS["blind"], ids=lambda case: f"{case['kind']} {case['value']}")
def test_a_blind_index_is_as_recorded(case: dict) -> None:
    vault = IncidentVault(KEY)
    assert vault.blind(case["value"], kind=case["kind"]).hex() == case["blind"]
    assert vault.blind_many([case["value"]], kind=case["kind"]) == [bytes.fromhex(case["blind"])]


def test_a_blind_index_is_apart_by_kind_and_by_incident() -> None:
    here, there = IncidentVault(KEY), IncidentVault(os.urandom(32))
    assert here.blind("x", kind="email") != here.blind("x", kind="name")
    assert here.blind("x", kind="email") != there.blind("x", kind="email")
    with pytest.raises(ValueError, match="NUL"):
        here.blind("x", kind="em\0ail")


def test_a_sign_off_is_as_recorded_and_holds_for_its_label_only() -> None:
    case, vault = VECTORS["sign_off"][0], IncidentVault(KEY)
    content, mark = bytes.fromhex(case["content"]), bytes.fromhex(case["mark"])
    assert vault.sign_off(content, label=case["label"]) == mark
    assert vault.is_signed_off(content, mark, label=case["label"])
    assert not vault.is_signed_off(content, mark, label="filing")
    assert not vault.is_signed_off(content + b"x", mark, label=case["label"])


def test_a_salted_digest_is_as_recorded_and_needs_its_salt() -> None:
    case = VECTORS["salted_digest"][0]
    content, salt = bytes.fromhex(case["content"]), bytes.fromhex(case["salt"])
    assert salted_digest(case["label"], content, salt) == case["digest"]
    with pytest.raises(ValueError, match="32 bytes"):
        salted_digest(case["label"], content, salt[:16])
    with pytest.raises(ValueError, match="label"):
        salted_digest("", content, salt)


@pytest.mark.parametrize("case", VECTORS["canonical_json"], ids=lambda case: repr(case["value"]))
def test_canonical_json_is_as_recorded(case: dict) -> None:
    if "bytes" in case:
        assert canonical_json(case["value"]) == case["bytes"].encode()
    else:
        with pytest.raises({"TypeError": TypeError, "ValueError": ValueError}[case["outcome"]]):
            canonical_json(case["value"])


def test_canonical_json_refuses_what_json_would_bend() -> None:
    with pytest.raises(TypeError, match="keys"):
        canonical_json({1: "a"})
    with pytest.raises(TypeError, match="bytes"):
        canonical_json(b"a")
    with pytest.raises(UnicodeEncodeError):
        canonical_json("\ud800")
    assert canonical_json((1, 2)) == canonical_json([1, 2])
